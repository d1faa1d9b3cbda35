"""A worker that dies in any stage of a recording, not only in the first: one result of each, none torn, none left."""

from __future__ import annotations

import os
import signal
import threading
import traceback
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from service import barriers
from service.admin.unnamed_blobs import UnnamedBlobs
from service.jobs.records import RecordingKind
from service.jobs.runner import JobRunner
from service.jobs.scratch import Scratch
from service.parts import Parts
from tests.service.jobs.made import CANARY, a_job, engines, fresh, kept_of, parts_at, row_of
from tests.service.jobs.test_runner import DOCUMENTS, begin, withdraw

STAGES = RecordingKind.SOUND.stages[:-1]
"""Those that compute something; the last one writes the documents that people read."""
COMPUTING = ("job.claimed", "job.stage-computed", "job.result-sealed", "job.result-kept")
TELLING = ("job.claimed", "job.documents-sealed", "job.finished")
PLACES = (
    *(f"{name}:{turn}" for turn in range(1, len(STAGES) + 1) for name in COMPUTING),
    f"job.claimed:{len(STAGES) + 1}", *TELLING[1:],
)  # fmt: skip
"""Every barrier of every stage."""


@pytest.fixture
def parts(tmp_path: Path) -> Iterator[Parts]:
    made = fresh(tmp_path)
    yield made
    made.database.close()


@dataclass
class Passed:
    """Stands where an armed barrier would, and notes the names."""

    names: list[str] = field(default_factory=list)

    def passed(self, name: str) -> None:
        self.names.append(name)


def work(parts: Parts, folder: Path, job_id: str) -> None:
    """The stages of a job from where it stands, as the engine runs them."""
    built = engines()
    with Scratch(folder / "scratch") as scratch:
        runner = JobRunner(parts, lambda: built, worker_id="one", scratch=scratch, stopping=threading.Event())
        for stage in RecordingKind.SOUND.stages_from(row_of(parts, job_id).stage):
            assert runner.run(job_id, stage)


def dies(folder: Path, job_id: str, barrier: str) -> bool:
    """Work in a process of its own, and whether it died."""
    child = os.fork()
    if not child:
        try:
            barriers.arm({barriers.VARIABLE: barrier})
            work(parts_at(folder), folder, job_id)
        except BaseException:
            traceback.print_exc()
            os._exit(3)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def dies_and_goes_on(parts: Parts, folder: Path, barrier: str) -> None:
    job_id = begin(parts, a_job(parts))
    parts.database.close()
    assert dies(folder, job_id, barrier), f"{barrier} was not reached"
    if row_of(parts, job_id).state != "done":
        work(parts, folder, job_id)
    assert kept_of(parts, job_id) == sorted([*STAGES, *DOCUMENTS])
    assert (row_of(parts, job_id).state, row_of(parts, job_id).session_state) == ("done", "ready")
    unnamed = UnnamedBlobs(parts, waits_s=0)
    assert unnamed.look() <= len(DOCUMENTS)
    assert len(set(parts.blobs.ids())) == 1 + len(STAGES) + len(DOCUMENTS)
    left = [path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".ready"]
    assert not [name for name in left if name.endswith(".part")]
    assert not [path for path in folder.rglob("*") if path.is_file() and CANARY in path.read_bytes()]


def test_every_stage_passes_every_barrier_of_a_stage(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = Passed()
    monkeypatch.setattr(barriers, "_armed", passed)
    work(parts, tmp_path, begin(parts, a_job(parts)))
    made = [name for name in passed.names if name != "job.recording-in-memory"]
    assert made == [name for _ in STAGES for name in COMPUTING] + list(TELLING)
    assert passed.names.count("job.recording-in-memory") == 1


@pytest.mark.parametrize("turn", range(1, len(STAGES) + 1), ids=STAGES)
def test_a_worker_killed_between_the_result_of_a_stage_and_its_row(parts: Parts, tmp_path: Path, turn: int) -> None:
    dies_and_goes_on(parts, tmp_path, f"job.result-sealed:{turn}")


@pytest.mark.slow
@pytest.mark.parametrize("place", PLACES)
def test_a_worker_killed_anywhere_in_any_stage(parts: Parts, tmp_path: Path, place: str) -> None:
    dies_and_goes_on(parts, tmp_path, place)


@dataclass
class Withdrawing:
    """Withdraws the session when a barrier is passed for the so many-th time."""

    parts: Parts
    name: str
    turn: int

    def passed(self, name: str) -> None:
        self.turn -= name == self.name
        if name == self.name and self.turn == 0:
            withdraw(self.parts, "withdrawn")


@pytest.mark.parametrize("turn", range(1, len(STAGES) + 2), ids=[*STAGES, "documents"])
def test_of_a_stage_in_which_the_session_is_withdrawn_nothing_is_kept(
    parts: Parts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    """When all of it is computed and sealed, and only the row is missing (SECURITY P1)."""
    job_id, last = begin(parts, a_job(parts)), turn > len(STAGES)
    at = Withdrawing(parts, "job.documents-sealed" if last else "job.result-sealed", 1 if last else turn)
    monkeypatch.setattr(barriers, "_armed", at)
    with pytest.raises(AssertionError, match="assert False"):
        work(parts, tmp_path, job_id)
    row = row_of(parts, job_id)
    assert (row.state, row.reason, row.session_state) == ("failed", "withdrawn", "withdrawn")
    assert kept_of(parts, job_id) == sorted(STAGES[: turn - 1])
    assert len(set(parts.blobs.ids())) == 1 + turn - 1
