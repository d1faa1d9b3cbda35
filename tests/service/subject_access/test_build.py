"""A package holds everything of the one who asks, marks what others said, and lies nowhere in the clear."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import select

from models.records.speech import Role
from service.admin.canaries import scan, text_canary
from service.audit.records import Action, AuditEvent, Purpose
from service.database.tables import artefact
from service.keybroker.errors import RefusedError
from service.parts import Parts
from service.permissions.errors import NoSuchParticipantError, SessionOverError
from service.permissions.withdrawal import withdraw
from service.subject_access.ports import Said
from service.subject_access.records import TO_REVIEW
from service.subject_access.usecases import build
from tests.service.permissions.family import Family
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail

PLANTED = [text_canary(f"said {number}") for number in range(20)]
OTHER = text_canary("another's words")


class Results:
    """A transcript of twenty utterances of the child and one of somebody else."""

    def utterances(self, opened: object) -> Sequence[Said]:
        own = [
            Said(start_ms=number * 1000, end_ms=number * 1000 + 900, voice="B", text=str(one.content))
            for number, one in enumerate(PLANTED)
        ]
        return [*own, Said(start_ms=30_000, end_ms=31_000, voice="A", text=str(OTHER.content))]

    def scores(self, opened: object) -> dict[str, object]:
        return {"empathy": 3}


class Remembered:
    """The audit of a test."""

    def __init__(self, trail: RememberingTrail) -> None:
        self._trail = trail

    def of_session(self, rows: object, session_id: str) -> Sequence[AuditEvent]:
        return [one for one in self._trail.events if one.session_id == session_id]


@pytest.fixture
def family(parts: Parts, open_handed: OpenHandedBroker) -> Family:
    met = Family.met(parts)
    met.all_say_yes()
    open_handed.create(met.worker, met.session_id)
    return met


def built(family: Family, trail: RememberingTrail, role: Role = Role.CHILD) -> str:
    return build(
        family.parts, family.administrator, family.session_id, family.people[role], {"B"},
        content=Results(), audit=Remembered(trail),
    )  # fmt: skip


def opened(family: Family, open_handed: OpenHandedBroker, blob_id: str) -> dict:  # type: ignore[type-arg]
    known = open_handed.open(family.administrator, family.session_id, None, purpose=Purpose.SUBJECT_ACCESS)  # type: ignore[arg-type]
    with known.read(blob_id) as reader:
        return json.loads(reader.read(10_000_000))


def test_everything_that_was_planted_is_found_and_others_are_marked(
    family: Family, trail: RememberingTrail, open_handed: OpenHandedBroker
) -> None:
    document = opened(family, open_handed, built(family, trail))
    own = [one["text"] for one in document["transcript"] if one["own"]]
    assert own == [one.content for one in PLANTED]
    assert [one["redaction"] for one in document["transcript"] if not one["own"]] == [TO_REVIEW]
    assert all(str(one.content) in document["text"] for one in PLANTED)
    assert str(OTHER.content) not in document["text"]
    assert [one["purpose"] for one in document["permissions"]] == ["reflection"]
    assert document["accesses"]
    assert document["scores"] is None


def test_a_worker_gets_the_scores_about_them(
    family: Family, trail: RememberingTrail, open_handed: OpenHandedBroker
) -> None:
    assert opened(family, open_handed, built(family, trail, Role.PRACTITIONER))["scores"] == {"empathy": 3}


def test_it_lies_nowhere_in_the_clear_and_is_an_artefact_of_the_session(
    family: Family, trail: RememberingTrail, tmp_path: Path
) -> None:
    blob_id = built(family, trail)
    assert not scan([tmp_path], [*PLANTED, OTHER]).found
    with family.parts.database.reading() as rows:
        assert rows.scalars(select(artefact.c.blob_id)).all() == [blob_id]


def test_it_is_audited_as_an_export_for_subject_access(
    family: Family, trail: RememberingTrail, open_handed: OpenHandedBroker
) -> None:
    blob_id = built(family, trail)
    assert [(one.action, one.purpose) for one in trail.events[-2:]] == [(Action.EXPORT, Purpose.SUBJECT_ACCESS)] * 2
    assert trail.events[-1].object_id == blob_id
    assert open_handed.asked[-1][3:] == (Purpose.SUBJECT_ACCESS, Action.EXPORT)


def test_only_an_administrator_asks_and_only_for_somebody_who_was_there(
    family: Family, trail: RememberingTrail
) -> None:
    administrator = family.administrator
    family.administrator = family.worker
    with pytest.raises(RefusedError):
        built(family, trail)
    family.administrator = administrator
    family.people[Role.CHILD] = family.session_id
    with pytest.raises(NoSuchParticipantError):
        built(family, trail)


def test_of_a_withdrawn_session_no_package_is_made(family: Family, trail: RememberingTrail) -> None:
    withdraw(family.parts, family.worker, family.session_id, family.people[Role.CHILD])
    with pytest.raises(SessionOverError):
        built(family, trail)
    assert list(family.parts.blobs.ids()) == []
