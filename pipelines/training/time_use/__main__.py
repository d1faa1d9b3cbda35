"""Measure the time-use classifier on sessions it has not seen, then fit it to all of them.

``python -m pipelines.training.time_use [--out FOLDER] [--document docs/time-use.md]``: prints the figures; writes the
weights where a folder is named, and the figures into the document between ``<!-- counts -->`` and ``<!-- end -->``.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pipelines.training.coder.written import fill
from pipelines.training.time_use.run import fit_all


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, help="the folder for the weights")
    parser.add_argument("--document", type=Path, help="the document whose figures are written again")
    chosen = parser.parse_args()
    figures = fit_all(chosen.out, lambda text: print(text, file=sys.stderr))  # noqa: T201 - progress of a command
    if chosen.document:
        chosen.document.write_text(fill(chosen.document.read_text("utf-8"), figures + "\n"), "utf-8")
    sys.stdout.write(figures + "\n")


if __name__ == "__main__":
    main()
