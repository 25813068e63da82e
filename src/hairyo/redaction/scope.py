"""A scope (伏せ字の単位): where the same value gets the same stand-in, and is taken out everywhere.

A scope is one document, or one record of a table. It holds raw values in memory only; its repr hides them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hairyo.errors import UsageError
from hairyo.redaction.people import People
from hairyo.redaction.secret import Secret

MIN_KEY_BYTES = 32


@dataclass
class Scope:
    """The memory of one document or record while its copy is planned.

    Attributes:
        name: what tells this scope from others; part of the pseudonyms, so never to be a personal value.
        recipient: who is to get the copy; pseudonyms for two recipients cannot be linked (LAW.md 4.6-4).
        key: secret of 32 bytes or more; only the operators that need one ask for it.
        people: who is who in this scope.
    """

    name: str = ""
    recipient: str = ""
    key: bytes | None = field(default=None, repr=False)
    people: People = field(default_factory=People, repr=False)
    _secrets: set[Secret] = field(default_factory=set, repr=False)

    def __post_init__(self) -> None:
        if self.key is not None and len(self.key) < MIN_KEY_BYTES:
            raise UsageError(
                "the key has fewer than {min_key_bytes} bytes; make one with `openssl rand 32`",
                min_key_bytes=MIN_KEY_BYTES,
            )

    @property
    def secrets(self) -> list[Secret]:
        """The values redacted so far, in a fixed order."""
        return sorted(self._secrets)

    def remember(self, secrets: Iterable[Secret]) -> None:
        """Add values that no text of this scope may show any more."""
        self._secrets.update(secrets)

    def subkey(self, use: str) -> bytes:
        """Return 32 bytes for one use, so that what one use shows says nothing in another.

        Raises:
            UsageError: the scope has no key.
        """
        if self.key is None:
            raise UsageError("this policy makes keyed stand-ins; give a key, or choose a policy that only masks")
        return HKDF(SHA256(), 32, salt=None, info=f"hairyo.redaction.{use}".encode()).derive(self.key)
