"""What a copy may show (伏せ方の方針): a versioned file that gives each type its operator and threshold."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from functools import cache, cached_property
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from hairyo.detection.finding import Finding, Subject
from hairyo.detection.tagger.trust import Override, thresholds
from hairyo.errors import UsageError
from hairyo.redaction.operators import NEUTRAL, OPERATORS, Encrypt, Keep, Mask, Operator, Pseudonym
from hairyo.taxonomy import types

DEFAULT = "client-company"
Treatment = Literal["redact", "keep"]
Score = Annotated[float, Field(ge=0, le=1)]
Probability = Annotated[float, Field(ge=0, le=2)]  # above 1: never
# Rows of thresholds that are no types: all of Article 6, and everything.
_GROUPS = ("special_care", "default")
_EVERYBODY: tuple[Subject, ...] = ("self", "family", "other", "unknown")
# What may stand for all of Article 6: a list of what is allowed, as no list of telling words is ever whole.
_NEUTRAL_TEXT = re.compile(
    r"[\[【(（〔〈<]?(?:非開示|不開示|秘匿|伏せ字|伏字|省略|黒塗り|墨塗り|redacted|REDACTED|[■█●*＊×]+)[\]】)）〕〉>]?"
)


class Rule(BaseModel):
    """How one type is treated.

    Attributes:
        operator: name of the operator; Article 6 types take `mask` only, with the policy's one text.
        options: the operator's own options.
        threshold: findings below this score stay; None for the policy's.
        subjects: whose data is redacted; None for the policy's. Where it is not known whose, it is redacted.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    operator: str = "mask"
    options: dict[str, str] = {}
    threshold: Score | None = None
    subjects: tuple[Subject, ...] | None = None


