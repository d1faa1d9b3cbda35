"""Stage outputs as sealed blobs of their session, under content keys; plaintext only in a folder in memory."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError
from sqlalchemy import Connection, insert, select, update

from models.errors import PracticeError
from models.records.audio import Audio
from pipelines.execution.artefacts import Artefact, files_of, relative, relocated
from service.barriers import barrier
from service.blobs.identity import new_blob_id
from service.database.tables import artefact
from service.jobs.claims import Claims
from service.jobs.records import CONTENTS, OF_SOUND, Claim, Document
from service.keybroker.ports import Opened
from service.parts import Parts

PIECE = 1 << 20
_MOST_HEADER = 1 << 30
_SOURCES = frozenset({"decode", "read"})
"""The stages that are given the recording, or the transcript that was brought."""


class SealedArtefacts:
    """`pipelines.execution.stepwise.Store` for one claim. A blob is durable before its row; the row needs the claim.

    ``folder`` is private and in memory; ``source`` is the recording's blob, and appears as a file in it only while a
    stage that needs it runs.
    """

    def __init__(
        self, parts: Parts, claims: Claims, claim: Claim, opened: Opened, *, folder: Path, source_blob: str
    ) -> None:
        self._parts = parts
        self._claims = claims
        self._claim = claim
        self._opened = opened
        self._folder = folder
        self._source_blob = source_blob

    @property
    def source(self) -> Path:
        """Where the recording lies while `making` lasts for a stage that reads it. The name says nothing."""
        return self._folder / "source"

    def get(self, stage: str, key: str, makes: type[Any]) -> Artefact | None:
        """The stored output with its files in the folder, or None where there is none that fits. See `put`."""
        with self._parts.database.reading() as rows:
            blob_id = self._row(rows, stage, self._digest(key))
        if blob_id is None:
            return None
        home = self._folder / f"{stage}-{key[:16]}"
        with self._opened.read(blob_id) as raw, io.BufferedReader(raw, PIECE) as content:
            header = json.loads(content.read(int.from_bytes(content.read(8), "big")))
            home.mkdir(mode=0o700, exist_ok=True)
            for name, size in header["files"]:
                _copy(content, home / Path(name).name, size)
        try:
            record = TypeAdapter(makes).validate_python(header["record"], strict=False)
        except ValidationError:
            return None
        located = relocated(record, home)
        return None if located is None else Artefact(record=located, seconds=float(header["seconds"]))

    def holds(self, stage: str, key: str) -> bool:
        """Whether there is a stored output, without reading it."""
        with self._parts.database.reading() as rows:
            return self._row(rows, stage, self._digest(key)) is not None

    @contextmanager
    def making(self, stage: str, key: str) -> Iterator[Path]:
        """A folder to work in, and beside it the recording where the stage reads it."""
        part = self._folder / f"making-{stage}"
        part.mkdir(mode=0o700)
        if stage in _SOURCES:
            with self._opened.read(self._source_blob) as content, self.source.open("xb") as file:
                for piece in content.pieces(0, content.size):
                    file.write(piece)
            barrier("job.recording-in-memory")
        try:
            yield part
        finally:
            self.source.unlink(missing_ok=True)

    def put(self, stage: str, key: str, record: object, seconds: float, part: Path) -> None:
        """Keep an output and its files, once; a second one for the same key is dropped. Raises LostClaimError.

        The blob holds the length of a header in 8 bytes, the header as JSON (record, seconds, names and sizes of
        files), then the files.
        """
        barrier("job.stage-computed")
        plain = TypeAdapter(type(record)).dump_python(relative(record), mode="json")
        files = list(files_of(record).values())
        header = {
            "record": plain,
            "seconds": round(seconds, 3),
            "files": [(path.name, path.stat().st_size) for path in files],
        }
        head = json.dumps(header, ensure_ascii=False).encode()
        audio_ms = record.duration_ms if isinstance(record, Audio) else None
        with self._removed_unless_kept() as sealed:
            sealed[stage] = self._sealed(_packed(head, files))
            barrier("job.result-sealed")
            self._keep(sealed, {stage: key}, measured=(stage, round(seconds * 1000)), audio_ms=audio_ms)
        barrier("job.result-kept")

    def put_documents(self, keys: Mapping[Document, str], documents: Mapping[Document, bytes | Path]) -> None:
        """Keep what people read, all of it or nothing, and with it end the job. Raises LostClaimError.

        What is kept under its key already is not kept again.
        """
        with self._removed_unless_kept() as sealed:
            for name, content in documents.items():
                if name not in OF_SOUND or not self.holds(name, keys[name]):
                    sealed[name] = self._sealed(_pieces(content))
            barrier("job.documents-sealed")
            self._keep(sealed, {str(name): key for name, key in keys.items()}, last=True)

    def _keep(
        self,
        sealed: Mapping[str, tuple[str, int]],
        keys: Mapping[str, str],
        *,
        measured: tuple[str, int] | None = None,
        audio_ms: int | None = None,
        last: bool = False,
    ) -> None:
        """Rows for durable blobs, if the claim holds; a blob whose key has a row already is removed."""
        digests = {stage: self._digest(keys[stage]) for stage in sealed}
        known: list[str] = []

        def insert_all(rows: Connection) -> None:
            for stage, (blob_id, size) in sealed.items():
                if not self._insert(rows, stage, digests[stage], blob_id, size):
                    known.append(blob_id)

        self._claims.keep(self._claim, insert_all, measured=measured, audio_ms=audio_ms, last=last)
        for blob_id in known:
            self._parts.blobs.delete(blob_id)

    @contextmanager
    def _removed_unless_kept(self) -> Iterator[dict[str, tuple[str, int]]]:
        """For durable blobs that are to get rows: after an error those without one go, where that can be found out.

        A commit whose answer was lost may have been done; as a writer one waits until it is over.
        """
        sealed: dict[str, tuple[str, int]] = {}
        try:
            yield sealed
        except BaseException:
            made = {blob_id for blob_id, _ in sealed.values()}
            with suppress(PracticeError):
                with self._parts.database.writing() as rows:
                    named = set(rows.execute(select(artefact.c.blob_id).where(artefact.c.blob_id.in_(made))).scalars())
                for blob_id in made - named:
                    self._parts.blobs.delete(blob_id)
            raise

    def _digest(self, key: str) -> str:
        """Keyed, because a content key is made of settings too, and those could be guessed from a plain one."""
        return self._opened.digest("artefact.content_key", bytes.fromhex(key))

    def _row(self, rows: Connection, stage: str, digest: str) -> str | None:
        wanted = select(artefact.c.blob_id).where(
            artefact.c.session_id == self._claim.session_id,
            artefact.c.stage == stage,
            artefact.c.content_key == digest,
        )
        found: str | None = rows.execute(wanted).scalar_one_or_none()
        return found

    def _insert(self, rows: Connection, stage: str, digest: str, blob_id: str, size: int) -> bool:
        """Whether the row is new; a writing transaction is alone, so nobody inserts in between.

        One that was there counts as made now, because readers take the newest of a stage.
        """
        known = self._row(rows, stage, digest)
        if known is not None:
            rows.execute(update(artefact).where(artefact.c.blob_id == known).values(made_ms=self._parts.clock()))
            return False
        rows.execute(
            insert(artefact).values(
                blob_id=blob_id,
                session_id=self._claim.session_id,
                stage=stage,
                content=CONTENTS[stage],
                content_key=digest,
                size_bytes=size,
                permission_epoch=self._claim.permission_epoch,
                made_ms=self._parts.clock(),
            )
        )
        return True

    def _sealed(self, pieces: Iterable[bytes]) -> tuple[str, int]:
        blob_id = new_blob_id()
        with self._opened.write(blob_id) as writer:
            for piece in pieces:
                writer.write(piece)
            size = writer.total
        return blob_id, size


def _packed(head: bytes, files: Iterable[Path]) -> Iterator[bytes]:
    yield len(head).to_bytes(8, "big")
    yield head
    for path in files:
        yield from _pieces(path)


def _pieces(content: bytes | Path) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def _copy(content: io.BufferedIOBase, target: Path, size: int) -> None:
    with target.open("wb") as file:
        while size and (piece := content.read(min(PIECE, size))):
            size -= file.write(piece)
