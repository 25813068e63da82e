"""A run over a folder: outcomes, resume, the lock, names of files, consent, bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import zipfile

import pyarrow.parquet as pq
import pytest

from hairyo.batch.options import RunOptions
from hairyo.batch.run import run
from hairyo.consent import Keys, Ledger
from hairyo.errors import Busy, OutputError, UsageError

PROFILE = "私は山田太郎です。三年前にうつ病で休職しました。電話は090-1234-5678です。\n"


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.txt").write_text(PROFILE, encoding="utf-8")
    return folder


def manifest(out):
    return {row["input"]: row for row in map(json.loads, (out / "manifest.jsonl").read_text("utf-8").splitlines())}


def ledger_events():
    with Ledger.open(None, keys=Keys.load()) as ledger:
        assert ledger.verify().ok
        return [one.event for one in ledger.events()]


def test_a_plain_run(source, tmp_path):
    out = tmp_path / "out"
    summary = run(source, out)
    assert summary.exit_code == 0
    assert summary.outcomes == {"copied": 1, "held": 0, "refused": 0, "failed": 0}
    copy = (out / "copies" / "a.txt").read_text(encoding="utf-8")
    assert copy == "私は人物Aです。三年前に[非開示]で休職しました。電話は[電話番号]です。\n"
    assert {row["type"] for row in pq.read_table(out / "findings.parquet").to_pylist()} == {"PERSON", "HEALTH", "PHONE"}
    assert [(event.kind, event.category) for event in ledger_events()] == [("disclosure", "A6_5_MENTAL")]
    assert "<html" in (out / "report.html").read_text(encoding="utf-8")


def test_a_second_run_changes_nothing(source, tmp_path):
    out = tmp_path / "out"
    run(source, out)
    before = {path: path.stat().st_mtime_ns for path in (out / "copies").rglob("*")}
    first = (out / "manifest.jsonl").read_bytes()
    summary = run(source, out)
    assert summary.skipped == 1
    assert summary.disclosures == 0
    assert {path: path.stat().st_mtime_ns for path in (out / "copies").rglob("*")} == before
    assert (out / "manifest.jsonl").read_bytes() == first
    assert len(ledger_events()) == 1


def test_only_what_is_new_changed_or_broken_is_done_again(source, tmp_path):
    out = tmp_path / "out"
    (source / "b.txt").write_text("本日は晴天です。", encoding="utf-8")
    (source / "c.txt").write_text("佐藤花子と申します。", encoding="utf-8")
    run(source, out)
    (source / "b.txt").write_text("鈴木一郎と申します。", encoding="utf-8")
    (out / "copies" / "c.txt").write_text("tampered", encoding="utf-8")
    (source / "a.txt").unlink()
    summary = run(source, out)
    assert summary.skipped == 0
    assert not (out / "copies" / "a.txt").exists()
    assert "鈴木" not in (out / "copies" / "b.txt").read_text(encoding="utf-8")
    assert (out / "copies" / "c.txt").read_text(encoding="utf-8") == "人物Aと申します。"


def test_findings_follow_their_input_when_files_come_and_go(source, tmp_path):
    out = tmp_path / "out"
    (source / "b.txt").write_text("佐藤花子と申します。", encoding="utf-8")
    run(source, out)
    (source / "0.txt").write_text("メールはa@example.jpです。", encoding="utf-8")
    (source / "a.txt").unlink()
    run(source, out)
    found = [(row["input"], row["type"]) for row in pq.read_table(out / "findings.parquet").to_pylist()]
    assert found == [(0, "EMAIL"), (1, "PERSON")]
    assert len(list((out / ".hairyo" / "findings").iterdir())) == 2


def test_the_role_column_of_a_table_counts(source, tmp_path):
    own, his = "三年前に私はうつ病で休職しました。", "三年前にうつ病で休職されました。"
    table = f"会員ID,役割,自己PR\n1,profile,{own}\n2,referral,{his}\n"
    (source / "t.csv").write_text(table, encoding="utf-8")
    (source / "a.txt").unlink()
    run(source, tmp_path / "out", options=RunOptions(columns="user=会員ID,role=役割,text=自己PR"))
    rows = pq.read_table(tmp_path / "out" / "findings.parquet").to_pylist()
    assert [row["subject"] for row in rows if row["type"] == "HEALTH"] == ["self", "other"]


def test_another_policy_makes_other_copies(source, tmp_path):
    out = tmp_path / "out"
    run(source, out)
    assert run(source, out, options=RunOptions(policy="statistics")).skipped == 0


def test_the_same_input_gives_the_same_bytes(source, tmp_path):
    for name in ("one", "two"):
        run(source, tmp_path / name)
    for file in ("copies/a.txt", "manifest.jsonl", "report.html", "findings.parquet"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_one_bad_file_never_stops_the_rest(source, tmp_path):
    out = tmp_path / "out"
    bad = {
        "b-empty.txt": b"",
        "c-blank.txt": b" \r\n\t \n",
        "d-binary.txt": bytes(range(256)) * 20,
        "e-nul.txt": "山田\0太郎".encode(),
        "f-cut.docx": b"PK\x03\x04" + bytes(100),
        "g-unknown.key": b"something",
        "h-cut.csv": '会員ID,自己PR\r\n1,"開いたまま'.encode("cp932"),
        "i-cut.jsonl": '{"text": "山田"'.encode(),
        "j-cut.parquet": b"PAR1" + bytes(40),
        "k-encoding.txt": "私は山田太郎です。".encode("euc_jp") + b"\xff\xfe\xff" + "です。".encode("cp932"),
    }
    for name, data in bad.items():
        (source / name).write_bytes(data)
    (source / "l-link.txt").symlink_to(source / "a.txt")
    (source / "z.txt").write_text("佐藤花子と申します。", encoding="utf-8")
    summary = run(source, out)
    assert summary.exit_code == 3
    rows = manifest(out)
    assert rows["a.txt"]["outcome"] == rows["z.txt"]["outcome"] == "copied"
    assert {rows[name]["outcome"] for name in [*bad, "l-link.txt"]} == {"refused"}
    assert sorted(path.name for path in (out / "copies").iterdir()) == ["a.txt", "z.txt"]
    shown = (out / "manifest.jsonl").read_text(encoding="utf-8") + (out / "report.html").read_text(encoding="utf-8")
    assert "山田" not in shown


def test_a_docx_bomb_is_refused_in_little_time(source, tmp_path):
    with zipfile.ZipFile(source / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("word/document.xml", b"<a>" + b" " * 300_000_000)
    started = time.monotonic()
    run(source, tmp_path / "out")
    assert manifest(tmp_path / "out")["bomb.docx"]["reason"] == "too_large"
    assert time.monotonic() - started < 60


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "iso2022_jp", "utf-16"])
def test_encodings_are_kept(source, tmp_path, encoding):
    (source / "a.txt").write_bytes(PROFILE.replace("\n", "\r\n").encode(encoding))
    run(source, tmp_path / "out")
    made = (tmp_path / "out" / "copies" / "a.txt").read_bytes().decode(encoding)
    assert made == "私は人物Aです。三年前に[非開示]で休職しました。電話は[電話番号]です。\r\n"


def test_zero_width_characters_hide_nothing(source, tmp_path):
    (source / "a.txt").write_text("私は山\u200b田太\u2060郎です。う\u200bつ\u200b病で休職しました。", encoding="utf-8")
    run(source, tmp_path / "out")
    made = (tmp_path / "out" / "copies" / "a.txt").read_text(encoding="utf-8")
    assert made == "私は人物Aです。[非開示]で休職しました。"


def test_lone_surrogates_in_jsonl_survive(source, tmp_path):
    (source / "b.jsonl").write_text('{"id": 1, "text": "私は山田太郎です。\\ud800"}\n', encoding="utf-8")
    run(source, tmp_path / "out")
    made = json.loads((tmp_path / "out" / "copies" / "b.jsonl").read_text(encoding="utf-8"))
    assert made["text"] == "私は人物Aです。\ud800"


def test_personal_names_in_file_names_go(source, tmp_path):
    (source / "a.txt").rename(source / "山田太郎_履歴書.txt")
    (source / "佐藤花子様").mkdir()
    (source / "佐藤花子様" / "b.txt").write_text("本日は晴天です。", encoding="utf-8")
    run(source, tmp_path / "out")
    shown = "".join(path.relative_to(tmp_path).as_posix() for path in (tmp_path / "out").rglob("*"))
    shown += (tmp_path / "out" / "manifest.jsonl").read_text(encoding="utf-8")
    shown += (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "山田" not in shown
    assert "佐藤" not in shown
    assert len(list((tmp_path / "out" / "copies").rglob("*.txt"))) == 2


@pytest.mark.parametrize("name", ["推薦_水無瀬", "水無瀬推薦状", "守屋推薦", "亮-写し"])
def test_a_part_of_a_name_in_the_text_goes_from_the_file_name(source, tmp_path, name):
    (source / "a.txt").unlink()
    (source / f"{name}.txt").write_text("岡山市北区 守屋 亮\n水無瀬 健さんを推薦いたします。\n", encoding="utf-8")
    run(source, tmp_path / "out")
    (copy,) = (tmp_path / "out" / "copies").iterdir()
    assert not any(part in copy.stem for part in ("水無瀬", "守屋", "亮"))
    assert not any(part in copy.read_text(encoding="utf-8") for part in ("水無瀬", "健", "守屋", "亮"))


CSV = "会員ID,氏名,自己PR\r\n1001,山田太郎,うつ病で休職しました。\r\n1002,佐藤花子,糖尿病治療薬の営業です。\r\n"


def test_a_table_is_one_submission_a_row(source, tmp_path):
    (source / "t.csv").write_bytes(CSV.encode("cp932"))
    run(source, tmp_path / "out")
    rows = (tmp_path / "out" / "copies" / "t.csv").read_bytes().decode("cp932").split("\r\n")
    assert rows[0] == "会員ID,氏名,自己PR"
    assert "うつ病" not in rows[1]
    assert rows[2].endswith("糖尿病治療薬の営業です。"), "a product in another row stays"
    with Ledger.open(None, keys=Keys.load()) as ledger:
        assert [one.event.category for one in ledger.events(user="1001")] == ["A6_5_MENTAL"]
        assert not list(ledger.events(user="1002"))


def test_ragged_rows_are_read_as_they_are(source, tmp_path):
    (source / "t.csv").write_text("id,text\n1,山田太郎です。,余分な佐藤花子さん\n2\n", encoding="utf-8")
    run(source, tmp_path / "out")
    made = (tmp_path / "out" / "copies" / "t.csv").read_text(encoding="utf-8")
    assert "佐藤" not in made
    assert made.count("\n") == 3


def test_a_column_map_that_names_no_column(source, tmp_path):
    (source / "t.csv").write_bytes(CSV.encode())
    summary = run(source, tmp_path / "out", options=RunOptions(columns="user=存在しない列"))
    row = manifest(tmp_path / "out")["t.csv"]
    assert summary.exit_code == 3
    assert row["outcome"] == "refused"
    assert all("user" in row["detail"][lang] for lang in ("ja", "en"))
    with pytest.raises(UsageError, match="ROLE=COLUMN"):
        run(source, tmp_path / "out", options=RunOptions(columns="nonsense"))


def test_the_index_says_whose_a_file_is(source, tmp_path):
    (source / "_submissions.csv").write_text("path,user,role\na.txt,U-1,profile\n", encoding="utf-8")
    run(source, tmp_path / "out")
    with Ledger.open(None, keys=Keys.load()) as ledger:
        assert len(list(ledger.events(user="U-1"))) == 1
    assert not (tmp_path / "out" / "copies" / "_submissions.csv").exists()


@pytest.mark.parametrize(
    "index",
    ["path,user\nmissing.txt,1\n", "file\na.txt\n", "path,role\na.txt,boss\n", "path,submitted_at\na.txt,2026-04-01\n"],
)
def test_a_wrong_index_is_told_before_anything_is_done(source, tmp_path, index):
    (source / "_submissions.csv").write_text(index, encoding="utf-8")
    with pytest.raises(UsageError, match="_submissions"):
        run(source, tmp_path / "out")
    assert not (tmp_path / "out" / "copies").exists()


def test_a_channel_that_is_not_the_users_own_makes_no_consent(source, tmp_path):
    run(source, tmp_path / "out", options=RunOptions(channel="reference"))
    assert [event.kind for event in ledger_events()] == ["third_person_special_care"]


def test_other_peoples_facts_are_never_consent(source, tmp_path):
    (source / "a.txt").write_text("父はうつ病で入院しました。", encoding="utf-8")
    run(source, tmp_path / "out")
    assert [(event.kind, event.category, event.count) for event in ledger_events()] == [
        ("third_person_special_care", None, 1)
    ]


def test_the_output_may_not_lie_inside_the_input(source):
    with pytest.raises(OutputError, match="outside"):
        run(source, source / "out")


def test_no_such_input(tmp_path):
    with pytest.raises(UsageError, match="neither a folder nor a file"):
        run(tmp_path / "missing", tmp_path / "out")


HOLDER = """
import sys, time
from pathlib import Path
from hairyo.batch.journal import Journal
with Journal(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_two_runs_over_one_folder(source, tmp_path):
    holder = subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path / "out")], stdout=subprocess.PIPE)
    try:
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(Busy, match="another run"):
            run(source, tmp_path / "out")
    finally:
        holder.kill()
        holder.communicate()
    assert run(source, tmp_path / "out").exit_code == 0


