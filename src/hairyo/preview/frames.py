"""HTML pages as a browser shows them (HTML の見え方), in frames that run nothing and fetch nothing.

What could run, load or lead elsewhere is taken out. The preview's own policy (`Content-Security-Policy`) holds in the
frames, too: only pictures in the page itself and its own styles are shown.
"""

from __future__ import annotations

from pathlib import Path

from selectolax.lexbor import LexborHTMLParser

from hairyo.documents.detect_encoding import detect
from hairyo.documents.source import decoded
from hairyo.errors import InputRefused

_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
_OUT = [
    "script", "noscript", "link", "meta", "base", "iframe", "frame", "frameset", "object", "embed", "applet", "audio",
    "video", "source", "portal",
]  # fmt: skip
_LEADING = ("href", "xlink:href", "action", "formaction", "ping", "background", "srcset", "target", "http-equiv")
_MOST = 400_000  # characters of a page; what is longer is shown as text


def frame_of(path: Path) -> str:
    """Return an HTML file for a frame without rights; "" for any other file, and for a page that is too long.

    Args:
        path: the file.
    """
    if path.suffix.lower() not in _SUFFIXES or path.stat().st_size > 4 * _MOST:
        return ""
    try:
        text = decoded(path.read_bytes(), detect(path))
    except (InputRefused, UnicodeError):
        return ""
    tree = LexborHTMLParser(text)
    tree.strip_tags(_OUT)
    for node in tree.css("*"):
        for name, value in list(node.attributes.items()):
            low = name.lower()
            if low.startswith("on") or low in _LEADING or (low == "src" and not str(value).startswith("data:")):
                del node.attrs[name]
    shown = tree.html or ""
    return shown if len(shown) <= _MOST else ""
