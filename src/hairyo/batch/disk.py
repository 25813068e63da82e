"""Writing in the output folder: files whole or not at all, and one error for whatever the disk refuses."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from hairyo.errors import OutputError

OUTPUT = {"ja": "出力フォルダ", "en": "the output folder"}
WORK = {"ja": "作業フォルダ", "en": "the work folder"}
COPY = {"ja": "写し", "en": "a copy"}


@contextmanager
def writing(name: str | dict[str, str]) -> Iterator[None]:
    """Turn what the system refuses while `name`, a name of ours, is written into `OutputError`.

    The system's own message holds the path, which may hold a person's name; it is left out.

    Raises:
        OutputError: a file cannot be written, moved or removed.
    """
    try:
        yield
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        raise OutputError(
            "{name} cannot be written ({strerror}); free space, check the disk, and run again",
            name=name,
            strerror=reason,
        ) from error


@contextmanager
def whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write, which becomes `path` once it is whole and on disk, and vanishes otherwise.

    Raises:
        OutputError: it cannot be written.
    """
    part = path.with_name(path.name + ".part")
    with writing(path.name):
        try:
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


def write_whole(path: Path, text: str) -> None:
    r"""Write a text file so that it is there whole or not at all; a lone surrogate becomes `\udXXX`.

    Raises:
        OutputError: it cannot be written.
    """
    with whole_file(path) as file:
        file.write(text.encode("utf-8", "backslashreplace"))