@pytest.mark.slow
def test_a_killed_run_goes_on_where_it_stopped(source, tmp_path):
    for number in range(40):
        (source / f"{number:02}.txt").write_text(PROFILE.replace("三", str(number)), encoding="utf-8")
    undisturbed = tmp_path / "undisturbed"
    run(source, undisturbed, options=RunOptions(ledger=f"sqlite:///{tmp_path / 'undisturbed.sqlite3'}"))
    out, url = tmp_path / "out", f"sqlite:///{tmp_path / 'killed.sqlite3'}"
    command = [sys.executable, "-m", "hairyo", "run", str(source), "--out", str(out), "--ledger", url, "--quiet"]
    for pause in (1.5, 2.0, 2.5, 3.0, 3.5):
        process = subprocess.Popen(command, start_new_session=True)
        time.sleep(pause)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert subprocess.run(command, check=False).returncode == 0
    for path in (undisturbed / "copies").iterdir():
        assert (out / "copies" / path.name).read_bytes() == path.read_bytes()
    assert (out / "manifest.jsonl").read_bytes() == (undisturbed / "manifest.jsonl").read_bytes()
    with Ledger.open(url, keys=Keys.load()) as ledger:
        assert ledger.verify().ok
        assert len(list(ledger.events())) == 41


@pytest.mark.slow
def test_fifty_megabytes_of_one_line(source, tmp_path):
    (source / "a.txt").write_text("本日は晴天なり" * 2_380_000 + "山田太郎です。", encoding="utf-8")
    summary = run(source, tmp_path / "out", options=RunOptions(memory=4_000_000_000, timeout=900))
    assert summary.outcomes["copied"] == 1
