"""The main job: one recording in, the finished files out."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from models.records.audio import Audio
from models.records.session import Session
from pipelines.execution.artefacts import ArtefactStore
from pipelines.execution.local import Outcome, Watcher, run_plan
from pipelines.finished import session_of
from pipelines.outputs.folder import write_outputs
from pipelines.outputs.practice_view import Practice
from pipelines.session import Choices, Engines, session_plan
from pipelines.stages.peaks import waveform_peaks

STAGES_FOLDER = ".stages"


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What an analysis gave: the transcript, its codes and suggested scores, and the folder it was written to.

    ``outcome``: what each stage made; their files are gone where no stages are kept.
    """

    session: Session
    practice: Practice
    out: Path
    outcome: Outcome


def analyse_recording(
    source: Path,
    out: Path,
    engines: Engines,
    choices: Choices,
    *,
    watcher: Watcher | None = None,
    keep_stages: bool = True,
) -> Analysis:
    """Run the plan on ``source`` and write the finished files to ``out``.

    Stage outputs are kept in ``out/.stages`` so that the next run resumes; they hold sound and speech like the
    results themselves. On bad input nothing is written. Raises PracticeError.
    """
    plan = session_plan(source, engines, choices)
    store = ArtefactStore(out / STAGES_FOLDER)
    with store.claim():
        outcome = run_plan(plan, store, watcher)
        made = outcome.records
        audio: Audio = made["decode"]
        session = session_of(outcome, engines, choices)
        practice = Practice(coding=made["classify"], scoring=made["score"], rubric=choices.chosen_rubric)
        write_outputs(session, practice, audio.playback, waveform_peaks(audio), out)
    if not keep_stages:
        shutil.rmtree(out / STAGES_FOLDER, ignore_errors=True)
    return Analysis(session=session, practice=practice, out=out, outcome=outcome)
