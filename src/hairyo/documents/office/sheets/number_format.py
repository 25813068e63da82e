"""What a cell shows for the number it holds (表示形式): dates, Japanese eras, postal codes, thousands.

Source: ECMA-376 part 1, 18.8.30 and 18.8.31 (built-in formats, those of the Japanese locale among them). A format that
hides part of the value (the day of a birth date, all of it by `;;;`) is not followed: the whole value is given.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from types import MappingProxyType

BUILT_IN: Mapping[int, str] = MappingProxyType(
    {
        0: "General", 1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
        12: "# ?/?", 13: "# ??/??", 14: "yyyy/m/d", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
        19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "yyyy/m/d h:mm", 27: "[$-411]ge.m.d",
        28: '[$-411]ggge"年"m"月"d"日"', 29: '[$-411]ggge"年"m"月"d"日"', 30: "m/d/yy", 31: 'yyyy"年"m"月"d"日"',
        32: 'h"時"mm"分"', 33: 'h"時"mm"分"ss"秒"', 34: 'yyyy"年"m"月"', 35: 'm"月"d"日"', 36: "[$-411]ge.m.d",
        37: "#,##0", 38: "#,##0", 39: "#,##0.00", 40: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss", 47: "mm:ss.0",
        48: "##0.0E+0", 49: "@", 50: "[$-411]ge.m.d", 51: '[$-411]ggge"年"m"月"d"日"', 52: 'yyyy"年"m"月"',
        53: 'm"月"d"日"', 54: '[$-411]ggge"年"m"月"d"日"', 55: 'yyyy"年"m"月"', 56: 'm"月"d"日"', 57: "[$-411]ge.m.d",
        58: '[$-411]ggge"年"m"月"d"日"',
    }
)  # fmt: skip
# First day, name, one letter. Source: 元号法 and the cabinet orders under it; Meiji from the Gregorian calendar on.
_ERAS = (
    (date(2019, 5, 1), "令和", "R"),
    (date(1989, 1, 8), "平成", "H"),
    (date(1926, 12, 25), "昭和", "S"),
    (date(1912, 7, 30), "大正", "T"),
    (date(1868, 1, 25), "明治", "M"),
)
_TOKEN = re.compile(
    r"""(?P<text>"[^"]*"|\\.|!.)|(?P<gap>[_*].)|(?P<bracket>\[[^\]]*\])|(?P<noon>AM/PM|A/P|上午/下午)|(?P<general>General)"""
    r"""|(?P<date>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+(?:\.0+)?|[gG]+|[eE]+(?![+-])|[aA]{3,4})"""
    r"""|(?P<digit>[0#?])|(?P<sign>.)""",
    re.DOTALL,
)
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)(-?[0-9.]+)\]")
_SECTION = re.compile(r"""(?:"[^"]*"|\\.|\[[^\]]*\]|[^;])*""", re.DOTALL)
_LAST_DAY = 2_958_466
_MAX_PLACES, _MAX_NUMBER = 30, 1e18
_WEEK = "月火水木金土日"

Token = tuple[str, str]


def shown(value: str, code: str, *, since_1904: bool = False) -> str:
    """Return what a cell shows.

    Args:
        value: the number as the file has it.
        code: the cell's number format.
        since_1904: whether the workbook's days count from 1904.

    Returns:
        The text; the number in full where the format is none that is followed, and `value` itself where it is none.
    """
    try:
        number = float(value)
    except ValueError:
        return value
    tokens, number = _section(code, number)
    if any(kind == "date" for kind, _ in tokens):
        moment = _moment(number, since_1904)
        return plain(value) if moment is None else _date(_whole(tokens, number), moment, number)
    return _number(tokens, number, value)


def plain(value: str) -> str:
    """Return a number in full, as the line above the sheet shows it."""
    try:
        number = float(value)
    except ValueError:
        return value
    if abs(number) < 1e18 and number == int(number):
        return str(int(number))
    return f"{number:.15g}"


def _section(code: str, number: float) -> tuple[Sequence[Token], float]:
    """Return the tokens of the section that is for `number`, and the number without the sign that the section says."""
    sections = _sections(code)
    for section in sections:
        if (said := _CONDITION.search(section)) and _holds(number, said[1], float(said[2])):
            return _tokens(section), number
    free = [section for section in sections[:3] if not _CONDITION.search(section)] or ["General"]
    if len(free) < len(sections[:3]):  # conditions come first; what is left is for all other numbers
        return _tokens(free[0]), number
    if number < 0 and len(free) > 1:
        return _tokens(free[1]), -number
    return _tokens(free[2] if not number and len(free) > 2 else free[0]), number


@lru_cache(maxsize=1024)
def _sections(code: str) -> list[str]:
    return [found[0] for found in _SECTION.finditer(code) if found[0] or found.start() == 0] or ["General"]


def _holds(number: float, sign: str, bound: float) -> bool:
    return {
        "<": number < bound, "<=": number <= bound, ">": number > bound, ">=": number >= bound,
        "=": number == bound, "<>": number != bound,
    }[sign]  # fmt: skip


@lru_cache(maxsize=1024)
def _tokens(section: str) -> tuple[Token, ...]:
    found: list[Token] = []
    for match in _TOKEN.finditer(section):
        kind, text = str(match.lastgroup), match[0]
        if kind == "bracket" and text[1:-1].lower() in ("h", "hh", "m", "mm", "s", "ss"):
            kind = "date"
        elif kind == "text":
            text = text[1:-1] if text.startswith('"') else text[1:]
        elif kind == "date":
            text = text.lower()
        if kind != "bracket":
            found.append((kind, text))
        elif text.startswith("[$") and (money := text[2:-1].split("-")[0]):
            found.append(("text", money))
    return tuple(found)


