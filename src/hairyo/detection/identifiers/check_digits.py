"""Check digits (検査数字) of Japanese numbers: LAW.md 6.2, F1 to F7.

One check digit lets about a tenth of all random numbers pass, so a check only ever adds to a label or a
shape; it never finds anything by itself (LAW.md 6.2). Every function takes the number with or without
separators and looks at its letters and digits only.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

_MRZ_VALUES = {char: value for value, char in enumerate("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ")} | {"<": 0}
# Prefectural police codes. Source: LAW.md 6.2 F3.
_POLICE = frozenset(
    f"{code:02}"
    for low, high in (
        (10, 14),
        (20, 25),
        (30, 30),
        (40, 49),
        (50, 55),
        (60, 65),
        (70, 74),
        (80, 83),
        (90, 97),
    )
    for code in range(low, high + 1)
) | {"00"}


def digits(number: str) -> list[int]:
    """Return the ASCII digits of `number`, in order."""
    return [ord(char) - 48 for char in number if "0" <= char <= "9"]


def _weighted(values: list[int], weights: tuple[int, ...]) -> int:
    return sum(value * weight for value, weight in zip(values, weights, strict=True))


def my_number(number: str) -> bool:
    """Whether the last of 12 digits is the check digit of an 個人番号 (LAW.md 6.2 F1)."""
    found = digits(number)
    if len(found) != 12:
        return False
    rest = _weighted(found[:11], (6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11
    return found[11] == (0 if rest <= 1 else 11 - rest)


def corporate_number(number: str) -> bool:
    """Whether the first of 13 digits is the check digit of a 法人番号 (LAW.md 6.2 F2)."""
    found = digits(number)
    if len(found) != 13:
        return False
    return found[0] == 9 - _weighted(found[1:], (2, 1) * 6) % 9


def drivers_license(number: str) -> bool:
    """Whether the 11th of 12 digits checks a 運転免許証番号 and a police issued it (LAW.md 6.2 F3)."""
    found = digits(number)
    if len(found) != 12 or f"{found[0]}{found[1]}" not in _POLICE:
        return False
    return found[10] == (11 - _weighted(found[:10], (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % 11) % 10


def luhn(number: str) -> bool:
    """Whether the last digit is Luhn's (LAW.md 6.2 F5): payment cards."""
    found = digits(number)
    if len(found) < 2:
        return False
    total = 0
    for place, digit in enumerate(reversed(found)):
        value = digit * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def insurer_number(number: str) -> bool:
    """Whether 6 or 8 digits are a 保険者番号 by its check digit (LAW.md 6.2 F4)."""
    return len(digits(number)) in (6, 8) and luhn(number)


def card_number(number: str) -> bool:
    """Whether the issuer, the length and Luhn's digit are those of a payment card (LAW.md 6.2 FIN_CARD)."""
    plain = "".join(map(str, digits(number)))
    issuer = re.match(r"4|5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)|3(?:52[89]|5[3-8]|[0468])|37", plain)
    return issuer is not None and 14 <= len(plain) <= 19 and luhn(plain)


def mrz(field: str) -> bool:
    """Whether the last digit checks a field of a machine-readable zone (ICAO 9303, LAW.md 6.2 F6)."""
    values = [_MRZ_VALUES.get(char) for char in field]
    if len(values) < 2 or not field[-1].isdecimal():
        return False
    known = [value for value in values if value is not None]
    if len(known) != len(values):
        return False
    return sum(value * (7, 3, 1)[at % 3] for at, value in enumerate(known[:-1])) % 10 == known[-1]


def yucho(symbol: str, number: str) -> tuple[str, str] | None:
    """Return branch and account of a ゆうちょ 記号 and 番号 (LAW.md 6.2 F7), or None if they are none.

    Args:
        symbol: five digits, `1abc0` (総合口座) or `0abcd` (振替口座).
        number: two to eight digits; those of a 総合口座 end in 1.
    """
    if not (re.fullmatch(r"[01][0-9]{4}", symbol) and re.fullmatch(r"[0-9]{1,8}", number)):
        return None
    if symbol[0] == "0":
        return (symbol[1:3] + "9", number.zfill(7)) if len(number) <= 7 else None
    if symbol[4] != "0" or number[-1] != "1" or len(number) < 2:
        return None
    return symbol[1:3] + "8", number[:-1].zfill(7)


def yucho_account(number: str) -> bool:
    """Whether `記号-番号` written together is an account of ゆうちょ (LAW.md 6.2 F7)."""
    symbol, *rest = re.findall(r"[0-9]+", number)[:3] or [""]
    return len(rest) == 1 and yucho(symbol, rest[0]) is not None


def ip_address(text: str) -> bool:
    """Whether `text` is an IPv4 or IPv6 address that could name a host; `::` alone is none."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return address.version == 4 or len(re.findall(r"[0-9a-fA-F]", text)) >= 4


CHECKS: Mapping[str, Callable[[str], bool]] = MappingProxyType(
    {
        "my_number": my_number,
        "corporate_number": corporate_number,
        "drivers_license": drivers_license,
        "insurer_number": insurer_number,
        "card_number": card_number,
        "mrz": mrz,
        "yucho_account": yucho_account,
        "ip_address": ip_address,
    }
)
