"""Every error Hairyo raises on purpose, in one tree.

HairyoError
├── UsageError            2   the call was wrong: an option, a column map, a policy file
├── InputRefused          3   an input may not be processed; the run goes on, the manifest names it
│   ├── UnknownFormat         no reader for this kind of file
│   ├── BrokenInput           the file is not what it claims to be (truncated, binary, bad encoding)
│   └── TooLarge              over a limit on size, depth or compression
├── LeakFound             4   a redacted value was found in the copy again; the copy was destroyed
├── TextLost              9   a copy lost or changed text that was not redacted; the copy was destroyed
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

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from typing import Any, ClassVar


class Words:
    """A sentence for users in English, which `hairyo.messages.say` can put into their language.

    Attributes:
        template: the English sentence with fields in braces; its key in `messages/errors.toml`.
        values: what the fields hold: numbers, names of ours, or a mapping from language to name.
    """

    def __init__(self, template: str, /, **values: Any) -> None:
        self.template = template
        self.values = values

    def fill(self, template: str, lang: str) -> str:
        """Return `template`, this sentence in language `lang`, with its fields filled."""
        named = {name: value[lang] if isinstance(value, dict) else value for name, value in self.values.items()}
        return template.format(**named)

    def __str__(self) -> str:
        return self.fill(self.template, "en")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and (self.template, self.values) == (other.template, other.values)

    def __hash__(self) -> int:
        return hash(self.template)


class HairyoError(Exception):
    """Base of all errors raised on purpose.

    Args:
        template: what happened and what to do, in English; see `Words`.
        values: the values of its fields.
    """

    exit_code: ClassVar[int] = 1
    reason: ClassVar[str] = "error"

    def __init__(self, template: str, /, **values: Any) -> None:
        self.words = Words(template, **values)
        super().__init__(str(self.words))

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.words.template, self.words.values)


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


class TextLost(HairyoError):
    """A finished copy differed from its original in more or less than was redacted; the copy has been destroyed."""

    exit_code = 9
    reason = "text_lost"


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


def _again(kind: type[HairyoError], template: str, values: dict[str, Any]) -> HairyoError:
    """Make an error again that has crossed a process boundary."""
    return kind(template, **values)
