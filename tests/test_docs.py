"""The documentation says what is so: commands, types, reasons, links, snippets, messages."""

from __future__ import annotations

import contextlib
import doctest
import importlib.util
import io
import re
import shlex
import tomllib
from itertools import chain
from pathlib import Path

import pytest

import hairyo
from hairyo import errors
from hairyo.batch.run import OUTCOMES
from hairyo.cli.main import build_parser
from hairyo.consent import channels
from hairyo.documents import ColumnMap, kinds
from hairyo.redaction.policy import shipped
from hairyo.taxonomy import types

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "hairyo"
READMES = [ROOT / "README.md", ROOT / "README.ja.md"]
PAGES = [*READMES, ROOT / "CHANGELOG.md", *sorted(ROOT.glob("*/README.md")), *sorted((ROOT / "docs").glob("*.md"))]
IDS = [page.relative_to(ROOT).as_posix() for page in PAGES]
MESSAGES = {path.stem: tomllib.loads(path.read_text("utf-8")) for path in (SOURCE / "messages").glob("*.toml")}
FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.M | re.S)


def read(page: Path | str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: Path, kind: str) -> list[str]:
    return [body for info, body in FENCE.findall(read(page)) if info.strip() == kind]


def rows(page: Path | str) -> list[list[str]]:
    """Return the cells of every row of the page's tables."""
    found = [line for line in read(page).splitlines() if line.startswith("| ") and not line.startswith("| ---")]
    return [[cell.strip().strip("`") for cell in line.strip().strip("|").split("|")] for line in found]


# --- the command line


def test_the_reference_is_what_its_generator_writes(monkeypatch):
    spec = importlib.util.spec_from_file_location("make_cli_reference", ROOT / "docs" / "make_cli_reference.py")
    assert spec is not None
    assert spec.loader is not None
    generator = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generator)
    monkeypatch.setenv("COLUMNS", "100")
    assert read("docs/cli.md") == generator.page(), "docs/cli.md lags behind: make docs"


def parsers(parser, name="hairyo"):
    yield name, parser
    for action in parser._actions:
        for word, sub in (action.choices or {}).items() if hasattr(action, "_name_parser_map") else ():
            yield from parsers(sub, f"{name} {word}")


def test_every_command_and_option_is_in_the_reference():
    sections = dict(re.findall(r"^## `([^`]+)`\n(.*?)(?=^## |\Z)", read("docs/cli.md"), re.M | re.S))
    found = dict(parsers(build_parser(every=True)))
    assert len(found) > 8
    assert set(found) == set(sections)
    options = [(name, option) for name, one in found.items() for a in one._actions for option in a.option_strings]
    assert [(name, option) for name, option in options if option not in sections[name]] == []


COMMANDS = [
    (page.name, line[2:])
    for page in PAGES
    for body in blocks(page, "console")
    for line in body.splitlines()
    if line.startswith("$ hairyo ")
]


@pytest.mark.parametrize(("page", "command"), COMMANDS)
def test_commands_shown_are_commands(page, command):
    words = shlex.split(command.split(" > ")[0])
    build_parser(every=True).parse_args(words[1:])


# --- types, outcomes, reasons, codes


def test_every_type_is_documented():
    table = {row[0]: row[1:] for row in rows("docs/analysts.md") if row[0] in types()}
    assert table == {name: [one.ja, one.en, str(one.item or "")] for name, one in types().items()}


CLASSES = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.HairyoError)]
POOL = re.findall(r'Failure\(\s*"(\w+)"', read("src/hairyo/batch/pool.py"))
PROCESS = re.findall(r'"(?:held|refused)", reason="(\w+)"', read("src/hairyo/batch/process.py"))


def test_every_reason_says_what_to_do():
    reasons = {one.reason for one in CLASSES} | set(POOL) | set(PROCESS)
    assert {"timeout", "crashed", "memory", "error", "unread_part", "leak_found"} <= reasons
    told = {row[0]: row for row in rows("docs/operators.md") if len(row) == 4}
    bases = {"refused", "error"}
    assert [reason for reason in reasons - bases if not told.get(reason, [""])[-1]] == []
    assert [reason for reason in bases if f"`{reason}`" not in read("docs/operators.md")] == []


