"""The main job, end to end, on the examples: what must go is gone, what must stay is there."""

from __future__ import annotations

import json
import tomllib
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pyarrow.parquet as pq
import pytest

from hairyo.batch.options import RunOptions
from hairyo.batch.run import run

EXAMPLES = Path(__file__).parent.parent / "examples"
EXPECTED = tomllib.loads((EXAMPLES / "expected.toml").read_text(encoding="utf-8"))["file"]


@pytest.fixture(scope="module")
def out(tmp_path_factory):
    folder = tmp_path_factory.mktemp("examples")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HAIRYO_DATA", str(folder / "data"))
        summary = run(EXAMPLES / "submissions", folder / "out", options=RunOptions(workers=2))
    assert summary.exit_code == 3
    return folder / "out"


def readable(path: Path) -> str:
    """Return every text of a file, by readers that are not the product's."""
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as package:
            texts = []
            for name in package.namelist():
                if name.endswith((".xml", ".rels")):
                    root = ElementTree.fromstring(package.read(name))
                    texts.append("".join(root.itertext()))
                    texts += [value for element in root.iter() for value in element.attrib.values()]
            return "\n".join(texts)
    if path.suffix == ".parquet":
        return json.dumps(pq.read_table(path).to_pylist(), ensure_ascii=False, default=str)
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "cp932"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError(f"{path.name} is in no encoding known here")


@pytest.mark.parametrize("expected", EXPECTED, ids=[one["path"] for one in EXPECTED])
def test_outcome(expected, out):
    rows = {row["input"]: row for row in map(json.loads, (out / "manifest.jsonl").read_text().splitlines())}
    row = rows[expected["path"]]
    assert row["outcome"] == expected["outcome"]
    assert (out / "copies" / expected["path"]).exists() == (expected["outcome"] == "copied")


COPIED = [one for one in EXPECTED if one["outcome"] == "copied"]


@pytest.mark.parametrize("expected", COPIED, ids=[one["path"] for one in COPIED])
def test_secrets_are_gone_and_the_rest_remains(expected, out):
    before = readable(EXAMPLES / "submissions" / expected["path"])
    after = readable(out / "copies" / expected["path"])
    secrets = expected.get("secrets", [])
    assert [secret for secret in secrets if secret not in before] == [], "the examples have changed"
    assert [secret for secret in secrets if secret in after] == []
    assert [kept for kept in expected.get("remain", []) if kept not in after] == []
    if expected.get("untouched"):
        same = (EXAMPLES / "submissions" / expected["path"]).read_bytes()
        assert (out / "copies" / expected["path"]).read_bytes() == same


def test_nothing_raw_in_manifest_report_findings_or_ledger(out):
    made = [out / "manifest.jsonl", out / "report.html", out / "findings.parquet"]
    made += [path for path in (out / ".hairyo").rglob("*") if path.is_file()]
    made += [path for path in (out.parent / "data").rglob("*") if path.is_file()]
    shown = "".join(path.read_bytes().decode("utf-8", "replace") for path in made)
    secrets = {
        secret for one in EXPECTED for secret in one.get("secrets", []) if len(secret) > 3 and not secret.isdecimal()
    }
    # Words that are also names of types or codes say nothing about anybody.
    neutral = {"障害者手帳", "生年月日", "労働組合"}
    assert [secret for secret in sorted(secrets - neutral) if secret in shown] == []
