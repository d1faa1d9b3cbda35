"""The sample recording through the service's jobs with the embedded engines."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from pipelines.demo import demo_recording
from service.clock import now_ms
from service.engines import EngineChoice, choose_engines
from service.jobs.runner import JobRunner
from service.jobs.scratch import Scratch
from service.settings import Settings
from tests.service.jobs.made import a_job, fresh, row_of
from tests.service.jobs.test_runner import STAGES, begin, document, work


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_the_sample_recording_becomes_a_session_with_suggestions(tmp_path: Path) -> None:
    parts = replace(fresh(tmp_path), clock=now_ms)
    engines = choose_engines(EngineChoice(engine="moonshine", diarizer="embedded"), Settings.from_environment()).engines
    job_id = begin(parts, a_job(parts, content=demo_recording().read_bytes()))
    with Scratch() as scratch:
        runner = JobRunner(parts, lambda: engines, worker_id="one", scratch=scratch, stopping=threading.Event())
        assert work(runner, job_id) == list(STAGES)
        assert list(scratch._home.iterdir()) == []
    row = row_of(parts, job_id)
    assert (row.state, row.session_state) == ("done", "ready")
    session = json.loads(document(parts, job_id, "session"))
    assert len({utterance["speaker"] for utterance in session["utterances"]}) == 2
    assert {one["element"] for one in json.loads(document(parts, job_id, "scoring"))["suggestions"]}
    assert max(json.loads(document(parts, job_id, "peaks"))) > 0
    parts.database.close()
