"""The plan of a copy (伏せ字の計画): which characters go, and what stands in their place.

The replacements are disjoint, cover the union of what the policy redacts, and sweep the scope: a value
redacted once is redacted wherever it stands again. Before it is given out, a plan is tried: no redacted value
may be found in the text that it makes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from hairyo.detection.finding import Finding
from hairyo.errors import LeakFound
from hairyo.redaction.generalise import below_prefecture
from hairyo.redaction.operators import MY_NUMBER, Mask, Operator
from hairyo.redaction.people import Mention
from hairyo.redaction.policy import Policy
from hairyo.redaction.scope import Scope
from hairyo.redaction.secret import Secret
from hairyo.redaction.sweep import Haystack, searchable, squeeze
from hairyo.taxonomy import types

_ROUNDS = 8
_MIN_ADDRESS_PART = 4
_FIXED_TEXT = 1  # the level from which a replacement is a fixed text


@dataclass(frozen=True, slots=True, order=True)
class Replacement:
    """Put `text` in the place of `start:end` (code points of the text as given).

    Attributes:
        start: first code point replaced.
        end: one past the last.
        text: what stands there in the copy.
        type: label of what was there, for records kept inside; never to be shown with the copy.
        operator: name of the operator that made `text`.
    """

    start: int
    end: int
    text: str
    type: str
    operator: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do to one text.

    Attributes:
        replacements: disjoint, in ascending order.
        values: what the leak check has to search for in the copy; in memory only.
    """

    replacements: tuple[Replacement, ...]
    values: frozenset[Secret] = field(repr=False)

    def apply(self, text: str) -> str:
        """Return `text` with the replacements done."""
        return _apply(text, self.replacements)


def gather(text: str, findings: Iterable[Finding], policy: Policy, scope: Scope) -> list[Finding]:
    """Return the findings that go, and make their values and persons known to the scope.

    Call it for every text of a scope before planning any, where a scope has several: then a value found late
    is swept early, too.

    Args:
        text: the text as given.
        findings: findings in it.
        policy: what has to go.
        scope: the document or record.

    Raises:
        ValueError: a finding reaches outside the text.
    """
    chosen = sorted((one for one in set(findings) if policy.redacts(one)), key=_order)
    if any(one.end > len(text) for one in chosen):
        raise ValueError(f"a finding reaches outside the text of {len(text)} code points")
    scope.people.meet(text, [Mention(one.start, one.end) for one in chosen if one.type == "PERSON"])
    for one in chosen:
        scope.remember(_secrets(text[one.start : one.end], one.type))
    return chosen


def plan(text: str, findings: Iterable[Finding], policy: Policy, scope: Scope) -> Plan:
    """Return the plan of a text's copy.

    Args:
        text: the text as given.
        findings: findings in it, offsets in code points; they may overlap.
        policy: what has to go, and how.
        scope: the document or record the text belongs to; it remembers what was redacted.

    Raises:
        UsageError: an operator needs a key and the scope has none.
        LeakFound: no plan hides every value; hold the input.
        ValueError: a finding reaches outside the text.
    """
    spans = gather(text, findings, policy, scope)
    spans += _sweep(Haystack(text), scope.secrets)
    levels: dict[int, int] = {}
    for _ in range(_ROUNDS):
        made = tuple(_replace(text, spans, policy, scope, levels))
        left = list(_sweep(Haystack(_apply(text, made)), scope.secrets))
        if not left:
            return Plan(made, frozenset(scope.secrets))
        for one in left:
            spans += _widen(one, made, levels)
    raise LeakFound("no plan hides every redacted value of this text; hold the input and look at it by hand")


def _order(one: Finding) -> tuple[int, int, str, float, str]:
    return one.start, one.end, one.type, one.score, one.rule


def _apply(text: str, replacements: Iterable[Replacement]) -> str:
    pieces, at = [], 0
    for one in replacements:
        pieces += [text[at : one.start], one.text]
        at = one.end
    return "".join([*pieces, text[at:]])


def _secrets(value: str, type_: str) -> Iterator[Secret]:
    """Yield what must not be seen again: the value, and an address's part below the prefecture, of pictures nothing."""
    if type_ in types() and types()[type_].pictured:
        return
    if searchable(value):
        yield Secret(value, type_)
    if type_ == "ADDRESS":
        part = below_prefecture(value).strip()
        if len(squeeze(part)) >= _MIN_ADDRESS_PART and searchable(part):
            yield Secret(part, type_)


def _sweep(haystack: Haystack, secrets: Iterable[Secret]) -> Iterator[Finding]:
    """Yield every place where a secret stands, as a finding of its type."""
    for secret in secrets:
        item = types()[secret.type].item if secret.type in types() else None
        for start, end in haystack.find(secret.value):
            yield Finding(start, end, secret.type, rule="redaction.sweep", item=item)


def _replace(
    text: str, spans: Iterable[Finding], policy: Policy, scope: Scope, levels: dict[int, int]
) -> Iterator[Replacement]:
    """Yield one replacement for each run of overlapping spans."""
    for cluster in _clusters(spans):
        start, end = cluster[0].start, max(one.end for one in cluster)
        lead, operator = _lead(cluster, policy)
        choices = operator.choices(text[start:end], lead, scope)
        made = next(islice(choices, levels.get(start, 0), None), "")
        yield Replacement(start, end, made, lead.type, operator.name)


def _clusters(spans: Iterable[Finding]) -> Iterator[list[Finding]]:
    """Yield runs of overlapping spans, in ascending order."""
    cluster: list[Finding] = []
    end = 0
    for one in sorted(set(spans), key=_order):
        if cluster and one.start >= end:
            yield cluster
            cluster = []
        cluster.append(one)
        end = max(end, one.end)
    if cluster:
        yield cluster


def _lead(cluster: Sequence[Finding], policy: Policy) -> tuple[Finding, Operator]:
    """Return the finding that speaks for a cluster, and its operator.

    The longest speaks if it covers the rest and hides no type that may only be masked (Article 6, My Number);
    else the neutral mask hides all.
    """
    start, end = cluster[0].start, max(one.end for one in cluster)
    longest = max(cluster, key=lambda one: (one.end - one.start, one.special_care, one.score, one.type))
    strict = next((one for one in cluster if one.special_care or one.type == MY_NUMBER), longest)
    if (longest.start, longest.end) == (start, end) and strict.type == longest.type:
        return longest, policy.operator(longest.type)
    return strict, Mask(text=policy.mask)


def _widen(left: Finding, made: Sequence[Replacement], levels: dict[int, int]) -> list[Finding]:
    """Return further spans to hide for a value that the plan's own text shows; lower what helped to show it.

    Args:
        left: where the value stands in the text that the plan makes.
        made: the plan's replacements.
        levels: how far down its choices each replacement is, by its start; raised for those that are touched.
    """
    spans, shift, at = [], 0, left.start
    for one in made:
        shown_at, shown_end = one.start + shift, one.start + shift + len(one.text)
        if max(shown_at, left.start) < min(shown_end, left.end) or left.start < shown_at == shown_end < left.end:
            levels[one.start] = levels.get(one.start, 0) + 1
            if at < shown_at:
                spans.append((at - shift, one.start))
            at = shown_end
        elif shown_at >= left.end:
            break
        shift += len(one.text) - (one.end - one.start)
    if at < left.end:
        spans.append((at - shift, left.end - shift))
    for start, _ in spans:
        levels[start] = max(levels.get(start, 0), _FIXED_TEXT)
    return [Finding(start, end, left.type, rule="redaction.sweep", item=left.item) for start, end in spans]
