"""Text shown to users, in Japanese and English, one TOML file a room."""

from hairyo.messages.catalogue import Lang, default_lang, text

__all__ = ["Lang", "default_lang", "text"]
