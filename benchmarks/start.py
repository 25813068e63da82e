"""Processor time of `hairyo --help` beside `python -c pass`: `python benchmarks/start.py [COMMAND ...]`."""

from __future__ import annotations

import os
import subprocess
import sys

ROUNDS = 20


def cpu_seconds(*command: str) -> float:
    """Return the processor time of a command, which a busy machine stretches less than its wall-clock time."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{command[-2]} ended with exit code {process.returncode}")
    return used.ru_utime + used.ru_stime


def ratio(*command: str) -> float:
    """Return the time of `hairyo COMMAND --help` in that of `python -c pass`.

    The best of `ROUNDS` of both count, taken by turns, so that both have the machine's best moments.
    """
    nothing, shown = [], []
    for _ in range(ROUNDS):
        nothing.append(cpu_seconds(sys.executable, "-c", "pass"))
        shown.append(cpu_seconds(sys.executable, "-m", "hairyo", *command, "--help"))
    return min(shown) / min(nothing)


def main() -> None:
    """Print the ratio."""
    print(f"{ratio(*sys.argv[1:]):.1f} times `python -c pass`")


if __name__ == "__main__":
    main()
