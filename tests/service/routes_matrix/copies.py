"""The copies of a house: made once, and put back with the database, because routes delete their files."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field

from sqlalchemy import select

from service.database.tables import artefact
from service.database.words import CopyStage
from service.keybroker.ports import Actor
from service.parts import Parts
from service.subject_access.records import Request
from service.subject_access.usecases import SubjectAccess


@dataclass
class Copies:
    """Files of copies by their blobs, sealed as they are."""

    files: dict[str, bytes] = field(default_factory=dict)

    def make(self, parts: Parts, who: Actor, session_id: str, participant_id: str) -> str:
        """A copy for somebody who asked, read and ready; its id."""
        access = SubjectAccess(parts=parts)
        made = access.make(who, session_id, Request(participant_id=participant_id, voices=(), reference="SAR-1"))
        access.finish(who, session_id, made.id, ())
        for blob_id in _named(parts):
            if blob_id not in self.files:
                with closing(parts.blobs.get(blob_id)) as source:
                    self.files[blob_id] = source.read_at(0, source.size)
        return made.id

    def put_back(self, parts: Parts) -> None:
        """The files that rows name and that are gone."""
        there = set(parts.blobs.ids())
        for blob_id in _named(parts) - there:
            with parts.blobs.put(blob_id) as sink:
                sink.write(self.files[blob_id])


def _named(parts: Parts) -> set[str]:
    with parts.database.reading() as rows:
        return set(rows.scalars(select(artefact.c.blob_id).where(artefact.c.stage.in_(tuple(CopyStage)))))
