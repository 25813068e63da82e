"""Run by the tests in processes of its own: append events to one ledger.

Arguments: the ledger's URL, a name that makes this process's events its own, how many appends (0: without
end), how many events an append. Prints a line once the ledger is open, and waits for a line to begin.
"""

from __future__ import annotations

import hashlib
import itertools
import sys

from hairyo.consent import Keys, Ledger, Versions, disclosures
from hairyo.detection.finding import Finding


def main(url: str, name: str, appends: int, size: int) -> None:
    """Append `appends` times `size` events."""
    keys = Keys(b"an invented key of 32 bytes or so")
    digest = hashlib.sha256(name.encode()).hexdigest()
    versions = Versions("0.1.0", "rules-1", "libera-1")
    with Ledger.open(url, keys=keys) as ledger:
        print("open", flush=True)
        sys.stdin.readline()
        for n in itertools.islice(itertools.count(), appends or None):
            told = {"item": 5, "tier": "L1", "subject": "self", "polarity": "affirmed"}
            found = [Finding(n * size + k, n * size + k + 1, "HEALTH", **told) for k in range(size)]
            ledger.append(disclosures(found, keys=keys, user="user-0001", document_digest=digest, versions=versions))
            print(n + 1, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
