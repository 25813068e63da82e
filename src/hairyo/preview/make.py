"""Make the preview of a file: a copy as a run makes it, and the page that shows both (下見の作成)."""

from __future__ import annotations

import os
import tempfile
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import pyarrow.parquet as pq

from hairyo.batch.inputs import submissions
from hairyo.batch.options import RunOptions
from hairyo.batch.parts import PART_CHARS
from hairyo.batch.process import Processor, file_digest, versions_of
from hairyo.batch.tasks import PartDone, Result, Setup, Step, Task
from hairyo.consent import Keys
from hairyo.detection.engine import shared_detector
from hairyo.documents import Stamp, open_document
from hairyo.errors import HairyoError, InputRefused, OutputError, UsageError
from hairyo.messages import Lang, say, text
from hairyo.preview.frames import frame_of
from hairyo.preview.marks import marked
from hairyo.preview.pages import Pages, pages_of
from hairyo.preview.sides import Mark, Row, rows
from hairyo.redaction import Policy
from hairyo.taxonomy import types
from hairyo.templates import template
from hairyo.version import __version__

_OWNER_ONLY = 0o600
MAX_ROWS = 2000


@dataclass(frozen=True, slots=True)
class Preview:
    """What was made.

    Attributes:
        page: the HTML file. It holds personal data in clear; only its owner may read it.
        changes: places that differ.
        cut: whether the file is longer than what the page shows.
    """

    page: Path
    changes: int
    cut: bool


def preview(file: Path, out: Path, *, options: RunOptions | None = None, lang: Lang = "ja") -> Preview:
    """Write `NAME.preview.html` for a file into a folder.

    Args:
        file: the file; it stays as it is.
        out: folder for the page; made if missing.
        options: as for a run; those of ledger and workers do not matter.
        lang: language of the page.

    Raises:
        UsageError: options, policy or column map are wrong, or `file` is no file.
        InputRefused: no copy can be made of the file, or it did not pass its check.
        OutputError: the page cannot be written.
    """
    options = options or RunOptions()
    if not file.is_file():
        raise UsageError("only a single file can be previewed; give the file itself")
    with tempfile.TemporaryDirectory(prefix="hairyo-preview-") as folder:
        result = _redacted(file, Path(folder), options)
        if result.copy is None:
            raise _refusal(result)
        made, cut = _rows(file, result, options, lang)
        changes = sum(one.changed for one in made)
        words = ({"gone", "special"}, {"new"})
        before, after = (
            pages_of(path, Path(folder), _words(made, styles))
            for path, styles in zip((file, result.copy), words, strict=True)
        )
        frames = (frame_of(file), frame_of(result.copy))
        html = _html(file, result, made, (before, after), frames, cut=cut, lang=lang)
    return Preview(_written(out, f"{file.name}.preview.html", html), changes, cut)


def _redacted(file: Path, work: Path, options: RunOptions) -> Result:
    policy, keys = Policy.load(options.policy), Keys.load()
    setup = Setup(options, policy, keys, versions_of(policy, __version__, ginza=options.ginza), work, PART_CHARS)
    task = Task(next(submissions(file)), Stamp.of(file), file_digest(file), "preview")
    done = Processor(setup, shared_detector(ginza=options.ginza, overrides=policy.overrides))(Step(task))
    if isinstance(done, PartDone):
        raise TypeError("a whole step gives a whole result")
    return done


def _refusal(result: Result) -> HairyoError:
    detail = {lang: say(result.detail, lang) for lang in ("ja", "en")} if result.detail else {"ja": "", "en": ""}
    return InputRefused("no copy can be made of this file: {why}", why=detail)


def _rows(file: Path, result: Result, options: RunOptions, lang: Lang) -> tuple[list[Row], bool]:
    """Return what the page shows, and whether there is more."""
    marks: dict[int, list[Mark]] = defaultdict(list)
    for one in pq.read_table(result.shard).to_pylist():
        kind = types()[one["type"]]
        name = kind.ja if lang == "ja" else kind.en
        marks[one["block"]].append(Mark(one["start"], one["end"], name, one["item"] is not None))
    if result.copy is None:
        return [], False
    columns = options.column_map
    before, after = open_document(file, columns=columns), open_document(result.copy)
    found = list(rows(before.blocks(), after.blocks(), marks, MAX_ROWS + 1))
    return found[:MAX_ROWS], len(found) > MAX_ROWS


def _words(made: list[Row], styles: set[str]) -> set[str]:
    """Return what is shown in one of these styles."""
    return {one.text for row in made for one in (*row.before, *row.after) if one.style in styles}


def _html(
    file: Path,
    result: Result,
    made: list[Row],
    pages: tuple[Pages, Pages],
    frames: tuple[str, str],
    *,
    cut: bool,
    lang: Lang,
) -> str:
    check = result.leak_check or {}
    return template("hairyo.preview", "preview.html.jinja", words="preview", lang=lang).render(
        lang=lang,
        name=file.name,
        format=result.format,
        rows=made,
        cut=cut,
        shown=MAX_ROWS,
        pages=[
            marked(*pair)
            for pair in zip(pages[0].images, pages[1].images, pages[0].places, pages[1].places, strict=False)
        ],
        pages_cut=pages[0].cut,
        frames=frames if all(frames) else (),
        check=check,
        replaced=result.replaced,
        found=sum(result.counts.values()),
        special=sum(result.special.values()),
        remarks=[say(one, lang) for one in result.remarks],
        place=lambda one: text("preview.row", lang, number=one) if one is not None else "",
    )


def _written(out: Path, name: str, html: str) -> Path:
    """Write the page for its owner alone; an older page of the name goes."""
    page = out / name
    try:
        out.mkdir(parents=True, exist_ok=True)
        page.unlink(missing_ok=True)
        with os.fdopen(os.open(page, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "w", encoding="utf-8") as to:
            to.write(html)
    except OSError as error:
        raise OutputError("the preview cannot be written ({reason}); check the folder", reason=error.strerror) from None
    return page
