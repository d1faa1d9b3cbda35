"""Prints how fast files are searched for canaries, and with how much memory: `python -m benchmarks.canaries`.

Made files of random bytes (as sealed blobs look), of speech-like text, and of 16-bit noise; 40 canaries, one core.
Then how much of deleted rows SQLite leaves on the disk.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

from service.admin.canaries import Limits, scan, sound_canary, text_canary

BLOCK = 1024 * 1024
WORDS = [b"and", b"then", b"she", b"said", b"extra", b"school", b"next", b"week", b"maybe", b"home", b"you", b"so"]


def text(chance: random.Random) -> bytes:
    """A block of words."""
    return b" ".join(chance.choices(WORDS, k=BLOCK // 4))[:BLOCK]


def noise(chance: random.Random) -> bytes:
    """A block of quiet 16-bit samples."""
    return b"".join(int(chance.gauss(0, 900)).to_bytes(2, "little", signed=True) for _ in range(BLOCK // 2))


KINDS: dict[str, Callable[[random.Random], bytes]] = {
    "random bytes": lambda chance: chance.randbytes(BLOCK),
    "text": text,
    "16-bit sound": noise,
    "zeros": lambda chance: bytes(BLOCK),
}


def main() -> None:
    """Print a rate for each kind of content."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mib", type=int, default=256, help="size of each made file")
    size = parser.parse_args().mib
    canaries = [text_canary(f"text {n}") for n in range(30)] + [sound_canary(f"sound {n}") for n in range(10)]
    for kind, made in KINDS.items():
        with tempfile.TemporaryDirectory() as folder:
            blocks = [made(random.Random(seed)) for seed in range(4)]
            with (Path(folder) / "made").open("wb") as file:
                for n in range(size):
                    file.write(blocks[n % len(blocks)])
                file.write(canaries[0].data)
            scan([Path(folder)], canaries)
            start, begun = time.perf_counter(), time.process_time()
            report = scan([Path(folder)], canaries)
            taken, busy = time.perf_counter() - start, time.process_time() - begun
        assert len(report.findings) == 1, report
        print(f"{kind}: {report.bytes / busy / 1e6:,.0f} MB a processor second, {report.bytes / taken / 1e6:,.0f} MB/s")
    print(f"memory that a scan takes for a file of {size} MiB: {memory(size) / BLOCK:.0f} MiB at most")
    print(f"SQLite {sqlite3.sqlite_version}, 1,000 rows deleted, canaries still on the disk:")
    for journal in ("WAL", "DELETE", "PERSIST"):
        for secure in ("OFF", "FAST", "ON"):
            before, after = residue(journal, secure, folded=False), residue(journal, secure, folded=True)
            print(f"  journal_mode={journal} secure_delete={secure}: {before}; after a checkpoint {after}")


def residue(journal: str, secure: str, *, folded: bool) -> int:
    """How many of 1,000 deleted rows are found, with or without ``wal_checkpoint(TRUNCATE)``."""
    planted = [text_canary(f"row {n}") for n in range(1000)]
    with tempfile.TemporaryDirectory() as folder:
        database = sqlite3.connect(Path(folder) / "made.sqlite", isolation_level=None)
        for pragma in (f"journal_mode={journal}", f"secure_delete={secure}"):
            database.execute(f"PRAGMA {pragma}")
        database.execute("CREATE TABLE note (words TEXT)")
        database.execute("BEGIN")
        database.executemany("INSERT INTO note VALUES (?)", [(one.data.decode(),) for one in planted])
        database.execute("COMMIT")
        database.execute("DELETE FROM note")
        if folded:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        found = scan([Path(folder)], planted, limits=Limits(told=0)).found
        database.close()
    return len(found)


def memory(size: int) -> int:
    """Bytes that Python and numpy held at most while a file of ``size`` MiB was scanned."""
    with tempfile.TemporaryDirectory() as folder:
        block = random.Random(0).randbytes(BLOCK)
        with (Path(folder) / "made").open("wb") as file:
            file.writelines(block for _ in range(size))
        tracemalloc.start()
        scan([Path(folder)], [text_canary("text")])
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return most


if __name__ == "__main__":
    main()
