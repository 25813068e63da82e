"""Inputs that are large, odd or hostile: each ends in the manifest with a reason, and never stops the others."""

from __future__ import annotations

import json
import os
import sys
import time

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from run_results import copies, events, manifest, result

from hairyo.batch import inputs
from hairyo.batch.options import RunOptions
from hairyo.batch.process import file_digest
from hairyo.batch.run import run
from hairyo.cli.main import main
from hairyo.errors import UsageError

FACT = "三年前にうつ病で休職しました。"


@pytest.fixture
def out(tmp_path):
    return tmp_path / "out"


@pytest.fixture
def folder(tmp_path):
    """Return an empty folder for submissions."""
    made = tmp_path / "folder"
    made.mkdir()
    return made


# --- sizes


def profile(size: int) -> bytes:
    """Return a profile of at least `size` bytes."""
    paragraph = f"私は山田太郎です。営業を五年担当し、新しい販路を開きました。{FACT}週末は山に登ります。\n"
    return (paragraph * (size // len(paragraph.encode()) + 1)).encode()


def one_character_rows(count: int) -> bytes:
    """Return a table of `count` rows of one character."""
    return ("自己PR\r\n" + "".join(f"{'山田太郎氏病'[row % 6]}\r\n" for row in range(count))).encode()


@pytest.mark.parametrize(
    ("name", "data"), [("long.txt", profile(100_000)), ("short.csv", one_character_rows(3_000))], ids=["long", "short"]
)
def test_long_texts_and_many_rows(folder, out, here, name, data):
    (folder / name).write_bytes(data)
    assert run(folder, out).outcomes["copied"] == 1
    made = copies(out)[f"copies/{name}"].decode()
    assert "うつ病" not in made
    assert made.count("\n") == data.count(b"\n")


def test_a_text_that_takes_too_long_fails_and_says_so(folder, out):
    (folder / "long.txt").write_bytes(profile(3_000_000))
    (folder / "short.key").write_bytes(b"refused, but come to")
    started = time.monotonic()
    assert run(folder, out, options=RunOptions(timeout=1)).exit_code == 3
    assert time.monotonic() - started < 120
    rows = list(manifest(out).values())
    assert [row["outcome"] for row in rows].count("failed") >= 1
    failed = next(row for row in rows if row["outcome"] == "failed")
    assert (failed["reason"], failed["copy"]) == ("timeout", None)
    assert failed["detail"]["ja"] == "1 秒で打ち切りました"
    assert not (out / "copies").exists()
    assert not list((out / ".hairyo").glob("work*"))


def test_a_worker_without_memory_fails_and_says_so(folder, out):
    (folder / "a.txt").write_bytes(profile(100))
    assert run(folder, out, options=RunOptions(memory=200_000_000)).exit_code == 3
    (row,) = manifest(out).values()
    assert row["outcome"] == "failed"
    assert row["reason"] in ("memory", "crashed", "error")
    assert row["copy"] is None
    assert run(folder, out).exit_code == 0


# --- rows that are no text


def test_rows_of_numbers_and_nothing_in_json_lines(folder, out, here):
    rows = ["5", "null", "true", "[]", "{}", "-1.5e300", '{"text": null}', '{"text": 5}', '{"text": [null, 1, ""]}', ""]
    data = "\n".join([*rows, json.dumps({"text": FACT}, ensure_ascii=False), ""])
    (folder / "a.jsonl").write_text(data, encoding="utf-8")
    assert run(folder, out).outcomes["copied"] == 1
    assert copies(out)["copies/a.jsonl"].decode() == data.replace("うつ病", "[非開示]")


def test_rows_of_numbers_and_nothing_in_a_table(folder, out, here):
    data = "1,2,3\r\n4,,6\r\n,,\r\n\r\n7\r\n"
    (folder / "a.csv").write_text(data, encoding="utf-8")
    assert run(folder, out).outcomes["copied"] == 1
    assert copies(out)["copies/a.csv"].decode() == data


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_rows_of_numbers_and_nothing_in_parquet(folder, out, here):
    table = pa.table(
        {
            "自己PR": pa.array([None, FACT, None]),
            "点": pa.array([1, None, 3]),
            "比": pa.array([None, float("nan"), 0.5]),
            "空": pa.nulls(3),
        }
    )
    pq.write_table(table, folder / "a.parquet")
    assert run(folder, out).outcomes["copied"] == 1
    made = pq.read_table(out / "copies" / "a.parquet")
    assert made["自己PR"].to_pylist() == [None, FACT.replace("うつ病", "[非開示]"), None]
    assert made["点"].equals(table["点"])
    assert made["空"].null_count == 3


def test_scan_says_which_rows_are_no_text(tmp_path, capsys):
    lines = ['{"id": 1, "text": null}', '{"id": 2, "text": 5}', "7", "null", '{"id": 3, "text": "うつ病です。"}']
    (tmp_path / "in.jsonl").write_text("\n".join(lines), encoding="utf-8")
    assert main(["--lang", "ja", "scan", "--jsonl", str(tmp_path / "in.jsonl")]) == 3
    shown = capsys.readouterr()
    rows = [json.loads(line) for line in shown.out.splitlines()]
    assert [row["id"] for row in rows] == [1, 2, None, None, 3]
    assert [list(row)[1] for row in rows] == ["error"] * 4 + ["findings"]
    assert rows[0]["error"] == '1 行目が、"id" と文字列の "text" を持つオブジェクトではありません'
    assert "4" in shown.err


# --- nested columns


NESTED = {
    "a list of texts": pa.array([[FACT, None], None, []]),
    "an object": pa.array([{"経歴": FACT, "年": 3}, None, {"経歴": None, "年": None}]),
    "objects in a list": pa.array([[{"経歴": FACT}], [], None]),
    "a map": pa.array([[("経歴", FACT)], [], None], pa.map_(pa.string(), pa.string())),
}


@pytest.mark.parametrize("name", NESTED)
def test_a_nested_column_is_read_and_rewritten(folder, out, here, name):
    pq.write_table(pa.table({"本文": NESTED[name]}), folder / "a.parquet")
    assert run(folder, out).outcomes["copied"] == 1
    made = pq.read_table(out / "copies" / "a.parquet")
    assert made.schema.field(0).type == NESTED[name].type
    assert "うつ病" not in str(made.to_pylist())
    assert "[非開示]で休職しました。" in str(made.to_pylist())


def test_a_nested_column_that_cannot_be_written_back_is_refused(folder, out, here):
    when = pa.array(
        [[{"経歴": FACT, "時": 0}]], pa.list_(pa.struct([("経歴", pa.string()), ("時", pa.timestamp("ns"))]))
    )
    pq.write_table(pa.table({"番号": [1], "本文": when}), folder / "a.parquet")
    assert run(folder, out).exit_code == 3
    (row,) = manifest(out).values()
    assert (row["outcome"], row["reason"], row["copy"]) == ("refused", "unknown_format", None)
    assert row["detail"]["ja"].startswith("2 列目では、書き戻せない値の中に文章があります")


def test_a_nested_column_of_bytes_is_held(folder, out, here):
    pq.write_table(pa.table({"像": pa.array([[b"\x89PNG"]]), "本文": [FACT]}), folder / "a.parquet")
    assert run(folder, out).exit_code == 3
    (row,) = manifest(out).values()
    assert (row["outcome"], row["reason"], row["copy"]) == ("held", "unread_part", None)


# --- files that are odd


@pytest.mark.skipif(sys.platform == "darwin", reason="its file systems take text only")
def test_a_file_name_that_is_no_text_goes_whole(source, out, here):
    """Names in Shift_JIS, as old archives leave them: a reader of that encoding would see the person's name."""
    for name in ("山田太郎".encode("cp932") + b".txt", b"folder-" + "佐藤".encode("cp932") + b"/a.txt"):
        path = source / os.fsdecode(name)
        path.parent.mkdir(exist_ok=True)
        path.write_text(FACT, encoding="utf-8")
    first = run(source, out)
    assert first.outcomes == {"copied": 7, "held": 0, "refused": 2, "failed": 0}
    names = [name for name in manifest(out) if name.startswith("input-")]
    assert sorted(len(name.split("/")) for name in names) == [1, 2]
    assert all(name.isascii() for name in names)
    before = result(out)
    assert run(source, out).skipped == 9
    assert result(out) == before


def test_a_name_behind_a_dot_is_no_suffix(source, out, here):
    folder = source / "2026.佐藤花子"
    folder.mkdir()
    (folder / "a.txt").write_text(FACT, encoding="utf-8")
    (source / "a.山田太郎").write_text(FACT, encoding="utf-8")
    run(source, out)
    shown = " ".join(manifest(out)) + " ".join(path.as_posix() for path in (out / "copies").rglob("*"))
    assert "2026." in shown
    assert not any(name in shown for name in ("佐藤", "花子", "山田", "太郎"))


def test_a_name_that_its_masks_would_make_too_long(source, out, here):
    name = "090-1234-5678_" * 17 + "x.txt"
    assert len(name.encode()) < 255
    (source / name).write_text(FACT, encoding="utf-8")
    assert run(source, out).outcomes["copied"] == 6
    (made,) = (path.name for path in (out / "copies").iterdir() if "電話番号" in path.name)
    assert len(made.encode()) <= 240
    assert made.endswith(".txt")


def test_a_pipe_is_refused_and_not_waited_for(source, out, here):
    os.mkfifo(source / "pipe.txt")
    run(source, out)
    row = manifest(out)["pipe.txt"]
    assert (row["outcome"], row["reason"], row["sha256"]) == ("refused", "broken_input", "0" * 64)


def test_a_folder_that_cannot_be_read_stops_the_run(source, out, monkeypatch):
    """Its files would be left out in silence."""
    (source / "closed").mkdir()
    real = os.scandir

    def scandir(path):
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", "/山田太郎")
        return real(path)

    monkeypatch.setattr(inputs.os, "scandir", scandir)
    with pytest.raises(UsageError, match=r"a folder of the submissions cannot be read \(Permission denied\)"):
        run(source, out)
    assert not out.exists()


def test_a_file_that_changes_after_its_digest_was_taken(source, out, here, monkeypatch):
    """The record of a disclosure names a digest: it must be that of the text in which it stands."""

    real = file_digest

    def changing(path):
        digest = real(path)
        if path.name == "t.csv":
            path.write_text("会員ID,自己PR\r\n8,糖尿病です。\r\n", encoding="utf-8")
        return digest

    with monkeypatch.context() as patch:
        patch.setattr("hairyo.batch.run.file_digest", changing)
        run(source, out)
    row = manifest(out)["t.csv"]
    assert (row["outcome"], row["reason"], row["copy"]) == ("refused", "broken_input", None)
    assert "changed while it was read" in row["detail"]["en"]
    assert len(events()) == 3
    assert run(source, out).outcomes["copied"] == 5
    assert len(events()) == 4
