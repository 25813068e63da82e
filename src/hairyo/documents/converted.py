"""Older and open Office documents (DOC, XLS, PPT, RTF, ODT, ODS, ODP), by way of LibreOffice (旧形式の変換).

LibreOffice makes a DOCX, XLSX or PPTX of them, and that is what is read and copied. It runs without network where the
system can take it away, with a profile of its own, in the scratch folder; macros are not run and links not followed.
Where it is not installed such files are held.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import weakref
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module
from importlib.resources import files
from pathlib import Path
from tempfile import mkdtemp
from types import MappingProxyType

from hairyo.documents.base import Block, Document, Edit, Limits, Opener
from hairyo.documents.columns import ColumnMap
from hairyo.errors import BrokenInput, OutputError, TooLarge, Words

# What LibreOffice calls the filter that writes each format.
_FILTERS: Mapping[str, str] = MappingProxyType(
    {
        "docx": "docx:MS Word 2007 XML",
        "xlsx": "xlsx:Calc MS Excel 2007 XML",
        "pptx": "pptx:Impress MS PowerPoint 2007 XML",
    }
)
_TARGETS: Mapping[str, str] = MappingProxyType(
    {"doc": "docx", "xls": "xlsx", "ppt": "pptx", "rtf": "docx", "odt": "docx", "ods": "xlsx", "odp": "pptx"}
)
_SECONDS = 180
_NOWHERE = "http://127.0.0.1:9"  # the port that discards: nothing answers there


class Unconverted(Document):
    """A document that cannot be read for want of LibreOffice; it is held."""

    unread = ("document that only LibreOffice opens, which is not installed",)

    def __init__(self, kind: str) -> None:
        """Name what it is."""
        self.format = kind

    def blocks(self) -> Iterator[Block]:
        """Yield nothing; see `Document.blocks`."""
        return iter(())

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write nothing; see `Document.write`.

        Raises:
            OutputError: always.
        """
        raise OutputError("the document was not read, so no copy of it can be written; install LibreOffice")


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> Document:
    """Open an older or open Office document as LibreOffice converts it. See `Opener`.

    Raises:
        BrokenInput: LibreOffice cannot open it.
        TooLarge: the conversion takes too long, or comes to too much.
    """
    made = _TARGETS[kind]
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        return Unconverted(kind)
    folder = Path(mkdtemp(dir=limits.scratch, prefix="convert-"))
    try:
        result = _convert(program, path, kind, made, folder)
        opener: Opener = import_module(f"hairyo.documents.office.{made}").open_file
        document = opener(result, kind=made, limits=limits, columns=columns)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    weakref.finalize(document, shutil.rmtree, folder, ignore_errors=True)
    document.converted, document.basis = f".{made}", result
    document.remarks = (
        Words("LibreOffice converted it to {made}; compare the copy's layout with the document's", made=made.upper()),
        *document.remarks,
    )
    return document


def _convert(program: str, path: Path, kind: str, made: str, folder: Path) -> Path:
    """Have LibreOffice convert a file, and return what it made."""
    source = folder / f"document.{kind}"
    shutil.copyfile(path, source)
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True)
    settings = files("hairyo.documents").joinpath("libreoffice.xcu").read_bytes()
    (profile / "registrymodifications.xcu").write_bytes(settings)
    command = [
        *_without_network(), program, f"-env:UserInstallation={profile.parent.as_uri()}", "--headless", "--norestore",
        "--nolockcheck", "--nodefault", "--convert-to", _FILTERS[made], "--outdir", str(folder / "made"), str(source),
    ]  # fmt: skip
    home = {"HOME": str(folder), "TMPDIR": str(folder), "http_proxy": _NOWHERE, "https_proxy": _NOWHERE}
    known = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    with subprocess.Popen(
        command, env=known | home, cwd=folder, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            process.wait(_SECONDS)
        except subprocess.TimeoutExpired:
            raise TooLarge(
                "LibreOffice took more than {seconds} seconds to convert the document; save it in a newer format",
                seconds=_SECONDS,
            ) from None
        finally:
            _end(process)
    result = folder / "made" / f"document.{made}"
    if not result.is_file():
        raise BrokenInput("LibreOffice cannot open the document (damaged, or locked with a password); save it anew")
    source.unlink()
    shutil.rmtree(profile.parent, ignore_errors=True)
    return result


def _end(process: subprocess.Popen[bytes]) -> None:
    """End LibreOffice and what it started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


@cache
def _without_network() -> tuple[str, ...]:
    """Return what starts a program without network; nothing where the system does not let us."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    command = (unshare, "--map-root-user", "--net")
    tried = subprocess.run([*command, "true"], capture_output=True, check=False)
    return command if tried.returncode == 0 else ()
