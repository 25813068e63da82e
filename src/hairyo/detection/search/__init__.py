"""Fast search with many or costly patterns (多パターン検索): only where a match can be, by what its pattern needs."""

from hairyo.detection.search.scanner import Hit, Scanner
from hairyo.detection.search.sparse import Sparse, sparse

__all__ = ["Hit", "Scanner", "Sparse", "sparse"]