def test_every_exit_code_is_documented():
    table = {(row[1], row[0]) for row in rows("docs/cli.md") if len(row) == 4}
    assert {(one.reason, str(one.exit_code)) for one in CLASSES} <= table
    stops = {row[0]: row[1] for row in rows("docs/operators.md") if len(row) == 4 and row[1].isdigit()}
    assert {one.reason: str(one.exit_code) for one in CLASSES if one.reason in stops} == stops


@pytest.mark.parametrize(
    "names",
    [OUTCOMES, channels(), shipped(), list(ColumnMap.__dataclass_fields__)],
    ids=["outcomes", "channels", "policies", "column roles"],
)
def test_operators_know_every(names):
    assert [name for name in names if f"`{name}" not in read("docs/operators.md")] == []


@pytest.mark.parametrize("page", READMES, ids=["en", "ja"])
def test_formats_are_named(page):
    names = {"txt": "TXT", "md": "Markdown", "jsonl": "JSON Lines", "parquet": "Parquet", "webp": "WebP"}
    assert [one.name for one in kinds() if names.get(one.name, one.name.upper()) not in read(page)] == []


@pytest.mark.parametrize("page", READMES, ids=["en", "ja"])
def test_the_readme_shows_what_is_found(page):
    text = next(body for body in blocks(page, "console") if "--explain" in body).splitlines()[1]
    shown = [row for row in rows(page) if re.fullmatch(r"\d+-\d+", row[0])]
    lang = "ja" if page.name.endswith(".ja.md") else "en"
    words = {name: MESSAGES["explain"][name][lang] for name in MESSAGES["explain"]}
    found = [
        [f"{one.start}-{one.end}", text[one.start : one.end], words.get(one.subject, ""), words.get(one.polarity, "")]
        for one in hairyo.scan(text)
    ]
    told = [[row[0], row[1], row[3] if row[2] not in ("age", "年齢") else "", row[4]] for row in shown]
    assert told == found


# --- links and snippets


def anchors(page: Path) -> set[str]:
    """Return the anchors of the page's headings, as the forge makes them."""
    heads = re.findall(r"^#+ (.*)$", FENCE.sub("", read(page)), re.M)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_relative_links_lead_somewhere(page):
    links = re.findall(r"!?\[[^\]]*\]\(([^)\s]+)\)", FENCE.sub("", read(page)))
    dead = []
    for link in (one for one in links if "://" not in one and not one.startswith("mailto:")):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            dead.append(link)
    assert dead == []


SNIPPETS = [(page, body) for page in PAGES for body in blocks(page, "python")]


def test_there_are_snippets():
    assert {page.name for page, _ in SNIPPETS} >= {"README.md", "README.ja.md", "analysts.md"}


@pytest.mark.parametrize(("page", "body"), [one for one in SNIPPETS if ">>>" not in one[1]])
def test_snippets_compile(page, body):
    compile(body, page.name, "exec")


@pytest.mark.parametrize("page", [page for page in PAGES if ">>>" in read(page)], ids=lambda page: page.name)
@pytest.mark.filterwarnings("ignore:A test tried to use socket")  # urllib3 asks at import whether there is IPv6
def test_snippets_with_prompts_give_what_they_show(page):
    body = "\n".join(one for one in blocks(page, "python") if ">>>" in one)
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    test = doctest.DocTestParser().get_doctest(body, {}, page.name, str(page), 0)
    said = io.StringIO()
    with contextlib.redirect_stdout(io.StringIO()):
        result = doctest.DocTestRunner(optionflags=flags).run(test, out=said.write)
    assert result.attempted > 0
    assert said.getvalue() == ""


@pytest.mark.parametrize("page", READMES, ids=["en", "ja"])
def test_the_readme_gives_what_it_says(page):
    body = next(iter(blocks(page, "python")))
    shown = re.findall(r"^(hairyo\.[^#\n]+?)  # (.+)$", body, re.M)
    assert len(shown) == 2
    check = doctest.OutputChecker().check_output
    got = [(repr(eval(code, {"hairyo": hairyo})), want) for code, want in shown]  # our own page, checked in
    assert [(one, want) for one, want in got if not check(want + "\n", one + "\n", doctest.ELLIPSIS)] == []


def test_errors_say_nothing_of_registries_or_other_places():
    words = "|".join(["/work/" + "shared", "/tmp/" + "w"])
    told = chain(PAGES, SOURCE.rglob("*.py"), SOURCE.rglob("*.toml"))
    assert [page.name for page in told if re.search(words, page.read_text(encoding="utf-8"))] == []
