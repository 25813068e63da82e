from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from hairyo.consent import channels, in_force, notices
from hairyo.errors import ModelError, UsageError


def test_the_seed_notice_is_the_policy():
    (seed,) = [one for one in notices() if one.version == "2018-09-01"]
    assert "利用者の同意があったものとみなします" in seed.text()
    assert hashlib.sha256(seed.text().encode()).hexdigest() == seed.sha256
    assert seed.purposes == (*(f"A2_{n}" for n in range(1, 8)), "A2_REC")


def test_another_text_is_refused():
    seed = notices()[0]
    with pytest.raises(ModelError, match="not the text"):
        replace(seed, sha256="0" * 64).text()
    with pytest.raises(ModelError, match="missing"):
        replace(seed, file="policy-1900-01-01.txt").text()


def test_in_force_by_the_date_of_tokyo():
    assert in_force(datetime(2018, 8, 31, 15, tzinfo=UTC)).version == "2018-09-01"
    with pytest.raises(UsageError, match="no notice"):
        in_force(datetime(2018, 8, 31, 14, 59, 59, tzinfo=UTC))


def test_channels_say_whether_they_are_the_users_own():
    assert channels()["form"].own
    assert not channels()["business"].own
    assert all(one.ja and one.en for one in channels().values())
