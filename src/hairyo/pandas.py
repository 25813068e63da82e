"""The seam to pandas' users: `import hairyo.pandas`, then `df["text"].hairyo.scan()` and `.redact()`."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from hairyo.detection import Finding, Role
from hairyo.detection.engine import shared_detector
from hairyo.redaction import Policy, redact


@pd.api.extensions.register_series_accessor("hairyo")
class HairyoAccessor:
    """Hairyo on a Series of strings; missing values stay missing, the index stays."""

    def __init__(self, series: pd.Series) -> None:
        strings = series.dropna().map(lambda value: isinstance(value, str))
        if not strings.all():
            raise AttributeError("hairyo works on a Series of strings; convert it with .astype('string') first")
        self._series = series

    def scan(self, *, role: Role | None = None) -> pd.DataFrame:
        """Return one row a finding: the index label it came from, offsets, type and what is said of it.

        Args:
            role: kind of submission of all the texts, where known.
        """
        labels, rows = [], []
        for label, found in self._found(role):
            for finding in found:
                labels.append(label)
                rows.append(finding.to_json() | {"code": finding.code})
        columns = [*Finding(0, 1, "PERSON").to_json(), "code"]
        return pd.DataFrame(rows, columns=columns, index=pd.Index(labels, name=self._series.index.name))

    def redact(self, *, role: Role | None = None, policy: Policy | str | Path | None = None) -> pd.Series:
        """Return the texts with what was found redacted, under the same index.

        Args:
            role: kind of submission of all the texts, where known.
            policy: a policy, its file or its name; by default the client company's (顧問先).
        """
        chosen = policy if isinstance(policy, Policy) else Policy.load(policy or "client-company")
        detector = shared_detector()

        def one(text: str) -> str:
            return redact(text, detector.scan(text, role=role), policy=chosen).text

        return self._series.map(one, na_action="ignore")

    def _found(self, role: Role | None) -> list[tuple[object, list[Finding]]]:
        detector = shared_detector()
        return [(label, detector.scan(text, role=role)) for label, text in self._series.dropna().items()]
