"""Whether anything of an erased session is left: its key, its key's bytes, its blobs, its rows."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from service.database.words import ErasureState
from service.erasure import scrubbing
from service.erasure.ports import KeyDestroyer
from service.erasure.records import Erasure
from service.erasure.searching import searched
from service.parts import Parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """Numbers only. ``key_bytes`` None: they were not known any more, because an interruption came between.

    ``files`` and ``bytes`` were looked into; ``whole``: nothing of them was left out.
    """

    key_there: bool
    key_bytes: int | None
    blobs: int
    rows: int
    files: int
    bytes: int
    whole: bool

    @property
    def back_to(self) -> ErasureState | None:
        """The state whose action left something; None where nothing is left."""
        if self.key_there or self.key_bytes:
            return ErasureState.KEY_DESTROYED
        if self.blobs:
            return ErasureState.BLOBS_UNLINKED
        return ErasureState.ROWS_SCRUBBED if self.rows else None


def verify(
    parts: Parts, erasure: Erasure, keys: KeyDestroyer, folders: Sequence[Path], key_bytes: bytes | None
) -> Findings:
    """Look everywhere once. ``key_bytes``: the wrapped key as it was; ``folders``: all that this machine keeps."""
    gone = set(erasure.note.blobs)
    stored = sum(blob_id in gone for blob_id in parts.blobs.ids()) if gone else 0
    report = None if key_bytes is None else searched(folders, key_bytes)
    with parts.database.reading() as rows:
        left = scrubbing.left_over(rows, erasure.session_id)
    return Findings(
        key_there=keys.wrapped(erasure.session_id) is not None,
        key_bytes=None if report is None else report.found,
        blobs=max(stored, _named(folders, gone)),
        rows=left,
        files=report.files if report else 0,
        bytes=report.bytes if report else 0,
        whole=report.whole if report else False,
    )


def _named(folders: Sequence[Path], gone: set[str]) -> int:
    """Files anywhere that are called as a blob, finished or not. Rows of audit may tell its id: it is no content."""
    names = (name for folder in folders for _, _, files in os.walk(folder) for name in files)
    return sum(name.partition(".")[0] in gone for name in names) if gone else 0
