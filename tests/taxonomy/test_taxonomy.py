from __future__ import annotations

import pytest

from hairyo.taxonomy import codes, types

GUIDELINE = {
    1: {"RELIGION", "BELIEF"},
    2: {"RACE", "LINEAGE", "DOMICILE", "DISABILITY", "CRIMINAL_RECORD", "DISCRIMINATION"},
    3: {"UNION"},
    4: {"POLITICAL"},
    5: {"HEALTH", "SEX_LIFE"},
    6: {"CRIME_VICTIM", "CRIMINAL_PROCEDURE", "JUVENILE_PROCEDURE", "SOCIAL_STATUS"},
}


def test_all_labels_of_the_guideline():
    assert len([one for one in types().values() if not one.pictured]) == 36
    for item, names in GUIDELINE.items():
        assert {name for name, one in types().items() if one.item == item} == names


def test_all_codes_of_law_1_1():
    assert len(codes()) == 37
    assert {code.tier for code in codes().values()} == {"L1", "L2", "W", None}
    assert codes()["X_ANTISOCIAL"].tier is None


@pytest.mark.parametrize(
    ("code", "tier"),
    [("A6_5_DISEASE", "L1"), ("A6_3_UNION", "L2"), ("A6_2_NATIONALITY", "W"), ("A6_6_VICTIM", "L1")],
)
def test_tiers(code, tier):
    assert codes()[code].tier == tier


def test_every_code_is_named_in_both_languages():
    for code in codes().values():
        assert code.ja
        assert code.en
        assert code.basis


def test_the_tables_cannot_be_changed():
    with pytest.raises(TypeError):
        codes()["NEW"] = None
