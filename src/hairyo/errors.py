"""Every error Hairyo raises on purpose, in one tree.

HairyoError
├── UsageError            2   the call was wrong: an option, a column map, a policy file
├── InputRefused          3   an input may not be processed; the run goes on, the manifest names it
│   ├── UnknownFormat         no reader for this kind of file
│   ├── BrokenInput           the file is not what it claims to be (truncated, binary, bad encoding)
│   └── TooLarge              over a limit on size, depth or compression
├── LeakFound             4   a redacted value was found in the copy again; the copy was destroyed
├── LedgerError           5   the consent ledger cannot be read or written
│   └── LedgerTampered        the hash chain does not verify
├── Busy                  6   another run holds the output folder
├── ModelError            7   a dictionary or model is missing or of another version
└── OutputError           8   a copy, the manifest or the report cannot be written

A class owns its exit code (`exit_code`) and its reason code (`reason`, stable, used in manifests).
Messages say what happened and what to do next, and never hold text from an input: give offsets,
counts, file positions and option names instead (DESIGN.md, invariant 5).
"""

from __future__ import annotations

from typing import ClassVar


class HairyoError(Exception):
    """Base of all errors raised on purpose."""

    exit_code: ClassVar[int] = 1
    reason: ClassVar[str] = "error"


class UsageError(HairyoError):
    """The caller asked for something that cannot be done as asked."""

    exit_code = 2
    reason = "usage"


class InputRefused(HairyoError):
    """One input may not be processed; it is named in the manifest and no copy of it leaves."""

    exit_code = 3
    reason = "refused"


class UnknownFormat(InputRefused):
    """No reader knows this kind of file."""

    reason = "unknown_format"


class BrokenInput(InputRefused):
    """The file is empty of what its kind promises: truncated, binary, wrongly encoded."""

    reason = "broken_input"


class TooLarge(InputRefused):
    """The file is over a limit on size, depth or compression ratio."""

    reason = "too_large"


class LeakFound(HairyoError):
    """A redacted value was found again in the finished copy; the copy has been destroyed."""

    exit_code = 4
    reason = "leak_found"


class LedgerError(HairyoError):
    """The consent ledger cannot be opened, read or written."""

    exit_code = 5
    reason = "ledger"


class LedgerTampered(LedgerError):
    """The ledger's hash chain does not verify."""

    reason = "ledger_tampered"


class Busy(HairyoError):
    """Another run holds the output folder."""

    exit_code = 6
    reason = "busy"


class ModelError(HairyoError):
    """A dictionary, lexicon or model is missing, altered, or of another version."""

    exit_code = 7
    reason = "model"


class OutputError(HairyoError):
    """Something that had to be written could not be."""

    exit_code = 8
    reason = "output"
