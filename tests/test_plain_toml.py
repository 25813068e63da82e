"""Messages are read as `tomllib` reads them, only quicker."""

from __future__ import annotations

import tomllib
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hairyo.messages.plain_toml import read_plain

FILES = [one for one in files("hairyo.messages").iterdir() if one.name.endswith(".toml")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_message_file_is_plain(file):
    toml = file.read_text(encoding="utf-8")
    assert read_plain(toml) == tomllib.loads(toml) != {}


PLAIN = [
    ("", {}),
    ("# 注\n\n", {}),
    ('a = "あ"', {"a": "あ"}),
    ('"a b" = "c"\n[d]\ne_1 = "f"\n', {"a b": "c", "d": {"e_1": "f"}}),
    (r'a = "\"\\\n\t\\n"', {"a": '"\\\n\t\\n'}),
    ('a = { ja = "あ, }", en = "b = { c }" }', {"a": {"ja": "あ, }", "en": "b = { c }"}}),
    ('"a = { b" = "c }"', {"a = { b": "c }"}),
    ('[a]\nb = { c = "d" }', {"a": {"b": {"c": "d"}}}),
]


@pytest.mark.parametrize(("toml", "read"), PLAIN)
def test_plain_toml(toml, read):
    assert read_plain(toml) == tomllib.loads(toml) == read


OTHER = [
    "a = 1", 'a="b"', "a = 'b'", 'a = "b" # c', 'a = """b"""', 'a.b = "c"', "[[a]]", '["a"]', '[a.b]\nc = "d"',
    r'a = "\u3042"', 'a = ["b"]', 'a = { b = { c = "d" } }', 'a = "b"\r\n', ' a = "b"', "a = {}", "é = 1", 'a-b = "c"',
]  # fmt: skip
WRONG = [
    'a = "b"\na = "c"', "[a]\n[a]", 'a = { b = "c", b = "d" }', 'a = "b"\n[a]', '[a]\nb = "c"\nb = { d = "e" }',
    'a = "b', 'a = "\x00"', "# \x00", 'a = "b", c = "d"', 'a = { b = "c", }', 'a = "b", ', '\ufeffa = "b"', 'あ = "b"',
    r'a = "\q"', '[a\nb = "c"', "[]", "= ", 'a = "b""c"', 'a = { b = "c" } }',
]  # fmt: skip


@pytest.mark.parametrize("toml", [*OTHER, *WRONG])
def test_all_else_is_left_to_tomllib(toml):
    assert read_plain(toml) is None


PIECES = st.sampled_from(
    ["[", "]", "a", "b", "あ", '"', "\\", "n", " = ", " = { ", " }", ", ", "\n", "#", " ", "\t", "\r", "\x85", "=", "."]
)


@given(st.lists(PIECES, max_size=24).map("".join))
def test_what_is_read_is_what_tomllib_reads(toml):
    read = read_plain(toml)
    assert read is None or read == tomllib.loads(toml)


@given(st.dictionaries(st.text(), st.text()))
def test_any_words_can_be_written(words):
    def quoted(text):
        plain = "".join(char if char.isprintable() else " " for char in text)
        return '"' + plain.replace("\\", "\\\\").replace('"', '\\"') + '"'

    toml = "\n".join(f"{key} = {quoted(value)}" for key, value in {quoted(k): v for k, v in words.items()}.items())
    assert read_plain(toml) == tomllib.loads(toml)
