"""The demo's service: what it is filled with, and that it is begun and stopped as one process."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.demo import demo_recording
from pipelines.execution.artefacts import ArtefactStore
from pipelines.execution.local import Outcome, run_plan
from pipelines.outputs.session_json import from_json
from pipelines.session import Choices, session_plan
from service.audit.records import Purpose
from service.database.words import SessionState, StaffRole
from service.demo.people import COACH, PASSWORD, WORKER, invited
from service.demo.ports import hold
from service.demo.running import Running, at, start, stop
from service.demo.session import added
from service.ids import new_id
from service.installation import Installation, opened_installation
from service.jobs.records import Document
from service.keybroker.ports import Actor
from service.people.sign_in import Came, sign_in
from service.sessions.documents import Documents
from service.sessions.usecases import Sessions
from service.settings_service import ServiceSettings
from service.web_process import people_parts
from tests.service.jobs.made import Transcriber, engines

ENGINES = engines(Transcriber())


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    store = ArtefactStore(tmp_path_factory.mktemp("stages"))
    with store.claim():
        return run_plan(session_plan(demo_recording(), ENGINES, Choices()), store, None)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    settings = ServiceSettings.from_environment(Running(folder=tmp_path, port=8000).environment)
    with opened_installation(settings, may_begin=True) as opened:
        yield opened


def test_the_coach_may_read_the_sample_session_at_once(installation: Installation, outcome: Outcome) -> None:
    people = people_parts(installation)
    session_id = added(installation, invited(installation, people), ENGINES, outcome)
    came = Came(address="127.0.0.1", request_id=new_id())
    coach_id = sign_in(people, came, sign_in_name=COACH.sign_in_name, password=PASSWORD).person_id
    coach = Actor(person_id=coach_id, roles=frozenset({StaffRole.COACH}), request_id=new_id())
    found = Documents(parts=installation.parts).read(coach, session_id, Document.SESSION, purpose=Purpose.COACHING)
    assert from_json(found.body).utterances
    visible = Sessions(parts=installation.parts, visible=installation.parts.broker.visible_sessions)
    (facts,) = visible.page(coach).items
    assert (facts.state, facts.id) == (SessionState.READY, session_id)


def test_the_worker_signs_in_with_the_password_that_is_shown(installation: Installation, outcome: Outcome) -> None:
    people = people_parts(installation)
    worker = invited(installation, people)
    came = Came(address="127.0.0.1", request_id=new_id())
    assert sign_in(people, came, sign_in_name=WORKER.sign_in_name, password=PASSWORD).person_id == worker.person_id


def test_a_folder_that_was_never_begun_has_nothing_to_stop(tmp_path: Path) -> None:
    assert not stop(at(tmp_path))


def test_two_demos_that_begin_at_once_have_two_ports(tmp_path: Path) -> None:
    first, second = at(tmp_path / "one"), at(tmp_path / "two")
    assert first.port != second.port
    for one in (first, second):
        assert one.held is not None
        one.held.let_go()


def test_a_port_is_held_for_as_long_as_the_process_that_inherited_it(tmp_path: Path) -> None:
    held = at(tmp_path).held
    assert held is not None
    with subprocess.Popen(["sleep", "60"], pass_fds=(held.lock,)) as service:
        held.let_go()
        assert hold(held.port) is None
        service.kill()
    free = hold(held.port)
    assert free is not None
    free.let_go()


def test_a_demo_whose_port_another_one_took_is_not_taken_for_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file of a demo that was killed names a port at which another demo answers now."""
    taken = at(tmp_path / "other")
    (tmp_path / "running.json").write_text(f'{{"port": {taken.port}, "pid": {os.getpid()}}}')
    monkeypatch.setattr(Running, "is_ready", lambda _: True)
    begun = start(at(tmp_path))
    assert begun.port != taken.port
    stop(begun)
    assert taken.held is not None
    taken.held.let_go()


def test_another_process_with_the_number_of_an_old_one_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "running.json").write_text(f'{{"port": 1, "pid": {os.getpid()}}}')
    assert not stop(at(tmp_path))


@pytest.mark.slow
def test_it_answers_once_it_is_begun_and_no_more_once_it_is_stopped(tmp_path: Path) -> None:
    found = at(tmp_path)
    with opened_installation(ServiceSettings.from_environment(found.environment), may_begin=True):
        pass
    begun = start(found)
    assert begun.is_ready()
    assert start(at(tmp_path)) == begun
    assert at(tmp_path / "other").port != begun.port
    assert stop(begun)
    assert not begun.is_ready()
