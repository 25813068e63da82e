"""Text shown to users, in Japanese and English, one TOML file a room."""

from hairyo.messages.catalogue import Lang, catalogue, default_lang, say, text

__all__ = ["Lang", "catalogue", "default_lang", "say", "text"]
