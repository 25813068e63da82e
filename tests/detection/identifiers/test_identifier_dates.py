from __future__ import annotations

import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.detection.identifiers.dates import dates, eras, western_year


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("昭和40年3月12日", (1965, 3, 12)),
        ("S40.3.12", (1965, 3, 12)),
        ("昭40.3.12", (1965, 3, 12)),
        ("平成元年5月", (1989, 5, None)),
        ("令和六年四月一日", (2024, 4, 1)),
        ("1965年3月12日", (1965, 3, 12)),
        ("1965/3/12", (1965, 3, 12)),
        ("19650312", (1965, 3, 12)),
        ("一九六五年", (1965, None, None)),
        ("千九百六十五年", (1965, None, None)),
        ("1965年(昭和40年)3月12日", (1965, 3, 12)),
        ("62年", (1962, None, None)),
        ("3月12日", (None, 3, 12)),
        ("5/12", (None, 5, 12)),
        ("1965", (1965, None, None)),
        ("昭和4O年7月ll日", (1965, 7, 11)),
    ],
)
def test_a_date_is_read(text, told):
    (date,) = dates(text)
    assert (date.year, date.month, date.day) == told
    assert (date.start, date.end) == (0, len(text))


@pytest.mark.parametrize(
    "text",
    ["昭和65年", "平成32年", "1965/13/12", "2023年2月30日", "19651399", "H2O", "", "令和0年", "3000年"],
)
def test_what_never_was_is_no_date(text):
    assert not [date for date in dates(text) if date.form not in ("short", "month_day", "bare")]


@pytest.mark.parametrize(
    ("era", "year", "western"),
    [
        ("明治", 1, 1868),
        ("M", 45, 1912),
        ("大正", 15, 1926),
        ("昭和", 64, 1989),
        ("平成", 31, 2019),
        ("R", 1, 2019),
        ("明治", 46, None),
        ("昭和", 0, None),
        ("平成", 40, None),
        ("慶応", 3, None),
    ],
)
def test_years_of_eras(era, year, western):
    assert western_year(era, year) == western


def test_eras_begin_on_their_day():
    starts = {era.name: era.start for era in eras().values()}
    assert starts["令和"] == datetime.date(2019, 5, 1)
    assert starts["昭和"] == datetime.date(1926, 12, 25)
    assert len(starts) == 5


@given(st.dates(datetime.date(1927, 1, 1), datetime.date(1988, 12, 31)))
def test_a_day_of_showa_is_the_same_in_both_calendars(day):
    (era,) = dates(f"昭和{day.year - 1925}年{day.month}月{day.day}日")
    (western,) = dates(f"{day.year}-{day.month:02}-{day.day:02}")
    assert (era.year, era.month, era.day) == (western.year, western.month, western.day)
    assert era.full


@given(st.text("昭和平成SH元年月日0123456789./ O一二十", max_size=40))
def test_dates_are_in_order_and_disjoint(text):
    spans = [(date.start, date.end) for date in dates(text)]
    assert all(start < end for start, end in spans)
    assert all(left[1] <= right[0] for left, right in itertools.pairwise(spans))
