"""The seam to pandas' users: `import hairyo.pandas`, then `df["text"].hairyo.scan()` and `.redact()`."""

from __future__ import annotations

import sys
from array import array
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from itertools import islice, repeat
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np
import pandas as pd

from hairyo.batch.each import each
from hairyo.batch.progress import Advance, counting
from hairyo.batch.texts import Redaction, Text, make_redactor, make_scanner
from hairyo.detection import Finding, Role
from hairyo.errors import UsageError
from hairyo.redaction import Policy
from hairyo.redaction.policy import DEFAULT

_STEP = 4096  # values that are taken out of a Series, or put into one, at a time


@pd.api.extensions.register_series_accessor("hairyo")
class SeriesAccessor:
    """Hairyo on a Series of strings; missing values stay missing, the index stays."""

    def __init__(self, series: pd.Series) -> None:
        deque(_strings(series), maxlen=0)
        self._series = series

    def scan(
        self, *, role: Role | pd.Series | None = None, workers: int = 1, progress: bool | Advance | None = None
    ) -> pd.DataFrame:
        """Return one row a finding: the index label it came from, offsets, type and what is said of it.

        Args:
            role: kind of submission of all the texts, or a Series of them that is aligned by the index; where known.
            workers: processes.
            progress: True or False for a progress bar or none; by default there is one in terminals and notebooks.
                Or a function to be called with the number of texts newly done, such as the `update` of a tqdm bar.

        Raises:
            UsageError: an unknown role, or roles that cannot be aligned; fewer workers than one.
            HairyoError: a worker process died.
        """
        found = _Findings()
        with closing(each(make_scanner, None, self._texts(role), workers=_checked(workers))) as results:
            for row, findings in enumerate(self._counted(results, progress)):
                for finding in findings or ():
                    found.add(row, finding)
        return found.frame(self._series.index)

    def redact(
        self,
        *,
        role: Role | pd.Series | None = None,
        policy: Policy | str | Path | None = None,
        key: bytes | None = None,
        workers: int = 1,
        progress: bool | Advance | None = None,
    ) -> pd.Series:
        """Return the texts with what was found redacted, under the same index and of the same dtype.

        A categorical comes back as strings: its categories would be the texts that have to go.

        Args:
            role: as for `scan`.
            policy: a policy, its file or its name; by default the client company's (顧問先).
            key: secret of 32 bytes or more, for policies with keyed stand-ins.
            workers: as for `scan`.
            progress: as for `scan`.

        Raises:
            UsageError: as for `scan`; the policy is wrong or needs a key.
            LeakFound: no plan hides every value of a text; a note tells its row.
            HairyoError: a worker process died.
        """
        setup = Redaction(policy if isinstance(policy, Policy) else Policy.load(policy or DEFAULT), key)
        dtype = _dtype_of_copy(self._series.dtype)
        pieces = []
        with closing(each(make_redactor, setup, self._texts(role), workers=_checked(workers))) as results:
            made = self._counted(results, progress)
            kept = (old if new is None else new for old, new in zip(_values(self._series), made, strict=True))
            while piece := list(islice(kept, _STEP)):
                pieces.append(pd.Series(piece, dtype=dtype))
        whole = pd.concat(pieces, ignore_index=True) if pieces else self._series.astype(dtype)
        whole.index, whole.name = self._series.index, self._series.name
        return whole

    def _texts(self, role: Role | pd.Series | None) -> Iterator[Text | None]:
        """Yield what is to be read, and None where it is missing."""
        roles = _roles(role, self._series)
        strings = _strings(self._series)
        return (None if text is None else Text(text, one) for text, one in zip(strings, roles, strict=False))

    def _counted(self, results: Iterator[Any], progress: bool | Advance | None) -> Iterator[Any]:
        with counting(len(self._series), progress) as advance:
            for result in results:
                yield result
                advance(1)


class _Findings:
    """Findings on their way into a table, column by column, which takes a quarter of what a dict for each would."""

    def __init__(self) -> None:
        self._rows = array("q")
        numbers = {"start": "q", "end": "q", "item": "d", "score": "d"}
        names = [*Finding(0, 1, "PERSON").to_json(), "code"]
        self._columns: dict[str, Any] = {name: array(numbers[name]) if name in numbers else [] for name in names}

    def add(self, row: int, finding: Finding) -> None:
        self._rows.append(row)
        for name, value in (finding.to_json() | {"code": finding.code}).items():
            if name == "item" and value is None:
                value = float("nan")
            self._columns[name].append(sys.intern(value) if isinstance(value, str) else value)

    def frame(self, index: pd.Index) -> pd.DataFrame:
        """Return the table, under the labels that `index` has for the rows."""
        columns = {name: np.asarray(one) if isinstance(one, array) else one for name, one in self._columns.items()}
        return pd.DataFrame(columns, index=index.take(np.asarray(self._rows)))


def _values(series: pd.Series) -> Iterator[Any]:
    """Yield the values; a few at a time, since some kinds of columns would make a list of all."""
    for start in range(0, len(series), _STEP):
        yield from series.array[start : start + _STEP]


def _strings(series: pd.Series) -> Iterator[str | None]:
    """Yield the strings, and None for whatever pandas takes for missing.

    Raises:
        AttributeError: there is something else; it makes pandas say that there is no such accessor.
    """
    for value in _values(series):
        if isinstance(value, str):
            yield value
        elif pd.api.types.is_scalar(value) and pd.isna(value):
            yield None
        else:
            raise AttributeError("hairyo works on a Series of strings; convert it with .astype('string') first")


def _roles(role: Role | pd.Series | None, series: pd.Series) -> Iterator[Role | None]:
    """Yield the role of every text.

    Raises:
        UsageError: an unknown role, or roles that cannot be aligned.
    """
    given = role.dropna().unique() if isinstance(role, pd.Series) else [] if role is None else [role]
    if not all(isinstance(one, str) and one in get_args(Role) for one in given):
        raise UsageError("unknown role; use {roles}", roles=", ".join(get_args(Role)))
    if not isinstance(role, pd.Series):
        return repeat(role)
    if not role.index.equals(series.index):
        if not role.index.is_unique:
            raise UsageError("a label stands twice in the index of the roles; give them the index of the texts")
        role = role.reindex(series.index)
    return (cast(Role, one) if isinstance(one, str) else None for one in _values(role))


def _checked(workers: int) -> int:
    if workers < 1:
        raise UsageError("there must be at least 1 worker")
    return workers


def _dtype_of_copy(dtype: Any) -> Any:
    """Return what holds redacted texts: the same, but for kinds that list the texts as given beside the values."""
    if isinstance(dtype, pd.CategoricalDtype):
        inner = dtype.categories.dtype
        return inner if pd.api.types.is_string_dtype(inner) else object
    inner = getattr(getattr(dtype, "pyarrow_dtype", None), "value_type", None)
    return dtype if inner is None else pd.ArrowDtype(inner)
