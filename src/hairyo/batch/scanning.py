"""Scan many texts: JSON Lines in, JSON Lines out, in order, in as many processes as asked for (contract 1)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import get_args

from hairyo.batch.pool import Failure, run_tasks
from hairyo.detection import Role
from hairyo.detection.engine import shared_detector
from hairyo.errors import Words
from hairyo.messages import Lang, say


@dataclass(frozen=True, slots=True)
class Job:
    """One text to scan; `error` says why there is none."""

    id: object
    text: str = ""
    role: Role | None = None
    error: Words | None = None


def read_jobs(lines: Iterable[bytes]) -> Iterator[Job]:
    """Yield a job for every line that is not blank; a line that is none becomes a job with an error."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _job(line, number)


def _job(line: bytes, number: int) -> Job:
    try:
        record = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except (ValueError, RecursionError):
        return Job(None, error=Words("line {number} is not JSON in UTF-8", number=number))
    if not isinstance(record, dict) or not isinstance(record.get("text"), str) or "id" not in record:
        found = record.get("id") if isinstance(record, dict) else None
        return Job(found, error=Words('line {number} is no object with "id" and a "text" string', number=number))
    role = record.get("role")
    if role is not None and role not in get_args(Role):
        roles = ", ".join(get_args(Role))
        return Job(
            record["id"], error=Words("line {number} has an unknown role; use {roles}", number=number, roles=roles)
        )
    return Job(record["id"], record["text"], role)


def make_scanner(lang: Lang, ginza: bool = False) -> Callable[[Job], str]:
    """Return the function that scans one job to its line of output; made once in each worker. Errors are in `lang`."""
    detector = shared_detector(ginza=ginza)

    def scan(job: Job) -> str:
        if job.error is not None:
            return _error(job, say(job.error, lang))
        findings = [finding.to_json() for finding in detector.scan(job.text, role=job.role)]
        return json.dumps({"id": job.id, "findings": findings}, ensure_ascii=False)

    return scan


def scan_lines(
    lines: Iterable[bytes], *, workers: int = 1, timeout: float | None = None, lang: Lang = "en", ginza: bool = False
) -> Iterator[tuple[str, bool]]:
    """Scan the texts of `lines`; yield (output line, whether it was scanned), in the same order.

    Args:
        lines: JSON Lines, as bytes.
        workers: processes; with one, and no time limit, the work is done in this process.
        timeout: seconds that one text may take.
        lang: language of errors.
        ginza: let GiNZA look for names, too (`Detector`).

    A text that could not be scanned has a line with "error" and no "findings", so that nobody can take it
    for a text in which nothing was found.
    """
    jobs = read_jobs(lines)
    if workers == 1 and timeout is None:
        scan = make_scanner(lang, ginza)
        for job in jobs:
            yield scan(job), job.error is None
        return
    waiting: list[Job] = []

    def remembered() -> Iterator[Job]:
        for job in jobs:
            waiting.append(job)
            yield job

    make = partial(make_scanner, ginza=ginza)
    with closing(run_tasks(make, lang, remembered(), workers=workers, timeout=timeout)) as results:
        for result in results:
            job = waiting.pop(0)
            if isinstance(result, Failure):
                yield _error(job, f"{result.reason}: {say(result.detail, lang)}"), False
            else:
                yield result, job.error is None


def _error(job: Job, message: str) -> str:
    return json.dumps({"id": job.id, "error": message}, ensure_ascii=False)
