from __future__ import annotations

import json

import pytest

from hairyo.cli import main


@pytest.fixture
def files(tmp_path):
    def write(after, before="氏名：山田太郎\nよろしく。\n", name="txt"):
        one, other = tmp_path / f"one.{name}", tmp_path / f"other.{name}"
        one.write_text(before, encoding="utf-8")
        other.write_text(after, encoding="utf-8")
        return [str(other), "--against", str(one)]

    return write


CASES = [
    ("氏名：人物A\nよろしく。\n", 0, "Nothing wrong"),
    ("氏名：人物A\nよろし。\n", 3, "more than"),
    ("氏名：人物A\n山田 太郎。\n", 4, "leaks"),
]


@pytest.mark.parametrize(("after", "code", "said"), CASES)
def test_the_exit_code_and_the_words_tell(files, capsys, after, code, said):
    assert main(["--lang", "en", "verify", *files(after)]) == code
    out = capsys.readouterr().out
    assert said in out
    assert "山田" not in out


@pytest.mark.parametrize(("after", "code", "said"), CASES)
def test_json_tells_places_and_no_words(files, capsys, after, code, said):
    assert main(["verify", *files(after), "--json"]) == code
    out = capsys.readouterr().out
    found = json.loads(out)
    assert found["exit_code"] == code
    assert found["differences"][0] == {"place": "line 1", "kind": "redacted"}
    assert bool(found["leaks"]) == (code == 4)
    assert "山田" not in out


def test_words_are_shown_where_asked_for_and_steer_no_terminal(files, capsys):
    given = files("氏名：人物A\nよろしく。\n", before="氏名：山田\x1b[31m太郎\nよろしく。\n")
    assert main(["verify", *given, "--show"]) == 0
    out = capsys.readouterr().out
    assert "山田" in out
    assert "\x1b" not in out
    main(["verify", *given, "--show", "--json"])
    assert json.loads(capsys.readouterr().out)["differences"][0]["after"] == "人物A"


def test_the_words_are_japanese_too(files, capsys):
    assert main(["--lang", "ja", "verify", *files("氏名：人物A\nよろしく。\n")]) == 0
    assert "問題は見つかりませんでした" in capsys.readouterr().out


def test_many_places_are_counted_not_listed(files, capsys):
    lines = [f"山田太郎{n}" for n in range(90)]
    assert main(["--lang", "en", "verify", *files("人物A\n" * 90, before="".join(f"{line}\n" for line in lines))]) == 0
    assert "40 more" in capsys.readouterr().out


def test_files_of_two_formats_are_not_compared(files, tmp_path, capsys):
    (tmp_path / "x.csv").write_text("a,b\n", encoding="utf-8")
    assert main(["verify", files("x")[0], "--against", str(tmp_path / "x.csv")]) == 2


@pytest.mark.parametrize("name", ["none.txt", "x.key"])
def test_files_that_cannot_be_read_are_told(files, tmp_path, name):
    (tmp_path / "x.key").write_text("x", encoding="utf-8")
    assert main(["verify", str(tmp_path / name), "--against", files("x")[0]]) == 3
