"""What a job that was put back says while it waits: that it goes on by itself, and when it does not any more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from models.errors import EngineError
from service.clock import AHEAD_MS
from service.database.errors import DatabaseFullError
from service.jobs.queueing import view_of
from service.jobs.reasons import TRIES_AGAIN, WAITS
from service.jobs.runner import JobRunner
from service.jobs.scratch import Scratch
from service.parts import Parts
from tests.service.jobs.made import Transcriber, a_job, engines, fresh, row_of
from tests.service.jobs.test_runner import begin, raising, work
from tests.service.stand_ins import ToldClock


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = replace(fresh(tmp_path), clock=ToldClock())
    yield made
    made.database.close()


@pytest.mark.parametrize(("error", "sentence"), [(DatabaseFullError(), WAITS), (EngineError(), TRIES_AGAIN)])
def test_it_is_said_that_it_goes_on_by_itself_until_it_may(
    parts: Parts, tmp_path: Path, error: Exception, sentence: str
) -> None:
    transcriber = Transcriber()
    transcriber.meanwhile = raising(error)
    built = engines(transcriber)
    with Scratch(tmp_path / "scratch") as scratch:
        runner = JobRunner(parts, lambda: built, worker_id="one", scratch=scratch, stopping=threading.Event())
        job_id = begin(parts, a_job(parts))
        assert _said(parts, job_id, parts.clock()) is None, "it waits for a worker alone"
        work(runner, job_id)
    until = row_of(parts, job_id).not_before_ms
    assert _said(parts, job_id, until - 1) == sentence
    assert _said(parts, job_id, until) is None
    assert _said(parts, job_id, until - AHEAD_MS - 1) is None, "no wait is so long"


def _said(parts: Parts, job_id: str, now_ms: int) -> str | None:
    with parts.database.reading() as rows:
        return view_of(rows, job_id, now_ms).sentence
