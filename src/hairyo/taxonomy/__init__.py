"""Types, Article 6 items, tiers and their legal basis: data, loaded and checked once."""

from hairyo.taxonomy.loader import Code, Type, codes, types

__all__ = ["Code", "Type", "codes", "types"]
