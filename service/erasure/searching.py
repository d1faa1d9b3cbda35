"""Looks for bytes in every file below some folders, in a process of its own.

SQLite's locks belong to the process: one that opens and closes a file of a database beside SQLite lets go of all that
it holds on it (sqlite.org/howtocorrupt.html, 2.2), and somebody else may then write into what it reads. So whoever has
a database open asks this process to read its files.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Searched:
    """In how many places the bytes were found, in how many files and bytes; ``whole``: nothing was left out."""

    found: int
    files: int
    bytes: int
    whole: bool


def searched(folders: Sequence[Path], content: bytes) -> Searched:
    """Look through these folders for this content. Raises CalledProcessError where that did not end well."""
    asked = json.dumps({"folders": [str(folder) for folder in folders], "content": content.hex()})
    command = [sys.executable, "-m", "service.erasure.searching"]
    done = subprocess.run(command, input=asked, stdout=subprocess.PIPE, text=True, check=True)
    return Searched(**json.loads(done.stdout))


def main() -> None:
    """What is asked comes by standard input, so that no list of processes shows it."""
    from service.admin.canaries import Canary, scan  # numpy, which a process that erases nothing does without

    asked = json.load(sys.stdin)
    wanted = Canary(name="key", content=bytes.fromhex(asked["content"]))
    report = scan([Path(folder) for folder in asked["folders"]], [wanted])
    found = Searched(
        found=len(report.findings), files=report.files, bytes=report.bytes, whole=report.complete
    )  # fmt: skip
    json.dump(asdict(found), sys.stdout)


if __name__ == "__main__":
    main()
