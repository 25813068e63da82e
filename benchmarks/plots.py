"""Diagrams as SVG, for the documentation: legible on light and dark pages, and small enough for git."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

WIDTH, HEIGHT = 480, 280
LEFT, RIGHT, TOP, BOTTOM = 70, 30, 50, 50
COLOURS = ("#1b6ca8", "#c44536", "#4a7c59")
GREY = "#888888"


def lines(x_name: str, y_name: str, series: Mapping[str, Sequence[Sequence[float]]], *, log: bool = False) -> str:
    """Return a diagram of some series of (x, y); y begins at 0, x is logarithmic where `log`."""
    xs = [point[0] for points in series.values() for point in points]
    top = _round_up(max(point[1] for points in series.values() for point in points))
    low, high = _place(min(xs), log), _place(max(xs), log)

    def at(x: float, y: float) -> tuple[float, float]:
        right = (_place(x, log) - low) / ((high - low) or 1)
        return LEFT + right * (WIDTH - LEFT - RIGHT), HEIGHT - BOTTOM - y / top * (HEIGHT - TOP - BOTTOM)

    drawn = [_line(at(min(xs), y), at(max(xs), y), GREY, 0.4) for y in (0, top / 4, top / 2, 3 * top / 4, top)]
    drawn += [_text(LEFT - 6, at(min(xs), y)[1] + 4, f"{y:,.6g}", "end") for y in (0, top / 2, top)]
    drawn += [_text(at(x, 0)[0], HEIGHT - BOTTOM + 16, f"{x:,.6g}") for x in _apart(sorted(set(xs)), at)]
    drawn.append(_text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, x_name))
    drawn.append(_text(14, HEIGHT / 2, y_name, turn=True))
    for number, (name, points) in enumerate(series.items()):
        colour = COLOURS[number % len(COLOURS)]
        places = [at(x, y) for x, y in points]
        way = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        drawn.append(f'<polyline points="{way}" fill="none" stroke="{colour}" stroke-width="2"/>')
        drawn += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places]
        drawn.append(_text(WIDTH - RIGHT, 16 + 14 * number, name, "end", colour))
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
    return "\n".join((head, *drawn, "</svg>\n"))


def _place(x: float, log: bool) -> float:
    return math.log10(x) if log else x


def _round_up(value: float) -> float:
    """Return the next of 1, 1.5, 2, 3, 4, 5, 6, 8 and 10 times a power of ten."""
    power = 10 ** math.floor(math.log10(value)) if value > 0 else 1
    return next((step * power for step in (1, 1.5, 2, 3, 4, 5, 6, 8) if value <= step * power), 10 * power)


def _apart(xs: list[float], at: Callable[[float, float], tuple[float, float]]) -> list[float]:
    """Return those of the ticks that have room beside each other."""
    kept: list[float] = []
    for x in xs:
        if not kept or at(x, 0)[0] - at(kept[-1], 0)[0] > 56:
            kept.append(x)
    return kept


def _line(start: tuple[float, float], end: tuple[float, float], colour: str, width: float) -> str:
    return (
        f'<line x1="{start[0]:.1f}" y1="{start[1]:.1f}" x2="{end[0]:.1f}" y2="{end[1]:.1f}" '
        f'stroke="{colour}" stroke-width="{width}"/>'
    )


def _text(x: float, y: float, said: str, anchor: str = "middle", colour: str = GREY, *, turn: bool = False) -> str:
    turned = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turn else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="11" text-anchor="{anchor}" fill="{colour}"{turned}>{said}</text>'
