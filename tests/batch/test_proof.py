"""A run proves its copies: what a faulty writer leaves, loses or changes reaches no copy, and the manifest tells."""

from __future__ import annotations

import json

import pytest

from hairyo.batch import run as run_module
from hairyo.batch.run import run
from hairyo.documents import Edit
from hairyo.documents.table import TableDocument
from hairyo.documents.text import TextDocument


def manifest(out):
    return {row["input"]: row for row in map(json.loads, (out / "manifest.jsonl").read_text("utf-8").splitlines())}


def faulty(monkeypatch, kind, fault):
    """Let the writer of a kind of document be given other edits than were asked for."""
    write = kind.write

    def written(self, target, edits):
        write(self, target, sorted(fault(list(self.blocks()), list(edits))))

    monkeypatch.setattr(kind, "write", written)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize("part_chars", [1, 50_000])
def test_the_manifest_tells_what_was_compared(source, tmp_path, monkeypatch, part_chars):
    monkeypatch.setattr(run_module, "PART_CHARS", part_chars)
    run(source, tmp_path / "out")
    rows = manifest(tmp_path / "out")
    assert rows["empty.txt"]["leak_check"] is None
    told = rows["t.csv"]["leak_check"]
    assert (told["compared"], told["lost"], told["found"]) == (3, 0, 0)
    assert told["changed"] == rows["t.csv"]["replaced"] > 0
    assert rows["0.txt"]["leak_check"]["changed"] == rows["0.txt"]["replaced"]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("kind", "name"), [(TextDocument, "0.txt"), (TableDocument, "t.csv")], ids=["text", "table"])
@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (lambda blocks, edits: [*edits, Edit(blocks[-1].index, len(blocks[-1].text) - 1, len(blocks[-1].text), "")],
         "text_lost"),
        (lambda blocks, edits: edits[:-1], "leak_found"),
    ],
    ids=["more", "less"],
)  # fmt: skip
def test_a_writer_that_does_more_or_less_than_asked_is_found_out(
    source, tmp_path, monkeypatch, kind, name, fault, reason
):
    faulty(monkeypatch, kind, fault)
    out = tmp_path / "out"
    assert run(source, out).exit_code == 3
    row = manifest(out)[name]
    assert (row["outcome"], row["reason"], row["copy"], row["leak_check"]) == ("refused", reason, None, None)
    assert not (out / "copies" / name).exists()
    assert "山田" not in json.dumps(row, ensure_ascii=False)


@pytest.mark.usefixtures("here")
def test_a_place_too_short_to_search_for_is_found_out(tmp_path, monkeypatch):
    """A bare age: the search for values cannot look for 45, which stands everywhere."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.csv").write_text("氏名,年齢\n山田太郎,45\n", encoding="utf-8")
    run(folder, tmp_path / "one")
    assert "45" not in (tmp_path / "one" / "copies" / "a.csv").read_text(encoding="utf-8")
    faulty(monkeypatch, TableDocument, lambda blocks, edits: [one for one in edits if blocks[one.block].text != "45"])
    run(folder, tmp_path / "two")
    assert manifest(tmp_path / "two")["a.csv"]["reason"] == "text_lost"
