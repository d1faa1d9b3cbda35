"""How long the keystore takes to make, unwrap and destroy a key, to rotate and to verify: `-m benchmarks.keystore`.

The folder has to be on the disk that matters: `--folder`, or else the system's folder for temporary files.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from service.keybroker.keystore import open_keystore


def milliseconds(act: Callable[[], object]) -> float:
    """How long one call takes."""
    before = time.perf_counter()
    act()
    return (time.perf_counter() - before) * 1000


def line(what: str, taken: list[float]) -> str:
    """The median, and what 95 of 100 calls do not exceed."""
    ordered = sorted(taken)
    slow = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"{what:<10} {statistics.median(ordered):9.1f} ms median {slow:9.1f} ms p95   of {len(ordered)}"


def main() -> None:
    """Print a line for each."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keys", type=int, default=1000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    ids = [f"{number * 2654435761 % 2**32:032x}" for number in range(given.keys)]
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        keystore = open_keystore(Path(name) / "keystore.sqlite3", Path(name) / "keys", first_start=True)
        print(line("create", [milliseconds(partial(keystore.create, of)) for of in ids]))
        print(line("unwrap", [milliseconds(partial(keystore.unwrap, of)) for of in ids]))
        print(line("destroy", [milliseconds(partial(keystore.destroy, of)) for of in ids[:20]]))
        print(line("rotate", [milliseconds(keystore.rotate) for _ in range(5)]))
        print(line("verify", [milliseconds(keystore.verify) for _ in range(5)]))
        print(f"{(Path(name) / 'keystore.sqlite3').stat().st_size / given.keys:.0f} bytes a key")


if __name__ == "__main__":
    main()
