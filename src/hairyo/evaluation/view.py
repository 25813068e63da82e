"""The error view (誤りの一覧): every text in which something went wrong, with what went wrong shown in place.

It prints the marked texts, so it is for the eyes of those who may read them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hairyo.evaluation.scores import Figures, Scored
from hairyo.messages import Lang, text
from hairyo.templates import template


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a text; `kind` is that of the error in it, or ""."""

    text: str
    kind: str = ""
    note: str = ""


def error_view(
    scored: Sequence[Scored], figures: Figures, bounds: Mapping[str, tuple[float, float]], lang: Lang
) -> str:
    """Return the error view as one HTML page without outside parts.

    Args:
        scored: the texts.
        figures: of all of them.
        bounds: confidence intervals of the figures; may be empty.
        lang: language of the page.
    """
    rows = [(name, value, *bounds.get(name, (None, None))) for name, value in figures.flat().items()]
    parts = [(*name.split(":"), tally) for name, tally in figures.tallies.items() if ":" in name]
    tables = [
        (text(f"evaluate.by_{kind}", lang), [(name, tally) for of, name, tally in parts if of == kind])
        for kind in ("type", "group", "genre")
    ]
    return template("hairyo.evaluation", "view.html.jinja", words="evaluate", lang=lang).render(
        lang=lang,
        count=len(scored),
        figures=rows,
        tables=tables,
        texts=[
            {"id": one.text.id, "genre": one.text.genre, "pieces": list(_pieces(one))} for one in scored if one.errors
        ],
    )


def _pieces(one: Scored) -> list[Piece]:
    """Return a text cut at its errors; of errors that overlap, the later one begins where the first ends."""
    pieces, at, whole = [], 0, one.text.text
    for error in one.errors:
        start = max(at, error.start)
        if start >= error.end:
            continue
        pieces.append(Piece(whole[at:start]))
        note = f"{error.type} {'/'.join(error.wanted or ())}"
        if error.said:
            note += f" → {'/'.join(error.said)}"
        pieces.append(Piece(whole[start : error.end], error.kind, note))
        at = error.end
    return [*pieces, Piece(whole[at:])]
