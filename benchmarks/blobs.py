"""How fast content is sealed, stored and read back, in MB (10^6 bytes) a second, and what memory that takes.

    python -m benchmarks.blobs --megabytes 200

One process; the store is a folder on this machine's disk, with every fsync; nothing else is measured against.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from service.blobs.format import LARGEST_CHUNK, USUAL_CHUNK, stored_size
from service.blobs.identity import new_blob_id
from service.blobs.local_store import LocalBlobStore
from service.blobs.sealed import read_blob, write_blob
from service.blobs.writer import BlobWriter

KEY = bytes(32)
SESSION = "benchmark"
PIECE = os.urandom(256 * 1024)
LEAPS = 5000
LEAP_BYTES = 5000
SMALL_BLOBS = 200


def main() -> None:
    """Print one row as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--megabytes", type=int, default=200)
    pieces = parser.parse_args().megabytes * 1_000_000 // len(PIECE)
    with tempfile.TemporaryDirectory(dir=Path.cwd()) as folder:
        print(json.dumps(row(pieces, LocalBlobStore(Path(folder))), indent=2))


def row(pieces: int, store: LocalBlobStore) -> dict[str, object]:
    """Every figure for one blob of so many pieces of 256 KiB."""
    length, blob_id = pieces * len(PIECE), new_blob_id()
    sealing = {
        f"seal_mb_s_{chunk // 1024}_kib": speed(length, lambda chunk=chunk: seal(pieces, chunk))
        for chunk in (4096, USUAL_CHUNK, LARGEST_CHUNK)
    }
    before = peak_mb()
    putting = speed(length, lambda: put(store, blob_id, pieces))
    return {
        "mb": round(length / 1e6),
        **sealing,
        "put_mb_s": putting,
        "read_mb_s": speed(length, lambda: read(store, blob_id)),
        "random_reads_of_5_kb_a_second": leaps(store, blob_id),
        "puts_of_5_kb_a_second": small_puts(store),
        "more_peak_memory_mb": round(peak_mb() - before, 1),
        "more_bytes_percent": round(100 * (stored_size(length) / length - 1), 3),
    }


def speed(length: int, work: Callable[[], object]) -> int:
    """MB a second, the best of three; what `work` gives is thrown away."""
    best = 0.0
    for _ in range(3):
        started = time.perf_counter()
        work()
        best = max(best, length / 1e6 / (time.perf_counter() - started))
    return round(best)


def seal(pieces: int, chunk_bytes: int) -> None:
    """Seal into nothing."""
    with BlobWriter(len, KEY, session_id=SESSION, blob_id=new_blob_id(), chunk_bytes=chunk_bytes) as writer:
        for _ in range(pieces):
            writer.write(PIECE)


def put(store: LocalBlobStore, blob_id: str, pieces: int) -> None:
    """Seal into the store; an earlier one is removed first."""
    store.delete(blob_id)
    with write_blob(store, KEY, session_id=SESSION, blob_id=blob_id) as writer:
        for _ in range(pieces):
            writer.write(PIECE)


def read(store: LocalBlobStore, blob_id: str) -> None:
    """Read all of it in order."""
    with read_blob(store, KEY, session_id=SESSION, blob_id=blob_id) as reader:
        assert sum(len(piece) for piece in reader.pieces(0, reader.size)) == reader.size


def leaps(store: LocalBlobStore, blob_id: str) -> int:
    """Reads of 5 kB at random places, a second."""
    dice = random.Random(0)
    with read_blob(store, KEY, session_id=SESSION, blob_id=blob_id) as reader:
        started = time.perf_counter()
        for _ in range(LEAPS):
            at = dice.randrange(reader.size - LEAP_BYTES)
            assert sum(len(piece) for piece in reader.pieces(at, at + LEAP_BYTES)) == LEAP_BYTES
        return round(LEAPS / (time.perf_counter() - started))


def small_puts(store: LocalBlobStore) -> int:
    """Puts of 5 kB, each made durable, a second."""
    started = time.perf_counter()
    for _ in range(SMALL_BLOBS):
        with write_blob(store, KEY, session_id=SESSION, blob_id=new_blob_id()) as writer:
            writer.write(PIECE[:LEAP_BYTES])
    return round(SMALL_BLOBS / (time.perf_counter() - started))


def peak_mb() -> float:
    """The most memory this process ever had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