class Polarity(BaseModel):
    """What is done where something is denied or doubted; both tell of the matter (LAW.md 2.5)."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    negated: Treatment = "redact"
    uncertain: Treatment = "redact"


class Policy(BaseModel):
    """A policy of redaction, as its TOML file gives it.

    Attributes:
        format: version of the file's format.
        name: what it is called.
        version: version of its content.
        mask: the one text for all Article 6 types; it must not tell the category (LAW.md 4.6-1).
        threshold: findings below this score stay; 0 redacts all.
        subjects: whose data is redacted.
        polarity: what is done with negated and uncertain findings.
        types: how each type is treated; a type without a row is masked.
        found: how sure detection must be of a type, in place of the thresholds that come with the tagger: a row for
            a type, for all of Article 6 (`special_care`) or for everything (`default`), and in it keys of `Trust`
            (`hairyo.detection.tagger.trust`). `threshold` hides less of what is found; this finds more or less.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    format: Literal[1]
    name: str = Field(pattern=r"^[a-z0-9\-]{1,40}$")
    version: str = Field(pattern=r"^[0-9A-Za-z.\-]{1,40}$")
    mask: str = Field(NEUTRAL, min_length=1, max_length=40)
    threshold: Score = 0.0
    subjects: tuple[Subject, ...] = _EVERYBODY
    polarity: Polarity = Polarity()
    types: dict[str, Rule] = {}
    found: dict[str, dict[str, Probability]] = {}

    @field_validator("mask")
    @classmethod
    def _tells_nothing(cls, mask: str) -> str:
        if not _NEUTRAL_TEXT.fullmatch(mask):
            raise ValueError("it may tell the category of what it hides (LAW.md 4.6-1); choose a neutral text")
        return mask

    @model_validator(mode="after")
    def _rows_fit(self) -> Self:
        for name in self.types:
            if name not in types():
                raise ValueError(f"types.{name}: there is no such type; see `hairyo.taxonomy.types()`")
            self.operator(name)
        for row, keys in self.found.items():
            if row not in types() and row not in _GROUPS:
                raise ValueError(f"found.{row}: name a type, or one of {', '.join(_GROUPS)}")
            if wrong := sorted(keys.keys() - thresholds()):
                raise ValueError(f"found.{row}.{wrong[0]}: choose one of {', '.join(thresholds())}")
        return self

    @classmethod
    def load(cls, path_or_name: str | Path) -> Policy:
        """Return a policy from a TOML file, or one of those that come with Hairyo by its name.

        Raises:
            UsageError: there is none, or a key of it is wrong; the message names the key.
        """
        where = str(path_or_name)
        try:
            if isinstance(path_or_name, Path) or where.endswith(".toml"):
                text = Path(where).read_text(encoding="utf-8")
            else:
                text = _shipped(where)
            return cls.model_validate(tomllib.loads(text))
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("the policy file cannot be read; check its path and that it is UTF-8") from error
        except tomllib.TOMLDecodeError as error:
            raise UsageError("the policy file is not TOML: {error}; correct it", error=error) from error
        except ValidationError as error:
            raise UsageError("the policy file is wrong: {problems}; correct it", problems=_problems(error)) from error

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the policy's content, whatever the layout of its file."""
        content = json.dumps(self.model_dump(mode="json"), sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(content.encode()).hexdigest()

    @cached_property
    def overrides(self) -> tuple[Override, ...]:
        """The thresholds of detection that are this policy's own, for `Detector`."""
        return tuple((row, key, keys[key]) for row, keys in sorted(self.found.items()) for key in sorted(keys))

    def operator(self, type_: str) -> Operator:
        """Return the operator for a type; unknown types get the neutral mask.

        Raises:
            ValueError: the type's row is wrong (never so in a policy that was loaded).
        """
        rule = self.types.get(type_, Rule())
        kind = OPERATORS.get(rule.operator)
        if kind is None:
            raise ValueError(f"types.{type_}.operator: choose one of {', '.join(OPERATORS)}")
        if not kind.fits(type_):
            raise ValueError(f"types.{type_}.operator: `{rule.operator}` is not allowed for this type")
        if type_ not in types():
            return Mask(text=self.mask)
        if types()[type_].item is not None:
            if kind is not Mask or rule.options:
                raise ValueError(f"types.{type_}: Article 6 types are all masked with the policy's one `mask`")
            return Mask(text=self.mask)
        try:
            return kind.model_validate({"text": f"[{types()[type_].ja}]", **rule.options})
        except ValidationError as error:
            keys = sorted({str(one["loc"][0]) for one in error.errors(include_input=False) if one["loc"]})
            raise ValueError(f"types.{type_}.options: wrong: {', '.join(keys)}") from error

    @cached_property
    def keyed(self) -> bool:
        """Whether a stand-in is made with a key."""
        return any(isinstance(self.operator(name), Pseudonym | Encrypt) for name in types())

    def redacts(self, finding: Finding) -> bool:
        """Whether a finding has to go from the copy."""
        rule = self.types.get(finding.type, Rule())
        threshold = self.threshold if rule.threshold is None else rule.threshold
        subjects = self.subjects if rule.subjects is None else rule.subjects
        treatment = {"negated": self.polarity.negated, "uncertain": self.polarity.uncertain}
        return (
            finding.score >= threshold
            and (finding.subject is None or finding.subject in subjects)
            and treatment.get(finding.polarity or "", "redact") == "redact"
            and not isinstance(self.operator(finding.type), Keep)
        )


@cache
def shipped() -> tuple[str, ...]:
    """Return the names of the policies that come with Hairyo."""
    found = (files(__package__) / "policies").iterdir()
    return tuple(sorted(one.name.removesuffix(".toml") for one in found if one.name.endswith(".toml")))


def _shipped(name: str) -> str:
    if name not in shipped():
        raise UsageError("there is no such policy; give a .toml file or one of: {names}", names=", ".join(shipped()))
    return (files(__package__) / "policies" / f"{name}.toml").read_text(encoding="utf-8")


def _problems(error: ValidationError) -> str:
    """Return every wrong key of a policy with what is wrong, but without what was written there."""

    def line(one: ErrorDetails) -> str:
        return ": ".join(filter(None, (".".join(map(str, one["loc"])), one["msg"].removeprefix("Value error, "))))

    found = error.errors(include_input=False, include_url=False)
    return "; ".join(map(line, found))
