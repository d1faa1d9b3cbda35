"""Sealed files that no row names are removed once they had hours for it, and no other file ever."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from service.admin.named_blobs import named_blobs
from service.admin.unnamed_blobs import WAITS_S, UnnamedBlobs
from service.blobs.identity import new_blob_id
from service.database.tables import artefact
from service.database.words import Content
from service.parts import Parts
from tests.service.jobs.made import a_job, fresh, row_of


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = fresh(tmp_path)
    yield made
    made.database.close()


class Steady:
    """A clock of seconds that is told."""

    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def stray(parts: Parts) -> str:
    """A sealed file as a worker leaves it that dies before its row."""
    blob_id = new_blob_id()
    with parts.blobs.put(blob_id) as put:
        put.write(b"sealed")
    return blob_id


def test_a_file_without_a_row_goes_after_hours_and_those_with_one_stay(parts: Parts) -> None:
    a_job(parts)
    steady, left = Steady(), stray(parts)
    kept = set(parts.blobs.ids()) - {left}
    unnamed = UnnamedBlobs(parts, steady)
    assert unnamed.look() == 0
    steady.now += WAITS_S - 1
    assert unnamed.look() == 0
    assert set(parts.blobs.ids()) == kept | {left}
    steady.now += 1
    assert unnamed.look() == 1
    assert set(parts.blobs.ids()) == kept


def test_a_file_that_gets_its_row_late_is_never_removed(parts: Parts) -> None:
    steady, session_id = Steady(), row_of(parts, a_job(parts)).session_id
    late, unnamed = stray(parts), UnnamedBlobs(parts, steady)
    unnamed.look()
    with parts.database.writing() as rows:
        rows.execute(insert(artefact).values(
            blob_id=late, session_id=session_id, stage="coding", content=Content.CODING, content_key="0" * 64,
            size_bytes=1, made_ms=0, permission_epoch=1,
        ))  # fmt: skip
        assert late in {one.blob_id for one in named_blobs(rows)}
    steady.now += 2 * WAITS_S
    assert unnamed.look() == 0
    assert late in set(parts.blobs.ids())


def test_each_process_waits_for_itself(parts: Parts) -> None:
    steady, left = Steady(), stray(parts)
    UnnamedBlobs(parts, steady).look()
    steady.now += 2 * WAITS_S
    assert UnnamedBlobs(parts, steady).look() == 0
    assert left in set(parts.blobs.ids())
