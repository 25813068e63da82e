"""Show a text with its findings and why each was found, for a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from hairyo.detection import Finding
from hairyo.messages import Lang
from hairyo.messages import text as message
from hairyo.taxonomy import codes, types

# Control characters would move the marks or steer the terminal; each is shown by one picture of it.
_PICTURES = {code: 0x2400 + code for code in range(32) if chr(code) not in "\t\n"} | {0x7F: 0x2421}


def explain(text: str, findings: Sequence[Finding], lang: Lang, console: Console | None = None) -> None:
    """Print `text` with its findings marked, and a row for each finding: what, whose, how sure, why.

    Args:
        text: the text that was scanned. It is printed: use this where the reader may see it.
        findings: what was found in it.
        lang: language of the labels.
        console: where to print; default standard output.
    """
    console = console or Console()
    shown = text.translate(_PICTURES)
    marked = Text(shown)
    for finding in findings:
        marked.stylize(
            "bold white on red" if finding.special_care else "bold black on yellow",
            finding.start,
            finding.end,
        )
    console.print(marked)
    table = Table(
        *(message(f"explain.{name}", lang) for name in ("span", "what", "kind", "whose", "said", "score", "why"))
    )
    for finding in findings:
        table.add_row(*map(Text, _row(shown, finding, lang)))
    console.print(table)


def _row(text: str, finding: Finding, lang: Lang) -> list[str]:
    kind = types()[finding.type]
    name = kind.ja if lang == "ja" else kind.en
    if finding.code:
        code = codes()[finding.code]
        name = f"{name} ({code.ja if lang == 'ja' else code.en}, {finding.tier})"
    cue = f" «{text[slice(*finding.cue)]}»" if finding.cue else ""
    return [
        f"{finding.start}-{finding.end}",
        text[finding.start : finding.end],
        name,
        message(f"explain.{finding.subject}", lang) if finding.subject else "",
        message(f"explain.{finding.polarity}", lang) if finding.polarity else "",
        f"{finding.score:.2f}",
        finding.rule + cue,
    ]
