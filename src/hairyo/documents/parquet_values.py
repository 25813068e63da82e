"""Values of Arrow columns as Python sees them, and back (Parquet)."""

from __future__ import annotations

import enum
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

Arrow = Any  # pyarrow has no types
Value = Any  # whatever a column holds, as Python sees it
Keys = tuple[str | int, ...]
Change = tuple[int, Keys, Any]
_FIELD_ID = b"PARQUET:field_id"
_PANDAS = ("index_columns", "column_indexes", "columns", "creator", "pandas_version")
_SIMPLE = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_decimal,
    pa.types.is_boolean,
    pa.types.is_date,
    pa.types.is_null,
)
_TIMES = (pa.types.is_timestamp, pa.types.is_time)
_TEXT = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
_LISTS = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)


class Kind(enum.Enum):
    """What can be done with a column: read and rewritten, read and blanked, neither, or not safely."""

    TEXT = "text"
    SIMPLE = "simple"
    OTHER = "other"
    MIXED = "mixed"


def kind_of(data_type: Arrow) -> Kind:
    """Return the kind of a column of `data_type`."""
    if pa.types.is_dictionary(data_type):
        inner = kind_of(data_type.value_type)
        return inner if inner in (Kind.TEXT, Kind.SIMPLE) else Kind.OTHER
    if _is(data_type, _TEXT):
        return Kind.TEXT
    if _is(data_type, _SIMPLE) or _is(data_type, _TIMES):
        return Kind.SIMPLE
    if pa.types.is_nested(data_type):
        return _nested_kind(data_type)
    return Kind.OTHER


def _nested_kind(data_type: Arrow) -> Kind:
    if not (_is(data_type, _LISTS) or pa.types.is_struct(data_type) or pa.types.is_map(data_type)):
        return Kind.MIXED
    inner = [data_type.field(n).type for n in range(data_type.num_fields)]
    if pa.types.is_map(data_type):
        inner = [data_type.key_type, data_type.item_type]
    if pa.types.is_struct(data_type) and len(set(data_type.names)) < data_type.num_fields:
        return Kind.MIXED
    kinds = {Kind.MIXED if _fragile(kind) else kind_of(kind) for kind in inner}
    if kinds <= {Kind.SIMPLE}:
        return Kind.SIMPLE
    if kinds <= {Kind.TEXT, Kind.SIMPLE}:
        return Kind.TEXT
    return Kind.OTHER if kinds == {Kind.OTHER} else Kind.MIXED


def _fragile(data_type: Arrow) -> bool:
    """Whether a nested value of this type does not survive the way through Python."""
    return pa.types.is_dictionary(data_type) or _is(data_type, _TIMES)


def _is(data_type: Arrow, tests: Iterable[Callable[[Arrow], bool]]) -> bool:
    return any(test(data_type) for test in tests)


def as_python(column: Arrow) -> list[Value]:
    """Return the values of a column; times as text, since Python's lack nanoseconds."""
    data_type = column.type
    if pa.types.is_dictionary(data_type):
        return as_python(column.cast(data_type.value_type))
    return list((column.cast(pa.string()) if _is(data_type, _TIMES) else column).to_pylist())


def leaves(value: Value, keys: Keys = ()) -> Iterator[tuple[Keys, Value]]:
    """Yield the values within a value, nulls left out, with the keys and positions that lead to them."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, (*keys, key))
    elif isinstance(value, list | tuple):
        for position, inner in enumerate(value):
            yield from leaves(inner, (*keys, position))
    elif value is not None:
        yield keys, value


def replaced(value: Value, keys: Keys, new: Value) -> Value:
    """Return `value` with what stands at `keys` replaced by `new`."""
    if not keys:
        return new
    first, rest = keys[0], keys[1:]
    if isinstance(value, dict):
        return {key: replaced(inner, rest, new) if key == first else inner for key, inner in value.items()}
    inners = (replaced(inner, rest, new) if n == first else inner for n, inner in enumerate(value))
    return tuple(inners) if isinstance(value, tuple) else list(inners)


def edited(column: Arrow, changes: list[Change]) -> Arrow:
    """Return a column with values replaced; in a column of numbers or times they become null.

    A dictionary is made anew, so that it holds no value that no row uses.
    """
    data_type = column.type
    if pa.types.is_dictionary(data_type):
        plain = edited(column.cast(data_type.value_type), changes).dictionary_encode()
        return plain.cast(data_type)
    if not changes:
        return column
    if kind_of(data_type) is Kind.SIMPLE and not pa.types.is_nested(data_type):
        rows = {row for row, _, _ in changes}
        mask = pa.array([row in rows for row in range(len(column))])
        return pc.if_else(mask, pa.scalar(None, data_type), column)
    values = column.to_pylist()
    for row, keys, new in changes:
        values[row] = replaced(values[row], keys, new)
    return pa.chunked_array([pa.array(values, data_type)])


def clean_schema(schema: Arrow, names: list[str]) -> Arrow:
    """Return `schema` with its columns called `names`, and no metadata but pandas' own.

    pandas' metadata repeats the columns' names, so it goes too where one was edited.
    """
    fields = []
    for field, name in zip(schema, names, strict=True):
        number = (field.metadata or {}).get(_FIELD_ID)
        fields.append(field.with_name(name).with_metadata({_FIELD_ID: number} if number else None))
    kept = (schema.metadata or {}).get(b"pandas")
    if kept is None or names != schema.names:
        return pa.schema(fields)
    pandas = {key: value for key, value in json.loads(kept).items() if key in _PANDAS}
    return pa.schema(fields, metadata={b"pandas": json.dumps(pandas).encode()})
