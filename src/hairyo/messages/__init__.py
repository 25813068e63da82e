"""Text shown to users, in Japanese and English, one TOML file a room.

`Lang` is loaded when first used at run time: every command imports this package, and few need `typing`.
"""

from __future__ import annotations

from hairyo.messages.catalogue import catalogue, default_lang, say, text

TYPE_CHECKING = False  # as in `hairyo`: without importing `typing`
if TYPE_CHECKING:
    from hairyo.messages.lang import Lang
else:

    def __getattr__(name: str) -> object:
        if name == "Lang":
            from hairyo.messages.lang import Lang

            return Lang
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


__all__ = ["Lang", "catalogue", "default_lang", "say", "text"]
