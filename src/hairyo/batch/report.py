"""The run's report (報告書): one HTML file without network, scripts or any value of an input."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hairyo.messages import Lang, text
from hairyo.taxonomy import types
from hairyo.templates import template

_SUBJECTS = ("self", "family", "other", "unknown")
_POLARITIES = ("affirmed", "negated", "uncertain")


@dataclass(frozen=True, slots=True)
class Bar:
    """One row of a bar chart; `share` is its length in percent of the longest."""

    label: str
    count: int
    share: float


def report_html(rows: Sequence[Mapping[str, Any]], lang: Lang) -> str:
    """Return the report of a run as HTML.

    Args:
        rows: the lines of the manifest.
        lang: language of the text.
    """
    special = _special(rows)
    return template("hairyo.batch", "report.html.jinja", words="report", lang=lang).render(
        lang=lang,
        rows=rows,
        outcomes=Counter(row["outcome"] for row in rows),
        findings=sum(sum(row["findings"].values()) for row in rows),
        facts=sum(special.values()),
        disclosures=sum(row["disclosures"] for row in rows),
        searched=sum((row["leak_check"] or {}).get("searched", 0) for row in rows),
        compared=sum((row["leak_check"] or {}).get("compared") or 0 for row in rows),
        items=_items(special, lang),
        article6=_types(special, lang),
        personal=_bars(_personal(rows), lambda name: _name(name, lang)),
        subjects=_SUBJECTS,
        polarities=_POLARITIES,
        cells=_cells(special),
        versions=rows[0]["versions"] if rows else {},
        word=lambda name: text(f"explain.{name}", lang),
    )


def _special(rows: Sequence[Mapping[str, Any]]) -> Counter[tuple[str, str, str]]:
    """Return the Article 6 findings of all rows by (type, subject, polarity)."""
    found: Counter[tuple[str, str, str]] = Counter()
    for row in rows:
        for key, count in row["article6"].items():
            type_, subject, polarity = key.split("/")
            found[type_, subject, polarity] += count
    return found


def _personal(rows: Sequence[Mapping[str, Any]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for row in rows:
        found.update({name: count for name, count in row["findings"].items() if types()[name].item is None})
    return found


def _items(special: Mapping[tuple[str, str, str], int], lang: Lang) -> list[Bar]:
    counts: Counter[str] = Counter({str(item): 0 for item in range(1, 7)})
    for (type_, _, _), count in special.items():
        counts[str(types()[type_].item)] += count
    longest = max(counts.values(), default=0) or 1
    return [Bar(text(f"report.item{n}", lang), counts[n], 100 * counts[n] / longest) for n in sorted(counts)]


def _types(special: Mapping[tuple[str, str, str], int], lang: Lang) -> list[Bar]:
    counts: Counter[str] = Counter()
    for (type_, _, _), count in special.items():
        counts[type_] += count
    return _bars(counts, lambda name: _name(name, lang))


def _bars(counts: Counter[str], label: Any) -> list[Bar]:
    longest = max(counts.values(), default=1)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [Bar(label(name), count, 100 * count / longest) for name, count in ordered]


def _cells(special: Mapping[tuple[str, str, str], int]) -> dict[tuple[str, str], int]:
    cells: Counter[tuple[str, str]] = Counter()
    for (_, subject, polarity), count in special.items():
        cells[subject, polarity] += count
    return dict(cells)


def _name(type_: str, lang: Lang) -> str:
    return types()[type_].ja if lang == "ja" else types()[type_].en
