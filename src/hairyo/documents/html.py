"""Pages (HTML): every place of text, spliced back into the source, which stays byte for byte elsewhere.

Pictures in data URIs are documents within; any other data URI is left out of every copy. Not read: text that scripts
put together, and styles that hide or move it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes

from hairyo.documents.base import Block, Document, Edit, Limits
from hairyo.documents.columns import ColumnMap
from hairyo.documents.detect_encoding import detect
from hairyo.documents.encodings import START, Encoding, labelled
from hairyo.documents.html_places import Page
from hairyo.documents.nested import Inner
from hairyo.documents.output import EditFeed, Stamp, new_file
from hairyo.documents.runs import merged
from hairyo.documents.source import Change, Piece, can_write, decoded, splice
from hairyo.errors import BrokenInput, TooLarge, Words

_DECLARED = re.compile(rb"<(?:meta\b[^>]*?charset|\?xml\b[^>]*?encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.I)
_HEAD = 4096
_DATA_HEAD = re.compile(r"(?i)data:([^,;]*)([^,]*),")
_DROPPED = Words(
    "left out of the copy: {what}", what={"ja": "画像でない data URI", "en": "data URIs that are no pictures"}
)


class HtmlText:
    """A page in memory, of whatever bytes: a file's, or a mail's part's."""

    def __init__(self, text: str, encoding: Encoding, limits: Limits) -> None:
        """Read the page.

        Raises:
            InputRefused: it holds a picture that is not read.
            TooLarge: it has more characters than may be held in memory.
        """
        if len(text) > limits.record_chars:
            raise TooLarge(
                "the document has more than {record_chars} characters; split it", record_chars=limits.record_chars
            )
        self._text = text
        page = Page(text, lambda said: can_write(encoding, said))
        self._places = page.places
        self._pictures: list[tuple[int, int, str, Inner]] = []
        self._dropped: list[Change] = []
        for start, end in page.data_uris:
            self._data_uri(start, end, limits)
        self.unread = tuple(sorted({kind for *_, inner in self._pictures for kind in inner.unread}))

    @property
    def remarks(self) -> tuple[Words, ...]:
        """What to know about the copy."""
        own = [_DROPPED] if self._dropped else []
        return (*own, *(words for *_, inner in self._pictures for words in inner.remarks))

    def blocks(self, first: int) -> Iterator[Block]:
        """Yield the page's blocks, numbered from `first` on."""
        for place in self._places:
            for block in place.blocks(first):
                yield block
                first = block.index + 1
        for *_, inner in self._pictures:
            for block in inner.blocks(first):
                yield block
                first = block.index + 1

    def changes(self, feed: EditFeed, first: int) -> tuple[list[Change], int]:
        """Return what to change in the page's text, and the number of the block after its last."""
        found = list(self._dropped)
        for place in self._places:
            changed, first = place.changes(feed, first)
            found += changed
        for start, end, data, inner in self._pictures:
            copy, first = inner.copied(feed, first)
            if copy != _data(data)[1]:
                kind = "image/" + (inner.converted or "." + inner.format).lstrip(".").replace("jpg", "jpeg")
                found.append((start, end, f"data:{kind};base64,{base64.b64encode(copy).decode()}"))
        return merged(found), first

    def _data_uri(self, start: int, end: int, limits: Limits) -> None:
        uri = self._text[start:end]
        try:
            kind, data = _data(uri)
        except (binascii.Error, ValueError):
            kind, data = "", b""
        if kind.startswith("image/") and kind != "image/svg+xml" and data:
            place = f"data URI {len(self._pictures) + len(self._dropped) + 1}"
            suffix = "." + kind.partition("/")[2].replace("jpeg", "jpg")
            self._pictures.append((start, end, uri, Inner(data, suffix and f"picture{suffix}", place, limits)))
        elif "," not in uri or uri[uri.index(",") + 1 :]:
            self._dropped.append((start, end, "data:,"))


def _data(uri: str) -> tuple[str, bytes]:
    """Return kind and content of a data URI (RFC 2397)."""
    head = _DATA_HEAD.match(uri)
    if head is None:
        return "", b""
    data = unquote_to_bytes(uri[head.end() :])
    if head[2].lower().endswith(";base64"):
        data = base64.b64decode(data, validate=True)
    return head[1].lower(), data


class HtmlDocument(Document):
    """A page in a file; see `Document`."""

    format = "html"

    def __init__(self, path: Path, limits: Limits) -> None:
        self._path = path
        self._stamp = Stamp.of(path)
        self._limits = limits
        if self._stamp.size > 4 * limits.record_chars:
            raise TooLarge(
                "the document has more than {record_chars} characters; split it", record_chars=limits.record_chars
            )
        raw = path.read_bytes()
        self._encoding = _encoding(path, raw)
        self._piece = Piece(
            decoded(raw[len(self._encoding.bom) :], self._encoding), raw[len(self._encoding.bom) :], START
        )
        if not self._piece.text.strip():
            raise BrokenInput("the file is empty but for white space; ask for it again")
        self._html = HtmlText(self._piece.text, self._encoding, limits)
        self.unread, self.remarks = self._html.unread, self._html.remarks

    def blocks(self) -> Iterator[Block]:
        """Yield the page's blocks; see `Document.blocks`."""
        return self._html.blocks(0)

    def write(self, target: Path, edits: Iterable[Edit]) -> None:
        """Write the copy; see `Document.write`."""
        feed = EditFeed(edits)
        with new_file(target) as file:
            changes, _ = self._html.changes(feed, 0)
            feed.finish()
            file.write(self._encoding.bom + splice(self._encoding, self._piece, changes))
            self._stamp.check(self._path)
        self.remarks = self._html.remarks


def _encoding(path: Path, raw: bytes) -> Encoding:
    """Return a page's encoding: by its mark, else as it declares where that holds, else by its bytes."""
    found = detect(path) if raw[:2] in (b"\xef\xbb", b"\xff\xfe", b"\xfe\xff") else None
    declared = _DECLARED.search(raw[:_HEAD])
    if found is None and declared is not None:
        named = labelled(declared[1].decode("ascii"))
        if named is not None:
            try:
                named.decode(raw, START, True)
            except UnicodeDecodeError:
                return detect(path)
            return named
    return found or detect(path)


def open_file(path: Path, *, kind: str, limits: Limits, columns: ColumnMap | None) -> HtmlDocument:
    """Open a page; `columns` does not concern it. See `Opener`."""
    return HtmlDocument(path, limits)
