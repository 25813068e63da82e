"""Every word a user may see is there in Japanese and English (DESIGN.md, invariant 12)."""

from __future__ import annotations

import argparse
import ast
import pickle
import re
import tomllib
from importlib.resources import files
from pathlib import Path
from string import Formatter

import pytest

import hairyo
from hairyo import errors
from hairyo.cli.main import main
from hairyo.errors import HairyoError, UsageError, Words
from hairyo.messages import catalogue, say

SOURCE = Path(hairyo.__file__).parent
RAISED = {name for name, one in vars(errors).items() if isinstance(one, type) and issubclass(one, HairyoError)} | {
    "Words"
}
ROOMS = {
    one.name.removesuffix(".toml"): tomllib.loads(one.read_text(encoding="utf-8"))
    for one in files("hairyo.messages").iterdir()
    if one.name.endswith(".toml")
}
MESSAGES = {name: table for name, table in ROOMS.items() if name not in ("errors", "argparse")}
KANA = re.compile("[ぁ-ん]")
PROGRAMMER = re.compile(  # what argparse says of wrong calls of its own functions
    "callable|conflict|__call__|'required' is an invalid|mutually exclusive arguments|cannot merge|"
    "invalid option string|"
    'dest=|cannot have multiple|argument "-" with|program\'s version'
)


def sentences():
    """Yield (place, template, names of the values) of every error and outcome that the code words."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in RAISED and node.args:
                place = f"{path.relative_to(SOURCE)}:{node.lineno}"
                if path.name != "errors.py":
                    template = ast.literal_eval(node.args[0])  # an f-string would be no key: fails here
                    yield place, template, {one.arg for one in node.keywords}


SENTENCES = list(sentences())


def fields(template):
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


@pytest.mark.parametrize(("place", "template", "given"), SENTENCES, ids=[place for place, _, _ in SENTENCES])
def test_every_error_has_a_japanese_sentence_with_the_same_fields(place, template, given):
    japanese = catalogue("errors")[template]
    assert fields(template) == fields(japanese) == given
    assert KANA.search(japanese) or template == "{place}"


def test_the_catalogue_has_no_sentence_that_nobody_says():
    assert set(catalogue("errors")) == {template for _, template, _ in SENTENCES}


def test_argparse_says_nothing_to_a_user_that_is_not_translated():
    source = Path(argparse.__file__).read_text(encoding="utf-8")
    calls = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "ngettext")
    ]
    said = {one.value for call in calls for one in call.args if isinstance(one, ast.Constant)}
    assert len(said) > 20
    assert {one for one in said if not PROGRAMMER.search(one)} <= set(catalogue("argparse"))


def used_keys() -> tuple[set[str], set[str]]:
    """Return the message keys written out in the source, and the rooms whose keys are put together there."""
    keys, rooms = set(), set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("text", "message"):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    keys.add(first.value)
                elif isinstance(first, ast.JoinedStr) and isinstance(first.values[0], ast.Constant):
                    rooms.add(str(first.values[0].value).partition(".")[0])
    for path in SOURCE.rglob("*.jinja"):
        room = {"report.html": "report", "view.html": "evaluate", "preview.html": "preview"}[path.stem]
        keys |= {f"{room}.{name}" for name in re.findall(r'\bt\("(\w+)"', path.read_text(encoding="utf-8"))}
    return keys, rooms


def test_every_message_used_is_there_and_every_one_there_is_used():
    keys, rooms = used_keys()
    assert len(keys) > 20
    there = {f"{room}.{name}" for room, table in MESSAGES.items() for name in table}
    assert keys - there == set()
    assert rooms <= set(MESSAGES)
    assert {key for key in there - keys if key.partition(".")[0] not in rooms} == set()


ALL = [(room, name) for room, table in MESSAGES.items() for name in table]


@pytest.mark.parametrize(("room", "name"), ALL, ids=[".".join(one) for one in ALL])
def test_every_message_is_in_both_languages(room, name):
    message = MESSAGES[room][name]
    assert set(message) == {"ja", "en"}
    assert all(said.strip() for said in message.values())
    assert fields(message["ja"]) == fields(message["en"])


def test_argparse_keeps_its_fields():
    for english, japanese in catalogue("argparse").items():
        ours, theirs = (re.findall(r"%(?:\(\w+\))?[sr]", one) for one in (japanese, english))
        assert sorted(ours) == sorted(theirs), english


def test_an_error_can_be_said_in_both_languages_and_crosses_processes():
    error = UsageError("unknown channel; give one of {names}", names="form, {mail}")
    assert str(error) == say(error.words, "en") == "unknown channel; give one of form, {mail}"
    assert say(error.words, "ja") == "知らない経路です。form, {mail} から選んでください"
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.words) == (UsageError, error.words)


def test_a_value_may_have_a_name_in_each_language():
    words = Words(
        "the name says {kind}, but the content is {said}; check what it is",
        kind={"ja": "表", "en": "a table"},
        said="X",
    )
    assert say(words, "en").startswith("the name says a table")
    assert say(words, "ja").startswith("名前は 表 ですが")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", "/none", "--out", "/tmp/none"], "提出物がフォルダでもファイルでもありません"),
        (["run"], "次の引数が要ります"),
        (["scan", "--workers", "x"], "値 'x' は int ではありません"),
        (["scan", "--workers", "0"], "--workers は 1 以上"),
        (["policy", "show", "--policy", "none"], "その名前の方針はありません"),
        (["nothing"], "選べません"),
    ],
)
def test_the_command_line_speaks_japanese(arguments, said, capsys):
    try:
        code = main(["--lang", "ja", *arguments])
    except SystemExit as stop:
        code = stop.code
    shown = capsys.readouterr().err
    assert code == 2
    assert said in shown
    for english in ("usage", "error", "required", "invalid", "choose"):
        assert english not in shown


def test_english_comes_back_after_japanese(capsys):
    for lang, word in (("ja", "使い方"), ("en", "usage")):
        with pytest.raises(SystemExit):
            main(["--lang", lang, "run"])
        assert word in capsys.readouterr().err
