"""What redacted copies of documents cost, in one run: PDF, DOCX, XLSX, pictures; speed, ratios and sizes.

    python benchmarks/copies.py [--times N]

PDF against PyMuPDF's redaction (`pdf.py` says how to have it), DOCX and XLSX against a loop of python-docx and openpyxl
(`office.py`), pages of pictures a minute (`pictures.py`). All in processor time of one process, without detection.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

import numpy as np
import office
import pdf
import pictures

from hairyo.documents.pictures import look
from hairyo.redaction.verify.readers.picture import read_pixels


def main() -> None:
    """Print the machine's facts, then all figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=3)
    times = parser.parse_args().times
    print(machine(), flush=True)
    for figure in pdf.figures(50, times):
        print(figure, flush=True)
    for _ in office.figures(times):
        pass
    for dpi in (150, 300):
        page = pictures.prose(str(pictures.FONT), 0, dpi)
        dots = np.ascontiguousarray(np.asarray(page.convert("RGB"))[:, :, ::-1])
        read = min(_seconds(partial(look, page)) for _ in range(2))
        check = min(_seconds(partial(read_pixels, dots)) for _ in range(2))
        said = f"read in {read:.1f} s, checked in {check:.1f} s, {60 / (read + check):.1f} pages a minute"
        print(f"a picture of a page of 20 lines at {dpi} dpi: {said}", flush=True)


def machine() -> str:
    """Return what the figures were measured on."""
    names = ("pikepdf", "pypdfium2", "pypdf", "lxml", "python-docx", "openpyxl", "rapidocr")
    with Path("/proc/cpuinfo").open(encoding="utf-8") as file:
        kind = next((line.partition(":")[2].strip() for line in file if line.startswith("model name")), "unknown")
    return (
        f"{kind}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, " + ", ".join(f"{name} {version(name)}" for name in names)
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


if __name__ == "__main__":
    main()
