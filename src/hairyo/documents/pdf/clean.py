"""Open a PDF and leave in it only what a copy keeps (`structure.toml`); find every string that is text.

Everything that a copy does not keep goes before anything is read, so that what is offered as blocks is what will be
written. Gone are metadata, actions, JavaScript, signatures, multimedia, private data of programs, earlier revisions;
destinations are numbered anew, and names in other than plain letters are replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pikepdf

from hairyo.documents.long_numbers import holds_long_number
from hairyo.documents.pdf.objects import Key, called, content, entry, key_of, tells, text_of
from hairyo.documents.pdf.rules import structure
from hairyo.documents.pictures import icc
from hairyo.errors import BrokenInput, TooLarge, Words

_DEPTH = 50
_MOST_STRINGS = 2_000_000
_NAMES = {
    "XFA": {"ja": "XFA フォーム", "en": "an XFA form"},
    "action": {"ja": "動作(JavaScript など)", "en": "actions (JavaScript and the like)"},
    "multimedia": {"ja": "音声・動画など", "en": "multimedia"},
    "stream": {"ja": "種類の分からない部分", "en": "parts of an unknown kind"},
}
_URL_SAFE = "/:?#[]@!$&'()*+,;=~%"
_SHOWS = re.compile(rb"T[jJ]|['\"]|\bDo\b")


@dataclass(slots=True)
class TextString:
    """A string that is text: `holder[at]`, with its place and the label it answers to."""

    holder: Any
    at: str | int
    locator: str
    label: str
    text: str
    link: bool = False

    def put(self, text: str) -> None:
        """Write another text in its place."""
        self.holder[self.at] = pikepdf.String(quote(text, safe=_URL_SAFE) if self.link else text)


@dataclass(slots=True)
class Cleaned:
    """An open PDF with only what a copy keeps.

    Attributes:
        pdf: the file.
        strings: every string that is text, in the order of the objects.
        forms: streams that show text or may: forms, patterns, glyphs; each with the resources it uses.
        files: attached files: their file specifications.
        images: pictures, but for those that only mask others.
        names: names that are replaced, also in content streams.
        remarks: what went that a reader might miss.
    """

    pdf: pikepdf.Pdf
    strings: list[TextString] = field(default_factory=list)
    forms: dict[Key, tuple[Any, Any]] = field(default_factory=dict)
    files: list[Any] = field(default_factory=list)
    images: dict[Key, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    remarks: list[Words] = field(default_factory=list)


def open_clean(path: Path) -> Cleaned:
    """Open a PDF and clean it.

    Raises:
        BrokenInput: it is no PDF, damaged beyond repair, locked, or only a form for a program (dynamic XFA).
    """
    try:
        pdf = pikepdf.Pdf.open(path)
        pages = list(pdf.pages)
    except pikepdf.PasswordError:
        raise BrokenInput("the PDF is locked with a password; save it without one") from None
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, OSError):
        raise BrokenInput("the file is a damaged or cut off PDF; ask for it again") from None
    if not pages:
        raise BrokenInput("the PDF has no pages; ask for it again")
    try:
        return _Cleaner(Cleaned(pdf)).done()
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, KeyError, AttributeError, UnicodeError) as error:
        raise BrokenInput("the file is a damaged or cut off PDF; ask for it again") from error


class _Cleaner:
    """One pass over all that can be reached in a file."""

    def __init__(self, cleaned: Cleaned) -> None:
        self._found, self._pdf = cleaned, cleaned.pdf
        self._rules = structure()
        self._seen: set[Key] = set()
        self._stack: list[tuple[Any, str, str]] = []
        self._left_out: set[str] = set()

    def done(self) -> Cleaned:
        """Clean the file."""
        pdf, root = self._pdf, self._pdf.Root
        if pdf.is_encrypted:
            self._remark(Words("the PDF was protected against changes; the copy is not"))
        form = entry(root, "/AcroForm")
        if entry(root, "/NeedsRendering") is True and entry(form, "/XFA") is not None:
            raise BrokenInput("the PDF is a form that only one program shows (XFA); print it to a new PDF")
        if entry(form, "/XFA") is not None:
            self._left_out.add("XFA")
        if entry(root, "/Perms") is not None:
            self._left_out.add("signature")
        self._title()
        names = entry(root, "/Names")
        self._collect(list(_leaves(entry(names, "/EmbeddedFiles"), "/Names")))
        self._collect(entry(root, "/AF"))
        self._destinations()
        _only(root, self._rules.catalog)
        for page in pdf.pages:
            _only(page.obj, self._rules.page)
        if isinstance(form, pikepdf.Dictionary):
            _only(form, self._rules.form)
        self._walk(root, "/Root")
        at = 0
        while at < len(self._found.files):  # those that hung on something that went
            self._walk(self._found.files[at], "/FS")
            at += 1
        if "signature" in self._left_out:
            self._remark(Words("the PDF was signed; a copy with changes cannot be, and the signature was left out"))
        for what in sorted(self._left_out - {"signature"}):
            self._remark(Words("parts of the PDF were left out: {what}", what=_NAMES[what]))
        return self._found

    def _remark(self, words: Words) -> None:
        self._found.remarks.append(words)

    def _title(self) -> None:
        """Keep of the document's properties the title alone."""
        title = entry(entry(self._pdf.trailer, "/Info"), "/Title")
        for key in list(self._pdf.trailer.keys()):
            if key not in ("/Root", "/Size"):
                del self._pdf.trailer[key]
        if isinstance(title, pikepdf.String):
            info = self._pdf.make_indirect(pikepdf.Dictionary({"/Title": title}))
            self._pdf.trailer["/Info"] = info
            self._add(info, "/Title", "/Title", title)

    def _collect(self, thing: Any) -> None:
        """Note the attached files that hang somewhere."""
        for one in thing if isinstance(thing, pikepdf.Array | list) else [thing]:
            if isinstance(one, pikepdf.Dictionary) and "/EF" in one:
                spec = one if one.is_indirect else self._pdf.make_indirect(one)
                if all(key_of(spec) != key_of(known) for known in self._found.files):
                    self._found.files.append(spec)

    def _destinations(self) -> None:
        """Number the named destinations, in the order of their names, which the tree has to keep."""
        root = self._pdf.Root
        names = entry(root, "/Names")
        named: dict[bytes, Any] = {}
        leaves = list(_leaves(entry(names, "/Dests"), "/Names"))
        for key, value in zip(leaves[::2], leaves[1::2], strict=False):
            if isinstance(key, pikepdf.String):
                named.setdefault(bytes(key), value)
        old = entry(root, "/Dests")
        if isinstance(old, pikepdf.Dictionary):
            for name in list(old.keys()):
                named.setdefault(name[1:].encode("utf-8", "surrogateescape"), old[name])
        self._numbered = {key: f"D{at:06d}" for at, key in enumerate(sorted(named))}
        rows: list[Any] = []
        for key, new in self._numbered.items():
            rows += [pikepdf.String(new), named[key]]
        root["/Names"] = pikepdf.Dictionary({"/Dests": {"/Names": pikepdf.Array(rows)}} if rows else {})

    def _walk(self, start: Any, via: str) -> None:
        self._stack.append((start, via, "document"))
        while self._stack:
            thing, via, owner = self._stack.pop()
            key = key_of(thing)
            if key != (0, 0):
                if key in self._seen:
                    continue
                self._seen.add(key)
                owner = f"object {key[0]}"
            if isinstance(thing, pikepdf.Array):
                self._array(thing, via, owner)
            elif isinstance(thing, pikepdf.Stream):
                self._stream(thing, via)
                self._dictionary(thing, via, owner)
            elif isinstance(thing, pikepdf.Dictionary):
                if entry(thing, "/Subtype") == "/Type3":
                    for _, glyph in (entry(thing, "/CharProcs") or {}).items():
                        if isinstance(glyph, pikepdf.Stream) and _SHOWS.search(content(glyph)):
                            self._found.forms[key_of(glyph)] = (glyph, entry(thing, "/Resources"))
                self._dictionary(thing, via, owner)

    def _array(self, array: Any, via: str, owner: str) -> None:
        items = list(array)
        indexed = bool(items) and isinstance(items[0], pikepdf.Name) and called(items[0]) in ("/Indexed", "/I")
        later = []
        if len(items) > 1 and items[0] == "/ICCBased" and isinstance(items[1], pikepdf.Stream):
            items[1].write(icc.without_words(content(items[1])) or b"")
        for at, one in enumerate(items):
            if isinstance(one, pikepdf.String):
                if not indexed:
                    self._add(array, at, via, one, owner)
            elif isinstance(one, pikepdf.Name):
                self._name(array, at, via, one)
            elif isinstance(one, pikepdf.Stream) and not self._may_be(one, via):
                array[at] = None
            elif isinstance(one, pikepdf.Array | pikepdf.Dictionary | pikepdf.Stream):
                later.append((one, via, owner))
        self._stack += reversed(later)

    def _dictionary(self, thing: Any, via: str, owner: str) -> None:
        chosen = via in self._rules.maps and not isinstance(thing, pikepdf.Stream) and "/Type" not in thing
        if not chosen:
            self._prune(thing)
        later = []
        for key in sorted(thing.keys()):
            value = thing[key]
            step = via if chosen else key
            if isinstance(value, pikepdf.String):
                self._add(thing, key, step, value, owner)
            elif isinstance(value, pikepdf.Name):
                self._name(thing, key, step, value)
            elif isinstance(value, pikepdf.Stream) and not self._may_be(value, step):
                del thing[key]
                continue
            elif isinstance(value, pikepdf.Array | pikepdf.Dictionary | pikepdf.Stream):
                if chosen and step == "/Font" and isinstance(value, pikepdf.Dictionary) and not value.is_indirect:
                    value = thing[key] = self._pdf.make_indirect(value)
                later.append((value, step, owner))
            if tells(key) and key in thing:
                thing[self._plain(key)] = thing[key]
                del thing[key]
        self._stack += reversed(later)

    def _prune(self, thing: Any) -> None:
        """Take out of a dictionary what no copy keeps."""
        if entry(thing, "/ByteRange") is not None or entry(thing, "/FT") == "/Sig":
            for key in ("/V", "/Contents", "/ByteRange", "/Cert", "/Name", "/Reason", "/Location", "/ContactInfo"):
                if key in thing and (key == "/V" or "/ByteRange" in thing):
                    del thing[key]
                    self._left_out.add("signature")
        self._collect(entry(thing, "/AF"))
        self._collect(thing)
        for key in [key for key in thing.keys() if key in self._rules.everywhere]:  # noqa: SIM118
            if key != "/M" or not isinstance(thing[key], pikepdf.Dictionary):
                del thing[key]
        for key in ("/A", "/OpenAction"):
            action = entry(thing, key)
            kind = entry(action, "/S")
            if isinstance(kind, pikepdf.Name) and called(kind) not in self._rules.actions:
                del thing[key]
                self._left_out.add("action")
            elif isinstance(kind, pikepdf.Name) and "/Next" in action:
                del action["/Next"]
        target_key = "/D" if entry(thing, "/S") == "/GoTo" else "/Dest"
        target = entry(thing, target_key)
        if isinstance(target, pikepdf.String | pikepdf.Name):
            raw = bytes(target) if isinstance(target, pikepdf.String) else called(target)[1:].encode(
                "utf-8", "surrogateescape"
            )  # fmt: skip
            if raw in self._numbered:
                thing[target_key] = pikepdf.String(self._numbered[raw])
            else:
                del thing[target_key]
        annotations = entry(thing, "/Annots")
        if isinstance(annotations, pikepdf.Array):
            kept = [one for one in annotations if self._stays(one)]
            if len(kept) < len(annotations):
                self._left_out.add("multimedia")
                thing["/Annots"] = pikepdf.Array(kept)

    def _stays(self, annotation: Any) -> bool:
        kind = entry(annotation, "/Subtype")
        return isinstance(annotation, pikepdf.Dictionary) and (
            kind is None or called(kind) not in self._rules.annotations
        )

    def _may_be(self, stream: Any, via: str) -> bool:
        """Whether a stream may stand here; a remark tells of one that may not."""
        kind = entry(stream, "/Subtype")
        fits = via in self._rules.streams and not (via == "/XObject" and kind not in ("/Image", "/Form"))
        if via in ("/F", "/UF") and entry(stream, "/FFilter") is None:
            fits = True
        if not fits:
            self._left_out.add("stream")
        return fits

    def _stream(self, stream: Any, via: str) -> None:
        """Note a stream that shows text or may."""
        if "/F" in stream:  # its data lies in another file
            raise BrokenInput("the PDF keeps parts of itself in other files; print it to a new PDF")
        kind, pattern = entry(stream, "/Subtype"), entry(stream, "/PatternType")
        if kind == "/Image" and via not in ("/SMask", "/Mask"):
            self._found.images[key_of(stream)] = stream
        if kind == "/Form" or pattern == 1:
            self._found.forms[key_of(stream)] = (stream, entry(stream, "/Resources"))

    def _name(self, holder: Any, at: str | int, via: str, name: Any) -> None:
        said = called(name)
        if tells(said) and (via not in self._rules.fonts or "@" in said or holds_long_number(said)):
            holder[at] = pikepdf.Name(self._plain(said))

    def _plain(self, name: str) -> str:
        return self._found.names.setdefault(name, f"/Hn{len(self._found.names) + 1}")

    def _add(self, holder: Any, at: str | int, via: str, value: Any, owner: str = "properties") -> None:
        if len(self._found.strings) > _MOST_STRINGS:
            raise TooLarge("the PDF has too many texts outside its pages; split it")
        text = text_of(value)
        if not text.strip() or (via in self._rules.silent and "@" not in text and not holds_long_number(text)):
            return
        kind, label = self._rules.strings.get(via, ("text", ""))
        link = via == "/URI"
        if link:
            text = next(
                (said for name in ("utf-8", "cp932", "euc-jp") if "\ufffd" not in (said := unquote(text, name))), text
            )
        if via == "/T" and entry(holder, "/Subtype") in (None, "/Widget"):
            kind, label = "field name", ""
        if via in ("/V", "/DV"):
            label = _label_of(holder)
        self._found.strings.append(TextString(holder, at, f"{owner} {kind}", label, text, link))


def _label_of(holder: Any) -> str:
    """Return what a field is called: its description, else its name."""
    node = holder
    for _ in range(_DEPTH):
        for key in ("/TU", "/T"):
            text = entry(node, key)
            if isinstance(text, pikepdf.String) and text_of(text).strip():
                return text_of(text)[:40]
        node = entry(node, "/Parent")
        if node is None:
            break
    return ""


def _only(thing: Any, keys: frozenset[str]) -> None:
    for key in list(thing.keys()):
        if key not in keys:
            del thing[key]


def _leaves(node: Any, what: str, depth: int = 0) -> Iterator[Any]:
    """Yield the rows of a name tree, keys and values in turn."""
    if depth > _DEPTH or not isinstance(node, pikepdf.Dictionary):
        return
    yield from entry(node, what) or ()
    for kid in entry(node, "/Kids") or ():
        yield from _leaves(kid, what, depth + 1)
