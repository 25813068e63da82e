"""Time as the ledger writes it (Asia/Tokyo, microseconds), and identifiers that sort by time (UUIDv7)."""

from __future__ import annotations

import secrets
import uuid
from datetime import datetime, timedelta, timezone

JST = timezone(timedelta(hours=9), "JST")  # Japan has had no summer time since 1951: no zone database is needed


def now() -> datetime:
    """Return the present moment in Tokyo."""
    return datetime.now(JST)


def stamp(moment: datetime) -> str:
    """Return `moment` as `2026-11-23T09:00:00.000000+09:00`; all stamps have one length and sort as text.

    Raises:
        ValueError: `moment` is naive: it does not say in which zone it is.
    """
    if moment.utcoffset() is None:
        raise ValueError("a moment in the ledger needs a time zone; give an aware datetime")
    return moment.astimezone(JST).isoformat(timespec="microseconds")


def uuid7(moment: datetime) -> str:
    """Return a new UUID version 7 (RFC 9562, 5.7) of the millisecond of `moment`."""
    milliseconds = int(moment.timestamp() * 1000) & (1 << 48) - 1
    rest = secrets.randbits(74)
    number = milliseconds << 80 | 0x7 << 76 | (rest >> 62) << 64 | 0b10 << 62 | rest & (1 << 62) - 1
    return str(uuid.UUID(int=number))