def _moment(number: float, since_1904: bool) -> datetime | None:
    if not 0 <= number < _LAST_DAY:
        return None
    first = datetime(1904, 1, 1) if since_1904 else datetime(1899, 12, 30) + timedelta(days=number < 60)
    return first + timedelta(seconds=round(number * 86_400))


def _whole(tokens: Sequence[Token], number: float) -> Sequence[Token]:
    """Return a date's tokens, or those of a plain one where they leave out the year, month or day."""
    letters = {text[0] for kind, text in tokens if kind == "date"}
    if number < 1 or "[" in letters or (letters & {"y", "e"} and {"m", "d"} <= letters):
        return tokens
    return _tokens("yyyy/m/d") if number == int(number) else _tokens("yyyy/m/d h:mm")


def _date(tokens: Sequence[Token], moment: datetime, number: float) -> str:
    dates = [(at, text) for at, (kind, text) in enumerate(tokens) if kind == "date"]
    minutes = {at for place, (at, _) in enumerate(dates) if _is_minute([text for _, text in dates], place)}
    noon = any(kind == "noon" for kind, _ in tokens)
    pieces = []
    for at, (kind, text) in enumerate(tokens):
        if kind == "date":
            pieces.append(_field(text, moment, number, minute=at in minutes, noon=noon))
        elif kind == "noon":
            pieces.append("PM" if moment.hour >= 12 else "AM")
        elif kind in ("text", "sign"):
            pieces.append(text)
    return "".join(pieces)


def _is_minute(texts: list[str], place: int) -> bool:
    """Whether an `m` stands for minutes: after hours or before seconds."""
    after_hours = place > 0 and texts[place - 1].strip("[")[0] == "h"
    before_seconds = place + 1 < len(texts) and texts[place + 1].strip("[")[0] == "s"
    return texts[place] in ("m", "mm") and (after_hours or before_seconds)


def _field(text: str, moment: datetime, number: float, *, minute: bool, noon: bool) -> str:
    letter, width = text[0], len(text)
    if letter == "[":
        unit = {"h": 24, "m": 1440, "s": 86_400}[text[1]]
        return str(int(number * unit + 1e-6))
    if letter == "y":
        return f"{moment.year % 100:02}" if width <= 2 else str(moment.year)
    if letter in "ge":
        return _era(letter, width, moment.date())
    if letter == "a":
        return _WEEK[moment.weekday()] + ("曜日" if width > 3 else "")
    if letter == "m" and not minute and width > 2:
        name = moment.strftime("%B")
        return {3: name[:3], 4: name}.get(width, name[0])
    if letter == "d" and width > 2:
        name = moment.strftime("%A")
        return name[:3] if width == 3 else name
    whole, _, fraction = text.partition(".")
    hour = (moment.hour % 12 or 12) if noon else moment.hour
    said = {"m": moment.minute if minute else moment.month, "d": moment.day, "h": hour, "s": moment.second}[letter]
    return f"{said:0{min(len(whole), 2)}}" + (f".{'0' * len(fraction)}" if fraction else "")


def _era(letter: str, width: int, day: date) -> str:
    era = next(((name, short, day.year - first.year + 1) for first, name, short in _ERAS if day >= first), None)
    if era is None:
        return str(day.year) if letter == "e" else ""
    name, short, year = era
    if letter == "e":
        return f"{year:0{min(width, 2)}}"
    return {1: short, 2: name[0]}.get(width, name)


def _number(tokens: Sequence[Token], number: float, value: str) -> str:
    """Return a number by its digit places; in full where it is scaled, a fraction or a power."""
    body = "".join(text for kind, text in tokens if kind in ("digit", "sign"))
    places = len(re.sub(r"[^0#?]", "", body.partition(".")[2]))
    number *= 100 if "%" in body else 1
    followed = "digit" in {kind for kind, _ in tokens} and not re.search(r"/|E[+-]|,(?![0#?])|%.*%", body, re.I)
    if not followed or places > _MAX_PLACES or not abs(number) < _MAX_NUMBER:
        return plain(value)
    digits, _, decimals = f"{abs(number):.{places}f}".partition(".")
    if "," in body:
        digits = f"{int(digits):,}"
    point = next((at for at, (kind, text) in enumerate(tokens) if (kind, text) == ("sign", ".")), len(tokens))
    head = _placed([one for one in tokens[:point] if one != ("sign", ",")], digits)
    tail, left = [], decimals
    for kind, text in tokens[point + 1 :]:
        if kind == "digit":
            tail.append(left[:1])
            left = left[1:]
        elif kind in ("text", "sign"):
            tail.append(text)
    return ("-" if number < 0 else "") + head + ("." + "".join(tail) if places else "".join(tail))


def _placed(tokens: Sequence[Token], digits: str) -> str:
    """Return the integer digits in their places, from the right; what is left over stands in the first place."""
    pieces: list[str] = []
    left = digits if digits != "0" or ("digit", "0") in tokens else ""
    first = next((at for at, (kind, _) in enumerate(tokens) if kind == "digit"), -1)
    grouped = "," in digits
    for at, (kind, text) in reversed(list(enumerate(tokens))):
        if kind == "digit":
            taken = left if at == first or grouped else left[-1:]
            pieces.append(taken or text.strip("#?"))
            left = left[: len(left) - len(taken)]
        elif kind in ("text", "sign"):
            pieces.append(text)
    return "".join(reversed(pieces))
