from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from hairyo.consent import Ledger

APPENDER = Path(__file__).with_name("consent_appender.py")


@pytest.fixture
def start(url):
    """Return a starter of appending processes; they are ended with the test."""
    running = []

    def begin(name, appends, size):
        env = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, str(APPENDER), url, name, str(appends), str(size)]
        process = subprocess.Popen(command, env=env, stdin=-1, stdout=-1, text=True, bufsize=1)
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def go(processes):
    """Let the processes begin, once all of them have the ledger open."""
    for process in processes:
        assert process.stdout.readline() == "open\n"
    for process in processes:
        process.stdin.write("go\n")


def test_processes_make_one_chain_without_gap(start, url, keys):
    """The ledger is also made by all of them at once."""
    processes = [start(f"writer-{n}", 50, 1) for n in range(4)]
    go(processes)
    for process in processes:
        assert process.stdout.read().split() == [str(n) for n in range(1, 51)]
        assert process.wait(60) == 0
    with Ledger.open(url, keys=keys, create=False) as ledger:
        report = ledger.verify()
        assert (report.ok, report.checked) == (True, 200)
        writers = [one.event.document for one in ledger.events()]
    assert {writers.count(one) for one in writers} == {50}


def test_processes_that_record_the_same_record_it_once(start, url, keys):
    processes = [start("same", 20, 2) for _ in range(3)]
    go(processes)
    for process in processes:
        process.stdout.read()
        assert process.wait(60) == 0
    with Ledger.open(url, keys=keys, create=False) as ledger:
        assert (ledger.verify().ok, ledger.head().seq) == (True, 40)


def test_a_killed_writer_leaves_a_whole_chain(start, url, keys):
    process = start("killed", 0, 25)
    go([process])
    done = 0
    while done < 15:
        done = int(process.stdout.readline())
    process.kill()
    process.wait(60)
    with Ledger.open(url, keys=keys, create=False) as ledger:
        report = ledger.verify()
        assert report.ok
        assert report.checked % 25 == 0  # appends are there whole or not at all
        assert report.checked >= done * 25  # and what was said to be recorded is recorded
        seqs = [one.seq for one in ledger.events()]
    assert seqs == list(range(1, report.checked + 1))


def test_a_resumed_run_records_only_what_is_missing(start, url, keys):
    first = start("resumed", 0, 5)
    go([first])
    for _ in range(5):
        first.stdout.readline()
    first.kill()
    first.wait(60)
    with Ledger.open(url, keys=keys) as ledger:
        appends = ledger.head().seq // 5
    second = start("resumed", appends + 10, 5)
    go([second])
    second.stdout.read()
    assert second.wait(60) == 0
    with Ledger.open(url, keys=keys) as ledger:
        assert (ledger.verify().ok, ledger.head().seq) == (True, (appends + 10) * 5)
