from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.detection.identifiers import check_digits as check


@pytest.mark.parametrize(
    ("function", "number", "right"),
    [
        (check.my_number, "983205673214", True),  # F1
        (check.my_number, "621498320257", True),
        (check.my_number, "983205673210", False),
        (check.my_number, "9832-0567-3214", True),
        (check.my_number, "98320567321", False),
        (check.my_number, "", False),
        (check.corporate_number, "7000012050002", True),  # F2
        (check.corporate_number, "8000012010038", True),
        (check.corporate_number, "1180301018771", True),
        (check.corporate_number, "2180301018771", False),
        (check.corporate_number, "118030101877", False),
        (check.drivers_license, "990000000000", False),  # no such police
        (check.drivers_license, "30123", False),
        (check.insurer_number, "33120015", True),  # F4
        (check.insurer_number, "01130012", True),
        (check.insurer_number, "138057", True),
        (check.insurer_number, "138058", False),
        (check.insurer_number, "1380570", False),
        (check.luhn, "4111111111111111", True),  # F5
        (check.luhn, "4111111111111112", False),
        (check.luhn, "1", False),
        (check.card_number, "4111 1111 1111 1111", True),
        (check.card_number, "378282246310005", True),
        (check.card_number, "9111111111111119", False),
        (check.mrz, "TR12345672", True),  # F6
        (check.mrz, "TR12345673", False),
        (check.mrz, "", False),
        (check.mrz, "tr12345672", False),
        (check.ip_address, "192.0.2.1", True),
        (check.ip_address, "2001:db8::1", True),
        (check.ip_address, "256.0.2.1", False),
        (check.ip_address, "::", False),
        (check.ip_address, "12:30:45", False),
        (check.yucho_account, "11940-12345671", True),
        (check.yucho_account, "11941-12345671", False),
        (check.yucho_account, "", False),
    ],
)
def test_vectors(function, number, right):
    assert function(number) is right


@pytest.mark.parametrize(
    ("symbol", "number", "account"),
    [
        ("11940", "12345671", ("198", "1234567")),  # F7
        ("11940", "23451", ("198", "0002345")),
        ("01230", "45678", ("129", "0045678")),
        ("11940", "12345672", None),
        ("21940", "12345671", None),
        ("11941", "12345671", None),
        ("1194", "12345671", None),
        ("11940", "", None),
    ],
)
def test_yucho(symbol, number, account):
    assert check.yucho(symbol, number) == account


@given(st.text("0123456789", min_size=10, max_size=10))
def test_one_of_ten_last_digits_completes_a_licence_number(body):
    body = "30" + body[2:]
    right = [digit for digit in "0123456789" if check.drivers_license(body + digit + "0")]
    assert len(right) == 1


@given(st.text("0123456789", min_size=11, max_size=11))
def test_one_of_ten_last_digits_completes_a_my_number(body):
    assert sum(check.my_number(body + digit) for digit in "0123456789") == 1


@given(st.text())
def test_any_text_is_answered(text):
    assert all(function(text) in (True, False) for function in check.CHECKS.values())
