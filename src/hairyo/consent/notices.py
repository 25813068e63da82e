"""Notices (規約の版) shown to users, and channels (取得方法) of submissions: data, checked once."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from hairyo.consent.clock import JST
from hairyo.consent.tables import rows
from hairyo.errors import ModelError, UsageError


@dataclass(frozen=True, slots=True)
class Notice:
    """One version of a notice.

    Attributes:
        id: stable name of the notice.
        version: its version.
        effective: first day (Asia/Tokyo) on which it is in force.
        language: language of its text.
        file: name of the text file in this package.
        sha256: digest of that file's bytes.
        purposes: codes of the purposes it states (Article 2).
        proviso_purposes: those that the deemed consent of its Article 6 reaches, the primary one first.
    """

    id: str
    version: str
    effective: date
    language: str
    file: str
    sha256: str
    purposes: tuple[str, ...]
    proviso_purposes: tuple[str, ...]

    def text(self) -> str:
        """Return the notice's text.

        Raises:
            ModelError: the text file is missing or is not the one that was shown.
        """
        try:
            raw = (files(__package__) / self.file).read_bytes()
        except FileNotFoundError as error:
            raise ModelError("consent/{file} is missing; reinstall hairyo", file=self.file) from error
        if hashlib.sha256(raw).hexdigest() != self.sha256:
            raise ModelError("consent/{file} is not the text that was shown; reinstall hairyo", file=self.file)
        return raw.decode("utf-8")


@dataclass(frozen=True, slots=True)
class Channel:
    """A way in which a submission reaches the company (collection_method of LAW.md 3.1).

    Attributes:
        name: its code.
        own: whether the user himself hands something in through it (利用者自ら, Article 6).
        ja: Japanese name.
        en: English name.
    """

    name: str
    own: bool
    ja: str
    en: str


@cache
def notices() -> tuple[Notice, ...]:
    """Return every notice by its first day in force, its text checked against its digest.

    Raises:
        ModelError: the data file is malformed, or a text is missing or altered.
    """
    try:
        found = [Notice(version=version, **row) for version, row in rows("notices.toml").items()]
    except TypeError as error:
        raise ModelError("consent/notices.toml has an unknown or missing key; reinstall hairyo") from error
    for one in found:
        one.text()
        if not one.proviso_purposes or not set(one.proviso_purposes) <= set(one.purposes):
            raise ModelError(
                "consent/notices.toml: the purposes of version {version} do not agree", version=one.version
            )
    return tuple(sorted(found, key=lambda one: one.effective))


def in_force(at: datetime) -> Notice:
    """Return the notice in force at the moment `at` (aware), by the date in Tokyo.

    Raises:
        UsageError: no notice was in force yet.
    """
    day = at.astimezone(JST).date()
    found = [one for one in notices() if one.effective <= day]
    if not found:
        raise UsageError(
            "no notice was in force on {day}: nothing can be deemed consented; check the submission's date, "
            "or add the notice then shown to consent/notices.toml",
            day=day,
        )
    return found[-1]


@cache
def channels() -> Mapping[str, Channel]:
    """Return every channel by its code.

    Raises:
        ModelError: the data file is malformed.
    """
    try:
        found = {name: Channel(name=name, **row) for name, row in rows("channels.toml").items()}
    except TypeError as error:
        raise ModelError("consent/channels.toml has an unknown or missing key; reinstall hairyo") from error
    return MappingProxyType(found)
