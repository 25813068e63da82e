"""The ledger's secret key (鍵), and the keyed digests (HMAC) made with it.

The key comes from the environment (`HAIRYO_KEY`) or from the file `key` in the data folder, which is made on
first use. Every use has a sub-key of its own, so a digest made for one use says nothing in another.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import json
import os
import secrets
import tempfile
from pathlib import Path

import platformdirs
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hairyo.errors import LedgerError, UsageError

MIN_BYTES = 32
Part = str | int | None


def data_folder(given: Path | None = None) -> Path:
    """Return the folder of the ledger and the key: `given`, else env `HAIRYO_DATA`, else the user's own.

    The folder need not exist.
    """
    if given is not None:
        return given
    named = os.environ.get("HAIRYO_DATA")
    return Path(named) if named else platformdirs.user_data_path("hairyo", appauthor=False)


class Keys:
    """The key and its sub-keys. Its repr shows the key's public name only.

    Args:
        master: the secret, 32 bytes or more.

    Raises:
        UsageError: the secret is too short.
    """

    def __init__(self, master: bytes) -> None:
        if len(master) < MIN_BYTES:
            raise UsageError(
                "the key has fewer than {min_bytes} bytes; make one with `openssl rand -base64 32`", min_bytes=MIN_BYTES
            )
        self._master = master
        self._derived: dict[str, bytes] = {}

    @classmethod
    def load(cls, data: Path | None = None, *, create: bool = True) -> Keys:
        """Return the key of env `HAIRYO_KEY` (base64), else of the file `key` in the data folder.

        Args:
            data: the data folder, where it is not the default one.
            create: whether to make the key file (mode 0600) where there is none.

        Raises:
            UsageError: `HAIRYO_KEY` is not base64 of 32 bytes or more.
            LedgerError: the key file is missing and not to be made, unreadable, short, or open to others.
        """
        named = os.environ.get("HAIRYO_KEY")
        if named:
            return cls(_decoded(named.encode("utf-8", "replace"), UsageError, "HAIRYO_KEY"))
        path = data_folder(data) / "key"
        try:
            if create and not path.exists():
                _create(path)
            return cls(_decoded(_read(path), LedgerError, "the key file"))
        except FileNotFoundError as error:
            raise LedgerError(
                "the data folder has no key file; set HAIRYO_KEY, or HAIRYO_DATA to the folder of the key"
            ) from error
        except OSError as error:
            raise LedgerError(
                "the key file cannot be read or made; check the mode of the data folder, or set HAIRYO_KEY"
            ) from error

    @property
    def id(self) -> str:
        """The key's public name, 16 hex digits; events and ledgers carry it (key_id, LAW.md 3.1)."""
        return self.mac("key id")[:16]

    def mac(self, use: str, *parts: Part) -> str:
        """Return the HMAC-SHA-256 of `parts` under the sub-key of `use`, as 64 hex digits.

        Parts are set apart from each other: ("ab", "c") and ("a", "bc") differ.
        """
        message = json.dumps(parts, ensure_ascii=True, separators=(",", ":")).encode("ascii")
        return hmac.new(self.subkey(use), message, hashlib.sha256).hexdigest()

    def subkey(self, use: str) -> bytes:
        """Return the 32 bytes that serve one use, named in ASCII."""
        if use not in self._derived:
            info = b"hairyo/1/" + use.encode("ascii")
            self._derived[use] = HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self._master)
        return self._derived[use]

    def __repr__(self) -> str:
        return f"Keys(id={self.id!r})"


def _decoded(text: bytes, error: type[UsageError] | type[LedgerError], name: str) -> bytes:
    """Decode base64; the cause is left out of the error, for it would carry the secret along."""
    try:
        master = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError):
        master = b""
    if len(master) < MIN_BYTES:
        raise error(
            f"{name} is not base64 of {MIN_BYTES} bytes or more; restore the key that the ledger was made "
            "with, or for a new ledger make one with `openssl rand -base64 32`"
        )
    return master


def _read(path: Path) -> bytes:
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise LedgerError("the key file can be read or written by other users; set its mode to 0600")
    return path.read_bytes()


def _create(path: Path) -> None:
    """Make the key file whole or not at all; where two processes try at once, the first one's key stands."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".key-")  # mode 0600
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(base64.b64encode(secrets.token_bytes(MIN_BYTES)) + b"\n")
            out.flush()
            os.fsync(out.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(temporary)  # unlike a rename, never replaces the key of another process
    finally:
        temporary.unlink()
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut: without the key the ledger's digests mean nothing."""
    if os.name == "posix":
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
