"""The detector (検出器): runs every recognizer over a text and resolves what they find."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cache, cached_property
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

from hairyo.detection import addresses, identifiers, names
from hairyo.detection.article6 import Judging
from hairyo.detection.finding import Finding
from hairyo.detection.names.ginza import GinzaNames
from hairyo.detection.passage import Passage, Recognizer, Role
from hairyo.detection.resolver import resolve
from hairyo.detection.tagger.hints import hints
from hairyo.detection.tagger.model import TaggerModel, model_folder, shared_model
from hairyo.detection.tagger.tagging import Tagging
from hairyo.detection.tagger.trust import Override, Trust, trust

# A long text is read in windows: the core, and around it context that is read but not reported.
CORE = 12_000
CONTEXT = 400
_SEAMS = ("\n\n", "\n", "。", "、", " ")


class Detector:
    """Finds personal and special-care-required information in Japanese text.

    Holds no state between calls; one detector serves any number of texts, one thread at a time.

    Args:
        core: characters of a long text that are read at once, context apart.
        rules_only: leave the trained tagger out: many times as fast, and blind to what only context tells.
        ginza: let GiNZA look for names, too: a few more, in twice the time.
        overrides: thresholds of the tagger in place of the shipped ones, as a policy gives them (`Policy.overrides`).

    Raises:
        ValueError: both `rules_only` and `ginza`; without the tagger, nothing judges GiNZA's names.
    """

    def __init__(
        self, *, core: int = CORE, rules_only: bool = False, ginza: bool = False, overrides: tuple[Override, ...] = ()
    ) -> None:
        if rules_only and ginza:
            raise ValueError("rules_only and ginza exclude each other; choose one")
        self._core = core
        self._rules_only = rules_only
        self._entities = GinzaNames() if ginza else None
        self._trust = trust(overrides)

    @cached_property
    def _tagger(self) -> TaggerModel | None:
        return None if self._rules_only else shared_model()

    @cached_property
    def recognizers(self) -> tuple[Recognizer, ...]:
        """The recognizers of ordinary personal information, in the order they run."""
        return (*identifiers.recognizers(), *names.recognizers(), *addresses.recognizers())

    def scan(self, text: str, *, role: Role | None = None) -> list[Finding]:
        """Return disjoint findings in text order.

        Args:
            text: any string, of any length; lone surrogates and control characters are accepted.
            role: what kind of submission it is, where that is known.

        Returns:
            Findings whose offsets are code points of `text`, end exclusive.
        """
        found: list[Finding] = []
        for start, end in windows(text, self._core):
            first, last = max(0, start - CONTEXT), min(len(text), end + CONTEXT)
            for finding in self._scan_window(text[first:last], role):
                if start <= first + finding.start < end:
                    found.append(finding.moved(first))
        return resolve(found)

    def judged(self, passage: Passage) -> tuple[Judging, list[Finding]]:
        """Return what the rules see of Article 6 in a passage, and all that they find, offsets in `passage.normal`."""
        personal = resolve(f for recognizer in self.recognizers for f in recognizer.find(passage))
        judging = Judging.of(passage, [finding for finding in personal if finding.type == "PERSON"])
        return judging, resolve([*personal, *judging.findings()])

    def _scan_window(self, text: str, role: Role | None) -> list[Finding]:
        passage = Passage(text, role)
        if not passage.normal.strip():
            return []
        judging, found = self.judged(passage)
        if self._tagger is not None:
            entities = self._entities.find(passage) if self._entities is not None else ()
            found = resolve(_read(judging, found, entities, self._tagger, self._trust))
        return [to_original(finding, passage) for finding in found]


def _read(
    judging: Judging, found: list[Finding], entities: Iterable[Finding], tagger: TaggerModel,
    believed: Mapping[str, Trust],
) -> Iterator[Finding]:  # fmt: skip
    """Yield what stands when the tagger has read the passage, too."""
    passage = judging.passage
    reading = tagger.read(passage, list(hints(judging, found)))
    yield from Tagging(judging, reading, tagger, believed).joined(found, entities)


def to_original(finding: Finding, passage: Passage) -> Finding:
    """Map a finding from the normalised text to the text as given."""
    start, end = passage.normalised.original(finding.start, finding.end)
    cue = finding.cue
    if cue is not None:
        cue = passage.normalised.original(*cue) if cue[0] < cue[1] <= len(passage.normal) else None
    same = (start, end, cue) == (finding.start, finding.end, finding.cue)
    return finding if same else replace(finding, start=start, end=end, cue=cue)


def windows(text: str, core: int = CORE) -> Iterator[tuple[int, int]]:
    """Yield spans that cover `text`, each at most `core` long, cut at paragraph or sentence ends if possible."""
    start = 0
    while start < len(text):
        end = min(len(text), start + core)
        if end < len(text):
            for seam in _SEAMS:
                cut = text.rfind(seam, start + core // 2, end)
                if cut >= 0:
                    end = cut + len(seam)
                    break
        yield start, end
        start = end


@cache
def detector_version(*, ginza: bool = False) -> str:
    """Return what made a finding: package version, digest of the detection data and the model, dictionary version."""
    digest = hashlib.sha256((model_folder() / "tagger.toml").read_bytes())  # it holds the digests of the model's files
    for path in sorted(_data_files(files("hairyo.detection")), key=str):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    made = f"hairyo-{version('hairyo')}+data.{digest.hexdigest()[:12]}+sudachidict.{version('sudachidict-core')}"
    return f"{made}+ja-ginza.{version('ja-ginza')}" if ginza else made


def _data_files(folder: Traversable) -> Iterator[Traversable]:
    for path in folder.iterdir():
        if path.is_dir():
            yield from _data_files(path)
        elif path.name.endswith((".toml", ".tsv")):
            yield path


def shared_detector(*, ginza: bool = False, overrides: tuple[Override, ...] = ()) -> Detector:
    """Return this process's detector, made once; see `Detector` for the settings."""
    return _detector(ginza, overrides)


@cache  # by place, so that settings left out and settings given as they are anyway share one detector
def _detector(ginza: bool, overrides: tuple[Override, ...]) -> Detector:
    return Detector(ginza=ginza, overrides=overrides)
