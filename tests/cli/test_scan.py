"""`hairyo scan`: contract 1, and what it does with lines that are none."""

from __future__ import annotations

import io
import json
import sys

import pytest

from hairyo.cli.main import main
from hairyo.detection.engine import shared_detector

KEYS = ["start", "end", "type", "item", "tier", "subject", "polarity", "score", "cue", "rule"]
TEXTS = {
    "plain": "私は田中一郎(45歳)です。三年前にうつ病で休職しましたが、前科はありません。",
    "nothing": "本日は晴天です。",
    "empty": "",
    "wide": "電話は０９０－１２３４－５６７８です。𠮷野と申します。",
    "family": "妻は創価学会の会員です。",
    "halves": "持病の\ud800糖尿病で通院しています。",
}


def lines(*records: object) -> bytes:
    """Return records as JSON Lines."""
    return "".join(json.dumps(record) + "\n" for record in records).encode()


JOBS = lines(*({"id": name, "text": text} for name, text in TEXTS.items()))


@pytest.fixture
def scan(tmp_path, capsys, monkeypatch):
    """Return a caller of `hairyo scan` on bytes: exit code, output, stderr."""

    def call(data: bytes, *options: str, stdin: bool = False):
        path = tmp_path / "in.jsonl"
        path.write_bytes(data)
        if stdin:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
        code = main(["scan", "--jsonl", "-" if stdin else str(path), *options])
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    return call


@pytest.fixture(scope="module")
def expected():
    return {name: [one.to_json() for one in shared_detector().scan(text)] for name, text in TEXTS.items()}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_contract_1(scan, expected, workers):
    code, out, err = scan(JOBS, "--workers", workers)
    assert (code, err) == (0, "")
    rows = [json.loads(line) for line in out.splitlines()]
    assert [list(row) for row in rows] == [["id", "findings"]] * len(TEXTS)
    assert {row["id"]: row["findings"] for row in rows} == expected
    assert [row["id"] for row in rows] == list(TEXTS)
    assert expected["plain"]
    assert all(list(finding) == KEYS for row in rows for finding in row["findings"])


def test_offsets_give_back_what_was_found(expected):
    found = {
        (name, one["type"]): TEXTS[name][one["start"] : one["end"]] for name, ones in expected.items() for one in ones
    }
    assert found["plain", "PERSON"] == "田中一郎"
    assert found["plain", "HEALTH"] == "うつ病"
    assert found["wide", "PHONE"] == "０９０－１２３４－５６７８"
    assert found["family", "RELIGION"] == "創価学会の会員"
    assert expected["nothing"] == expected["empty"] == []


BAD = [
    (b"{not json\n", None, "JSON"),
    (b"[1, 2]\n", None, "text"),
    (b'{"text": "a"}\n', None, "id"),
    (b'{"id": "x", "text": 5}\n', "x", "text"),
    (b'{"id": "x", "text": "a", "role": "novel"}\n', "x", "role"),
    (b'{"id": "x", "text": "\x83\x65"}\n', None, "UTF-8"),
    (b"[" * 100_000 + b"\n", None, "JSON"),
]


@pytest.mark.parametrize(("line", "known", "why"), BAD, ids=[str(number) for number in range(len(BAD))])
def test_a_line_that_is_none_becomes_an_error_line(line, known, why, capsys):
    from hairyo.batch.scanning import scan_lines

    good = lines({"id": 1, "text": "前科があります。"})
    (bad, scanned), (other, also) = scan_lines([line, good])
    assert (scanned, also) == (False, True)
    assert list(json.loads(bad)) == ["id", "error"]
    assert json.loads(bad)["id"] == known
    assert why in json.loads(bad)["error"]
    assert json.loads(other)["findings"]


def test_error_lines_are_exit_code_3(scan):
    code, out, err = scan(b'{"id": "\\ud800", "text": 0}\n\n' + lines({"id": "秘密の名前", "text": "晴天"}) + b"x\n")
    assert code == 3
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["id"] for row in rows] == ["\ud800", "秘密の名前", None]
    assert "findings" not in rows[0]
    assert rows[1]["findings"] == []
    assert "2 of the texts" in err
    assert "秘密" not in err


def test_no_lines_no_output(scan):
    assert scan(b"") == (0, "", "")
    assert scan(b"\n  \n") == (0, "", "")


def test_bom_and_standard_input(scan, expected):
    code, out, _ = scan(b"\xef\xbb\xbf" + JOBS, stdin=True)
    assert code == 0
    assert json.loads(out.splitlines()[0]) == {"id": "plain", "findings": expected["plain"]}


def test_the_role_of_a_line_counts(scan):
    text = "糖尿病で通院中です。"
    _, out, _ = scan(lines({"id": 1, "text": text, "role": "profile", "user": "u1"}))
    found = [one.to_json() for one in shared_detector().scan(text, role="profile")]
    assert json.loads(out)["findings"] == found != []


@pytest.mark.parametrize(
    "options", [["--workers", "0"], ["--timeout", "0"], ["--role", "profile"], ["other.txt"]], ids=lambda one: one[0]
)
def test_options_that_cannot_be(scan, options):
    code, out, err = scan(JOBS, *options)
    assert (code, out) == (2, "")
    assert err.startswith("hairyo: ")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_explain_shows_what_whose_and_why(scan, capsys, tmp_path, lang, monkeypatch):
    monkeypatch.setenv("COLUMNS", "200")
    path = tmp_path / "profile.txt"
    path.write_bytes("妻は創価学会の会員です。\r\n".encode("utf-8-sig"))
    assert main(["--lang", lang, "scan", "--explain", str(path)]) == 0
    out = capsys.readouterr().out
    words = {"en": ["religion", "family", "affirmed"], "ja": ["宗教", "家族", "肯定"]}[lang]
    assert [word for word in [*words, "創価学会の会員", "2-9", "article6.religion", "«妻»"] if word not in out] == []


def test_explain_neither_steers_the_terminal_nor_reads_markup(capsys, monkeypatch):
    text = "\x1b[31m[/red] 山田太郎さんは\r\nうつ病です。\ud800"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode("utf-8", "replace"))))
    assert main(["scan", "--explain"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\r" not in out
    assert "[/red] 山田太郎さんは" in out


def test_explain_counts_lines_that_are_none(scan):
    code, out, err = scan(lines({"id": 1, "text": "前科があります。"}) + b"x\n", "--explain")
    assert code == 3
    assert "前科" in out
    assert "line 2" in err


def test_a_text_file_gives_its_findings(tmp_path, capsys):
    path = tmp_path / "profile.txt"
    path.write_text(TEXTS["plain"], encoding="utf-8")
    assert main(["scan", "--role", "profile", str(path)]) == 0
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert found == [one.to_json() for one in shared_detector().scan(TEXTS["plain"], role="profile")]


def test_a_text_file_in_another_encoding_is_refused(tmp_path, capsys):
    path = tmp_path / "profile.txt"
    path.write_bytes("うつ病です。".encode("cp932"))
    assert main(["scan", str(path)]) == 3
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "hairyo run" in shown.err


def test_a_scan_with_ginza_keeps_the_contract(scan):
    plain, ginza = scan(JOBS), scan(JOBS, "--ginza")
    assert plain[0] == ginza[0] == 0
    for one, other in zip(plain[1].splitlines(), ginza[1].splitlines(), strict=True):
        few, many = json.loads(one), json.loads(other)
        assert few["id"] == many["id"]
        assert all(finding in many["findings"] for finding in few["findings"])
