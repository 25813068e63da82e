"""What may stand in a value's place (置き換えの方法): one class an operator, one row in `OPERATORS`.

A new operator is a subclass of `Operator` here or in a file of its own, its row, and a test. Its fields are
the options that a policy file may set; unknown ones are refused.
"""

from __future__ import annotations

import base64
import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import ClassVar, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from pydantic import BaseModel, ConfigDict, Field

from hairyo.detection.finding import Finding
from hairyo.errors import UsageError
from hairyo.redaction.generalise import age_band, birth_band, prefecture
from hairyo.redaction.scope import Scope
from hairyo.redaction.sweep import squeeze

NEUTRAL = "[非開示]"
MY_NUMBER = "MY_NUMBER"
_LAST_RESORTS = (NEUTRAL, "***", "")
_BLOCK = 32
_NONCE_BYTES = 12


class Operator(ABC, BaseModel):
    """One way to replace a value.

    Attributes:
        name: what policy files call it.
        types: the labels it fits; None for all.
        text: the fixed text used where the operator has nothing better, or would show the value.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    name: ClassVar[str]
    types: ClassVar[frozenset[str] | None] = None
    text: str = Field(NEUTRAL, min_length=1, max_length=40)

    @abstractmethod
    def replace(self, value: str, finding: Finding, scope: Scope) -> str:
        """Return what stands in the place of `value`.

        Args:
            value: the characters found.
            finding: what was found there; its offsets do not matter.
            scope: the document or record the value stands in.

        Raises:
            UsageError: the operator needs a key and the scope has none.
        """

    @classmethod
    def fits(cls, type_: str) -> bool:
        """Whether the operator may be used for a label; My Number takes the mask only (LAW.md 6.4)."""
        return (cls.types is None or type_ in cls.types) and (type_ != MY_NUMBER or cls is Mask)

    def choices(self, value: str, finding: Finding, scope: Scope) -> Iterator[str]:
        """Yield replacements, best first, that do not show the value; the last one is empty.

        Raises:
            UsageError: the operator does not fit the type, or lacks a key.
        """
        if not self.fits(finding.type):
            raise UsageError(
                "operator `{name}` is not allowed for {type}; choose `mask`", name=self.name, type=finding.type
            )
        hidden = squeeze(value)
        for text in (self.replace(value, finding, scope), self.text, *_LAST_RESORTS):
            if not text or not hidden or hidden not in squeeze(text):
                yield text


class Mask(Operator):
    """A fixed text whatever the value (伏せ字): irreversible, and no measure of the value's length."""

    name = "mask"

    def replace(self, value: str, finding: Finding, scope: Scope) -> str:
        """Return the fixed text."""
        return self.text


class Placeholder(Operator):
    """人物A, 人物B ...: the same person gets the same letter throughout the scope."""

    name = "placeholder"
    types = frozenset({"PERSON"})
    prefix: str = Field("人物", min_length=1, max_length=20)

    def replace(self, value: str, finding: Finding, scope: Scope) -> str:
        """Return the prefix and the person's letter."""
        return self.prefix + scope.people.letter(value)


class Generalise(Operator):
    """A broader value (一般化, LAW.md 5.1): decades of ages and birth dates, prefectures of addresses."""

    name = "generalise"
    bands: ClassVar[Mapping[str, Callable[[str], str | None]]] = MappingProxyType(
        {"AGE": age_band, "DATE_OF_BIRTH": birth_band, "ADDRESS": prefecture}
    )
    types = frozenset(bands)

    def replace(self, value: str, finding: Finding, scope: Scope) -> str:
        """Return the band of the value, or the fixed text where none is certain."""
        return self.bands[finding.type](value) or self.text


class Pseudonym(Operator):
    """A keyed token (仮IDへの置き換え): the same value gets the same token, for one recipient only.

    Attributes:
        per: whether tokens stay the same within the scope only, or in all that the recipient gets.
        prefix: put before the eight characters.
    """

    name = "pseudonym"
    per: Literal["scope", "recipient"] = "scope"
    prefix: str = Field("ID-", max_length=20)

    def replace(self, value: str, finding: Finding, scope: Scope) -> str:
        """Return prefix and eight base32 characters of an HMAC, the same however the value is written."""
        of = [scope.recipient, scope.name if self.per == "scope" else None, finding.type, squeeze(value)]
        digest = hmac.digest(scope.subkey("pseudonym"), json.dumps(of).encode(), "sha256")
        return self.prefix + base64.b32encode(digest[:5]).decode()


class Encrypt(Operator):
    """A token that the holder of the key can open again (暗号化): AES-256-GCM with the key's id.

    The nonce is an HMAC of the value under a key of its own, so that the same run gives the same copy
    (DESIGN.md, invariant 11); padding lets the token tell the value's length in steps of 32 bytes only.
    """

    name = "encrypt"

    def replace(self, value: str, finding: Finding, scope: Scope) -> str:
        """Return the token, `[enc:KEYID:BASE64URL]`."""
        plain = value.encode("utf-8", "surrogatepass") + b"\x80"
        plain += bytes(-len(plain) % _BLOCK)
        nonce = hmac.digest(scope.subkey("nonce"), plain, "sha256")[:_NONCE_BYTES]
        name = _key_id(scope)
        sealed = nonce + AESGCM(scope.subkey("encrypt")).encrypt(nonce, plain, name.encode())
        return f"[enc:{name}:{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}]"


class Remove(Operator):
    """Nothing in the value's place (削除)."""

    name = "remove"

    def replace(self, value: str, finding: Finding, scope: Scope) -> str:
        """Return the empty string."""
        return ""


class Keep(Operator):
    """The value stays (そのまま). The plan leaves such findings out, so this is never asked to replace."""

    name = "keep"

    def replace(self, value: str, finding: Finding, scope: Scope) -> str:
        """Return the fixed text: a kept value that must go after all is masked."""
        return self.text


OPERATORS: Mapping[str, type[Operator]] = MappingProxyType(
    {one.name: one for one in (Mask, Placeholder, Generalise, Pseudonym, Encrypt, Remove, Keep)}
)


def decrypt(token: str, scope: Scope) -> str:
    """Return the value that `Encrypt` sealed in `token`.

    Raises:
        UsageError: it is no such token, or was made with another key or altered.
    """
    name = _key_id(scope)
    head, _, body = token.removesuffix("]").rpartition(":")
    if head != f"[enc:{name}":
        raise UsageError("this token was not made with this key; give the key whose id the token names")
    try:
        sealed = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        plain = AESGCM(scope.subkey("encrypt")).decrypt(nonce, rest, name.encode())
    except (InvalidTag, ValueError) as error:
        raise UsageError("this token was altered or cut short; take it from the copy again") from error
    return plain.rstrip(b"\0")[:-1].decode("utf-8", "surrogatepass")


def _key_id(scope: Scope) -> str:
    return scope.subkey("key-id").hex()[:8]
