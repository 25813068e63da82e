from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.documents.office.sheets.number_format import shown


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("36526", "yyyy/m/d", "2000/1/1"),
        ("36526", 'yyyy"年"mm"月"dd"日"', "2000年01月01日"),
        ("32888", '[$-411]ggge"年"m"月"d"日"', "平成2年1月15日"),
        ("32888", "ge.m.d", "H2.1.15"),
        ("25569", "gge", "1970/1/1"),
        ("36526", "yyyy/m/d(aaa)", "2000/1/1(土)"),
        ("36526.5", "yyyy/m/d h:mm", "2000/1/1 12:00"),
        ("36526.75", "yyyy/m/d h:mm AM/PM", "2000/1/1 6:00 PM"),
        ("0.5", "h:mm", "12:00"),
        ("1.5", "[h]:mm", "36:00"),
        ("1", "yyyy/m/d", "1900/1/1"),
        ("9012345678", "General", "9012345678"),
        ("9012345678", "00000000000", "09012345678"),
        ("9012345678", "000-0000-0000", "090-1234-5678"),
        ("1600022", "[<=999]000;[<=9999]000-00;000-0000", "160-0022"),
        ("9012345678", r"[<=99999999]####-####;\(00\) ####-####", "(90) 1234-5678"),
        ("123456789012", "General", "123456789012"),
        ("1234567.5", "#,##0.00", "1,234,567.50"),
        ("1234", "¥#,##0", "¥1,234"),
        ("0.256", "0.0%", "25.6%"),
        ("-5", "0;△0", "△5"),
        ("5", '0"歳"', "5歳"),
        ("5", "#,##0_);(#,##0)", "5"),
    ],
)
def test_shows_what_excel_shows(value, code, text):
    assert shown(value, code) == text


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        ("36526", "m/d", "2000/1/1"),
        ("36526", "yyyy", "2000/1/1"),
        ("36526", "d", "2000/1/1"),
        ("5", ";;;", "5"),
        ("9012345678", "0.00E+00", "9012345678"),
        ("9012345678", "0,,", "9012345678"),
        ("0.5", "# ?/?", "0.5"),
        ("-1", "yyyy/m/d", "-1"),
        ("abc", "0", "abc"),
    ],
)
def test_a_format_that_hides_is_not_followed(value, code, text):
    assert shown(value, code) == text


def test_days_since_1904():
    assert shown("1", "yyyy/m/d", since_1904=True) == "1904/1/2"


@given(value=st.floats(), code=st.text(alphabet='0#?.,;ymdhsgea[]"\\/-E+%@年 <=>19', max_size=20))
def test_any_format_and_number_give_text(value, code):
    assert isinstance(shown(str(value), code), str)


@given(number=st.integers(0, 10**12))
def test_places_keep_every_digit(number):
    assert int(shown(str(number), "000-0000-0000").replace("-", "")) == number
