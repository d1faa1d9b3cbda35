"""A council on a small disk: how its disk runs out, how an answer has to look then, and what has to be whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from httpx2 import Response
from sqlalchemy import text

from service.admin.named_blobs import named_blobs
from service.audit.checking import check
from service.database.engine import Database
from service.housekeeping import ingest_of
from tests.service.acts import CLAIM_MS
from tests.service.council import Council
from tests.service.full_disk.small_disk import SmallDisk

FULL = (503, 507)


@dataclass
class Place:
    disk: SmallDisk
    council: Council

    @contextmanager
    def short(self, pages: int) -> Iterator[None]:
        """So much room is left, and what was written before lies in the database's file: every write needs some."""
        empty_log(self.council.parts.database)
        with self.disk.full_but(pages):
            yield

    def later(self) -> None:
        """When whoever held an upload and could not say that it ended is no longer waited for."""
        self.council.clock.pass_ms(CLAIM_MS)

    def whole(self) -> None:
        """Database, audit and keys are as they should be, and a start finds nothing of what was given up."""
        self.later()
        with self.council.parts.database.reading() as rows:
            assert rows.execute(text("PRAGMA integrity_check")).scalar_one() == "ok"
            assert rows.execute(text("PRAGMA foreign_key_check")).first() is None
        installation = self.council.installation
        installation.keeper.keep()
        administrator, anchors = self.council.administrator.actor, installation.settings.anchors
        assert check(self.council.parts, administrator, installation.audit_keys, anchors).result.whole
        assert installation.keys.verify().whole
        ingest = ingest_of(installation)
        found = ingest.reconcile()
        assert (found.damaged_uploads, found.lost_recordings) == ((), ())
        assert not list(self.disk.folder.rglob("*.part"))
        with self.council.parts.database.reading() as rows:
            named = {one.blob_id for one in named_blobs(rows)}
        assert set(self.council.parts.blobs.ids()) == named


def empty_log(database: Database) -> None:
    """Bring SQLite's log into its file, and cut it to nothing."""
    with database.engine.connect() as connection:
        driver = connection.connection.dbapi_connection
        assert driver is not None
        assert driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone() == (0, 0, 0)  # type: ignore[attr-defined]


def says_it_is_full(answer: Response) -> bool:
    """A problem with a sentence, where an answer has a body, and by its status one that can be tried again."""
    told = answer.headers.get("content-type") == "application/problem+json" and answer.status_code in FULL
    return told and (answer.request.method == "HEAD" or len(answer.json()["detail"]) > 20)
