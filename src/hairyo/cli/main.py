"""The `hairyo` command: global options, the choice of the command, exit codes.

A command is a module with `configure(parser, lang)` and `run(args) -> int`. To add one: write the module, add a
row to `COMMANDS` and its summary to `messages/cli.toml`. Only the module of the command called is
imported, which keeps `hairyo --help` as quick as Python itself.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from importlib import import_module

from hairyo.cli.argparse_words import speak
from hairyo.cli.parser import Parser
from hairyo.errors import HairyoError, OutputError, UsageError
from hairyo.messages import default_lang, say, text
from hairyo.version import __version__

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from argparse import ArgumentParser

    from hairyo.messages import Lang

COMMANDS = {
    "run": "hairyo.cli.run",
    "scan": "hairyo.cli.scan",
    "verify": "hairyo.cli.verify",
    "preview": "hairyo.cli.preview",
    "consent": "hairyo.cli.consent",
    "ledger": "hairyo.cli.ledger",
    "policy": "hairyo.cli.policy",
    "types": "hairyo.cli.types",
    "evaluate": "hairyo.cli.evaluate",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (docs/cli.md lists them)."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    lang = _lang_in(given)
    try:
        parser = build_parser(_command_in(given), lang=lang)
        args = parser.parse_args(given)
        if args.command is None:
            parser.print_help()
            return UsageError.exit_code
        code: int = import_module(COMMANDS[args.command]).run(args)
        sys.stdout.flush()
        return code
    except HairyoError as error:
        print(f"hairyo: {say(error.words, lang)}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("hairyo: " + text("cli.interrupted", lang), file=sys.stderr)
        return 130
    except BrokenPipeError:
        # The reader of our output has gone; nothing more can be said, and nothing was left undone silently.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except OSError as error:
        # Its own message holds a path, and so perhaps a person's name.
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        print("hairyo: " + text("cli.system", lang, reason=reason), file=sys.stderr)
        _give_up_output()
        return OutputError.exit_code


def _give_up_output() -> None:
    """Print what can still be printed; keep Python from trying the rest again when it ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _command_in(arguments: Sequence[str]) -> str | None:
    """Return the first command named in `arguments`, so that only its module need be imported."""
    return next((argument for argument in arguments if argument in COMMANDS), None)


def _lang_in(arguments: Sequence[str]) -> Lang:
    """Return the language that `--lang` names, which the help itself must be in; else the locale's."""
    lang = default_lang()
    for one, following in zip(arguments, [*arguments[1:], ""], strict=False):
        name, equals, value = one.partition("=")
        said = value if equals else following
        if name == "--lang" and said in ("ja", "en"):  # of another, the real parser will speak
            lang = "ja" if said == "ja" else "en"
    return lang


def build_parser(command: str | None = None, *, every: bool = False, lang: Lang | None = None) -> ArgumentParser:
    """Return the parser; only `command`'s own options are filled in, or those of `every` command.

    Args:
        command: the command called, or None.
        every: whether to fill in all commands, for the reference.
        lang: language of the help, and default of `--lang`; None for the locale's.
    """
    lang = lang or default_lang()
    speak(lang)
    parser = Parser(prog="hairyo", description=text("cli.description", lang), epilog=text("cli.epilog", lang))
    parser.add_argument("--version", action="version", version=f"hairyo {__version__}", help=text("cli.version", lang))
    parser.add_argument("--lang", choices=("ja", "en"), default=lang, help=text("cli.lang", lang))
    commands = parser.add_subparsers(dest="command", metavar=text("cli.command", lang))
    for name, module in COMMANDS.items():
        summary = text(f"cli.{name}", lang)
        sub = commands.add_parser(name, help=summary, description=summary)
        if every or name == command:
            import_module(module).configure(sub, lang)
    return parser
