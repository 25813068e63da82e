"""`hairyo run`: exit codes, what is printed, what a second run does."""

from __future__ import annotations

import json

import pytest

from hairyo.cli.main import main


@pytest.fixture
def submissions(tmp_path):
    folder = tmp_path / "submissions"
    folder.mkdir()
    (folder / "profile.txt").write_text("うつ病で休職していました。連絡先は090-1234-5678です。", encoding="utf-8")
    return folder


def rows(out):
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text(encoding="utf-8").splitlines()]


def test_all_copied_is_0_and_a_second_run_resumes(submissions, tmp_path, capsys):
    out = tmp_path / "out"
    assert main(["run", str(submissions), "--out", str(out)]) == 0
    assert "1 copied, 0 held, 0 refused, 0 failed (0 done before). 1 new disclosures" in _plain(capsys)
    copy = out / "copies" / "profile.txt"
    assert copy.read_text(encoding="utf-8") == "[非開示]で休職していました。連絡先は[電話番号]です。"
    before = copy.stat().st_mtime_ns, rows(out)
    assert main(["--lang", "ja", "run", str(submissions), "--out", str(out)]) == 0
    assert "写し作成 1、保留 0、拒否 0、失敗 0(うち処理済み 1)。新しい同意記録 0。" in _plain(capsys)
    assert (copy.stat().st_mtime_ns, rows(out)) == before


def test_something_refused_is_3_and_quiet_is_quiet(submissions, tmp_path, capsys):
    (submissions / "slides.key").write_bytes(b"whatever")
    (submissions / "empty.txt").write_bytes(b"")
    out = tmp_path / "out"
    assert main(["run", str(submissions), "--out", str(out), "--quiet", "--report-lang", "en"]) == 3
    shown = capsys.readouterr()
    assert (shown.out, shown.err) == ("", "")
    assert {row["input"]: (row["outcome"], row["reason"]) for row in rows(out)} == {
        "empty.txt": ("refused", "broken_input"),
        "profile.txt": ("copied", ""),
        "slides.key": ("refused", "unknown_format"),
    }
    assert 'lang="en"' in (out / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "options",
    [
        ["--policy", "no-such-policy"],
        ["--columns", "colour=red"],
        ["--workers", "0"],
        ["--timeout", "-1"],
        ["--memory", "0"],
        ["--ledger", "nonsense"],
    ],
    ids=lambda one: one[0],
)
def test_a_wrong_option_is_2_and_leaves_nothing(submissions, tmp_path, capsys, options):
    out = tmp_path / "out"
    assert main(["run", str(submissions), "--out", str(out), "--quiet", *options]) == 2
    assert capsys.readouterr().err.startswith("hairyo: ")
    assert not (out / "manifest.jsonl").exists()


def test_a_missing_folder_is_2(tmp_path, capsys):
    assert main(["run", str(tmp_path / "nowhere"), "--out", str(tmp_path / "out"), "--quiet"]) == 2
    assert "check the path" in _plain(capsys)


def test_an_output_folder_inside_the_submissions_is_8(submissions, capsys):
    assert main(["run", str(submissions), "--out", str(submissions / "out"), "--quiet"]) == 8
    assert "outside" in _plain(capsys)


def _plain(capsys) -> str:
    return " ".join(capsys.readouterr().err.split())
