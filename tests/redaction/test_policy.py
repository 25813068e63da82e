from __future__ import annotations

import pytest

from hairyo.detection.finding import Finding
from hairyo.errors import UsageError
from hairyo.redaction.policy import Policy, shipped
from hairyo.taxonomy import types

HEAD = 'format = 1\nname = "mine"\nversion = "1"\n'


@pytest.fixture
def written(tmp_path):
    def write(body):
        path = tmp_path / "mine.toml"
        path.write_text(HEAD + body, encoding="utf-8")
        return path

    return write


@pytest.mark.parametrize("name", shipped())
def test_the_shipped_policies_mask_all_of_article_6_alike(name):
    policy = Policy.load(name)
    assert policy.name == name
    sensitive = [one for one, row in types().items() if row.item is not None]
    assert {policy.operator(one).text for one in sensitive} == {policy.mask}
    assert {policy.operator(one).name for one in [*sensitive, "MY_NUMBER"]} == {"mask"}


@pytest.mark.parametrize("name", shipped())
def test_the_shipped_policies_redact_everything(name):
    policy = Policy.load(name)
    for type_ in types():
        assert policy.redacts(Finding(0, 1, type_, score=0.0, subject="self", polarity="negated"))


def test_there_are_three_policies():
    assert shipped() == ("client-company", "processor", "statistics")


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ("colour = 1", "colour"),
        ("[types]\nNOBODY = { operator = 'mask' }", "types.NOBODY"),
        ("[types]\nPERSON = { operator = 'shred' }", "types.PERSON.operator"),
        ("[types]\nPERSON = { operater = 'mask' }", "types.PERSON.operater"),
        (
            "[types]\nPERSON = { operator = 'mask', options = { txt = 'x' } }",
            "types.PERSON.options: wrong: txt",
        ),
        ("[types]\nPERSON = { operator = 'generalise' }", "types.PERSON.operator"),
        ("[types]\nPHONE = { threshold = 1.5 }", "types.PHONE.threshold"),
        ("[types]\nMY_NUMBER = { operator = 'pseudonym' }", "types.MY_NUMBER.operator"),
        ("[types]\nMY_NUMBER = { operator = 'encrypt' }", "types.MY_NUMBER.operator"),
        ("[types]\nMY_NUMBER = { operator = 'remove' }", "types.MY_NUMBER.operator"),
        ("[types]\nMY_NUMBER = { operator = 'keep' }", "types.MY_NUMBER.operator"),
        ("[types]\nHEALTH = { operator = 'mask', options = { text = '[病歴]' } }", "types.HEALTH"),
        ("[types]\nHEALTH = { operator = 'remove' }", "types.HEALTH"),
        ("[types]\nHEALTH = { operator = 'keep' }", "types.HEALTH"),
        ("mask = '[前科]'", "mask"),
        ("mask = '[病歴:非開示]'", "mask"),
        ("mask = ''", "mask"),
        ("[polarity]\nnegated = 'perhaps'", "polarity.negated"),
        ("subjects = ['nobody']", "subjects"),
        ("[found.NOBODY]\ntagger = 0.5", "found.NOBODY"),
        ("[found.HEALTH]\ntager = 0.5", "found.HEALTH.tager"),
        ("[found.HEALTH]\ntagger = -1", "found.HEALTH.tagger"),
        ("[found]\nHEALTH = 0.5", "found.HEALTH"),
        ("mask = ", "TOML"),
    ],
)
def test_a_wrong_policy_is_refused_by_the_key(written, body, named):
    with pytest.raises(UsageError, match=named) as caught:
        Policy.load(written(body))
    assert "前科" not in str(caught.value)


@pytest.mark.parametrize("mask", ["[非開示]", "■■■", "***", "（秘匿）", "[REDACTED]"])
def test_neutral_masks_are_accepted(written, mask):
    policy = Policy.load(written(f"mask = '{mask}'"))
    assert policy.operator("RELIGION").text == policy.operator("HEALTH").text == mask


def test_other_formats_are_refused(tmp_path):
    path = tmp_path / "new.toml"
    path.write_text(HEAD.replace("format = 1", "format = 2"), encoding="utf-8")
    with pytest.raises(UsageError, match="format"):
        Policy.load(path)


@pytest.mark.parametrize("where", ["nobody", "../client-company", "nowhere.toml", ""])
def test_a_missing_policy_is_a_usage_error(where):
    with pytest.raises(UsageError):
        Policy.load(where)


def test_a_binary_policy_is_a_usage_error(tmp_path):
    path = tmp_path / "x.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(UsageError, match="UTF-8"):
        Policy.load(path)


def test_thresholds_subjects_and_polarity_decide(written):
    policy = Policy.load(
        written(
            "threshold = 0.5\n[polarity]\nnegated = 'keep'\n[types]\n"
            "PHONE = { threshold = 0.9 }\nURL = { operator = 'keep' }\n"
            "HEALTH = { subjects = ['family', 'other', 'unknown'] }"
        )
    )
    assert policy.redacts(Finding(0, 1, "EMAIL", score=0.5))
    assert not policy.redacts(Finding(0, 1, "EMAIL", score=0.4))
    assert not policy.redacts(Finding(0, 1, "PHONE", score=0.8))
    assert policy.redacts(Finding(0, 1, "HEALTH", subject="other", polarity="uncertain"))
    assert policy.redacts(Finding(0, 1, "HEALTH"))
    assert not policy.redacts(Finding(0, 1, "HEALTH", subject="other", polarity="negated"))
    assert not policy.redacts(Finding(0, 1, "HEALTH", subject="self", polarity="affirmed"))
    assert not policy.redacts(Finding(0, 1, "URL"))
    assert policy.redacts(Finding(0, 1, "SOMETHING_NEW"))


def test_the_digest_is_of_the_content_not_of_the_layout(written):
    one = Policy.load(written("threshold = 0.5\nmask = '***'")).digest
    assert one == Policy.load(written("# same\nmask = '***'\nthreshold = 0.50")).digest
    assert one != Policy.load(written("mask = '***'\nthreshold = 0.6")).digest


def test_thresholds_of_detection_are_the_policys_own(written):
    policy = Policy.load(written("[found.special_care]\ntagger = 0.4\nrules = 0.3\n[found.HEALTH]\ntagger = 0.9\n"))
    assert policy.overrides == (
        ("HEALTH", "tagger", 0.9),
        ("special_care", "rules", 0.3),
        ("special_care", "tagger", 0.4),
    )
    assert Policy.load("client-company").overrides == ()
