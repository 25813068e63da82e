"""The languages of all that users read (言語)."""

from __future__ import annotations

from typing import Literal

Lang = Literal["ja", "en"]
