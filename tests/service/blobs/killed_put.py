"""Puts and deletes blobs, says what is acknowledged, and dies by its own hand at the step that the environment names.

PRACTICE_KILL_AT="renamed:2" python -m tests.service.blobs.killed_put FOLDER
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from service.blobs.local_store import LocalBlobStore, Step
from service.blobs.sealed import write_blob
from tests.service.blobs.material import KEY, SESSION, SMALL, content

BLOBS = [f"{number:02x}" * 16 for number in range(3)]
LENGTH = 3 * SMALL + 5
CANARY = b"the-canary-of-the-killed-put"


def plain(blob_id: str) -> bytes:
    """What each blob holds."""
    return CANARY + content(LENGTH, blob_id) + CANARY


def say(*words: str) -> None:
    """One line to whoever started this, at once."""
    os.write(1, " ".join(words).encode() + b"\n")


def main() -> None:
    """Put all, then delete the first."""
    name, _, turn = os.environ["PRACTICE_KILL_AT"].partition(":")
    left = int(turn)

    def reached(step: Step) -> None:
        nonlocal left
        left -= step == Step(name)
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    store = LocalBlobStore(Path(sys.argv[1]) / "data" / "blobs", reached=reached)
    for blob_id in BLOBS:
        with write_blob(store, KEY, session_id=SESSION, blob_id=blob_id, chunk_bytes=SMALL) as writer:
            writer.write(plain(blob_id))
        say("put", blob_id)
    say("deleting", BLOBS[0])
    store.delete(BLOBS[0])
    say("deleted", BLOBS[0])
    try:
        with store.put("ff" * 16) as sink:
            sink.write(b"given up")
            raise ValueError
    except ValueError:
        say("given up")


if __name__ == "__main__":
    main()
