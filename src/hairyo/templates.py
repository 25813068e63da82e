"""Pages from templates (ひな形): one set-up for every page that Hairyo writes."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from hairyo.messages import Lang, text


def template(package: str, name: str, *, words: str, lang: Lang) -> Template:
    """Return a template in which `t(name, ...)` is the text `words.name` of the message catalogue.

    What is filled in is escaped for HTML; a name that the page does not get is an error.

    Args:
        package: package whose folder holds it.
        name: its file.
        words: the part of the message catalogue that it takes its words from.
        lang: language of the words.
    """
    environment = Environment(
        loader=PackageLoader(package, "."), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals["t"] = lambda name, **values: text(f"{words}.{name}", lang, **values)
    return environment.get_template(name)
