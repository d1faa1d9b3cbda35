"""Once people said who is who, the moments are marked again with these roles, and what was heard stays."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import select, update

from service.database.tables import artefact, job, recording
from service.ids import new_id
from service.jobs.records import Queue
from tests.service.council import Council
from tests.service.jobs.made import Transcriber, engines


@pytest.fixture
def ready(council: Council) -> str:
    made = council.ready()
    council.clock.pass_ms(10)
    return made


def give(council: Council, session_id: str, **roles: str) -> None:
    acts = [
        {"act_id": new_id(), "kind": "role", "about": voice, "of_voice": True, "role": role}
        for voice, role in roles.items()
    ]
    council.worker.done("POST", f"/sessions/{session_id}/amendments", {"acts": acts})


def mark(council: Council, session_id: str) -> Any:
    return council.worker.send("POST", f"/sessions/{session_id}/marking")


def coded(council: Council, session_id: str) -> set[str]:
    coding = council.worker.get(f"/sessions/{session_id}/documents/coding").json()
    return {one["role"] for one in coding["utterances"]}


def stages(council: Council, session_id: str) -> dict[str, int]:
    with council.parts.database.reading() as rows:
        found = list(rows.scalars(select(artefact.c.stage).where(artefact.c.session_id == session_id)))
    return {one: found.count(one) for one in found}


def row_of(council: Council, job_id: str) -> Any:
    with council.parts.database.reading() as rows:
        return rows.execute(select(job).where(job.c.id == job_id)).one()


def test_confirmed_roles_are_what_the_moments_are_marked_with_and_what_was_heard_stays(
    council: Council, ready: str
) -> None:
    transcriber, roles, before = Transcriber(), coded(council, ready), stages(council, ready)
    assert mark(council, ready).status_code == 409  # nobody said yet who is who
    give(council, ready, SPEAKER_00="practitioner", SPEAKER_01="child")
    job_id = mark(council, ready).json()["job_id"]
    assert mark(council, ready).json()["job_id"] == job_id  # asking twice begins one job
    assert (row_of(council, job_id).queue, row_of(council, job_id).stage) == (Queue.LIGHT, "attribute")
    council.work(engines(transcriber))
    assert (row_of(council, job_id).state, transcriber.runs) == ("done", 0)
    assert coded(council, ready) == {"practitioner", "child"}
    assert not council.worker.get(f"/sessions/{ready}/transcript").json()["marks_are_behind"]
    assert mark(council, ready).json() == {"job_id": None}
    after = stages(council, ready)
    again = {one for one in after if after[one] == before[one] + 1}
    assert again == {"attribute", "classify", "score", "session", "coding", "scoring"}

    council.clock.pass_ms(10)
    number = council.worker.get(f"/sessions/{ready}/transcript").json()["number"]
    acts = [{"act_id": new_id(), "undoes": one} for one in (number, number - 1)]
    council.worker.done("POST", f"/sessions/{ready}/amendments", {"acts": acts})
    assert mark(council, ready).status_code == 200
    council.work()
    assert coded(council, ready) == roles


@pytest.mark.slow
def test_a_worker_with_other_engines_gives_the_job_to_those_that_hear(council: Council, ready: str) -> None:
    from models.records.provenance import Engine

    give(council, ready, SPEAKER_00="practitioner", SPEAKER_01="child")
    job_id = mark(council, ready).json()["job_id"]
    council.work(engines(Transcriber(engine=Engine(name="another", version="2"))))
    assert (row_of(council, job_id).queue, row_of(council, job_id).state) == (Queue.SPEECH, "done")


@pytest.mark.slow
def test_without_the_recording_the_roles_are_kept_and_nothing_is_begun(council: Council, ready: str) -> None:
    give(council, ready, SPEAKER_00="practitioner", SPEAKER_01="child")
    with council.parts.database.writing() as rows:
        rows.execute(update(recording).where(recording.c.session_id == ready).values(deleted_ms=1))
    answer = mark(council, ready)
    assert (answer.status_code, "no longer kept" in answer.json()["detail"]) == (409, True)
    assert council.worker.get(f"/sessions/{ready}/transcript").json()["voices"][1]["role"] == "child"


@pytest.mark.slow
def test_a_session_whose_marking_again_failed_is_ready_as_before(council: Council, ready: str) -> None:
    give(council, ready, SPEAKER_00="practitioner", SPEAKER_01="child")
    job_id = mark(council, ready).json()["job_id"]
    with council.parts.database.writing() as rows:
        rows.execute(update(job).where(job.c.id == job_id).values(attempts=3))  # as after three that were lost
    council.work()
    assert row_of(council, job_id).state == "failed"
    assert council.worker.get(f"/sessions/{ready}").json()["state"] == "ready"
