"""The plan of an analysis: which change redoes which stage, and what the stages of text are given."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import pipelines.time_use
from models.adapters.fakes import FakeCoder, FakeDiarizer, FakeSpeechDetector, FakeTranscriber
from models.errors import BadInputError
from models.ports import Progress, no_progress
from models.records.audio import Audio
from models.records.coding import Coding, Conversation, Setting
from models.records.provenance import Engine
from models.records.rubric import Rubric
from models.records.scoring import NoScore, Observed, Suggestion, Verdict
from models.records.speech import Role
from pipelines.execution.artefacts import ArtefactStore
from pipelines.execution.local import Outcome, run_plan
from pipelines.rubrics import shipped_rubric
from pipelines.session import Choices, Engines, session_plan
from service.cli.progress import NAMES
from tests.outputs.sound import audio_of

RUBRIC = shipped_rubric(Setting.DIRECT_PRACTICE)
OTHER_RUBRIC = replace(RUBRIC, ref=replace(RUBRIC.ref, digest="another"))
GIVEN = {"SPEAKER_00": Role.PRACTITIONER, "SPEAKER_01": Role.PARENT_OR_CARER}
SECOND = 1000


class SilentDecoder:
    """Four minutes of silence, whatever the file."""

    engine = Engine(name="silent-decoder", version="1")

    def decode(self, source: Path, into: Path, progress: Progress = no_progress) -> Audio:
        return audio_of(np.zeros(240 * 16_000, np.int16), into)


class Judge:
    """Has nothing to suggest, and keeps what it was shown."""

    engine = Engine(name="fake-judge", version="1")

    def __init__(self) -> None:
        self.observed: Observed | None = None

    def judge(self, observed: Observed, rubric: Rubric, progress: Progress = no_progress) -> Verdict:
        self.observed = observed
        none = NoScore.NOT_ENOUGH_EVIDENCE
        return Verdict(
            suggestions=tuple(Suggestion(element=one.id, score=None, reason=none) for one in rubric.elements)
        )


@dataclass
class Coder:
    """The fake coder of a version, which keeps the conversation it got."""

    version: str = "1"
    got: list[Conversation] = field(default_factory=list)

    @property
    def engine(self) -> Engine:
        return Engine(name="fake-coder", version=self.version)

    def code(self, conversation: Conversation, progress: Progress = no_progress) -> Coding:
        self.got.append(conversation)
        return replace(_codes_nothing(conversation, progress), engine=self.engine)


def _codes_nothing(conversation: Conversation, progress: Progress) -> Coding:
    coding = FakeCoder().code(conversation, progress)
    bare = tuple(replace(one, codes=(), heads={}, evidence={}) for one in coding.utterances)
    return replace(coding, utterances=bare)


class Watched:
    """Which stages were computed, not taken from the store."""

    def __init__(self) -> None:
        self.computed: list[str] = []

    def begins(self, step: str) -> None: ...

    def progresses(self, step: str, fraction: float) -> None: ...

    def ends(self, step: str, seconds: float, stored: bool) -> None:
        if not stored:
            self.computed.append(step)


@dataclass
class Bench:
    """One recording and one store, to run the plan on again and again."""

    folder: Path
    speech: tuple[tuple[int, int], ...] = tuple((n * 10 * SECOND, (n * 10 + 8) * SECOND) for n in range(20))

    def run(self, coder: Any = None, judge: Any = None, **choices: Any) -> tuple[Outcome, list[str]]:
        source = self.folder / "visit.wav"
        source.write_bytes(b"sound")
        engines = Engines(
            decoder=SilentDecoder(),
            detector=FakeSpeechDetector(*self.speech),
            diarizer=FakeDiarizer(),
            channel_diarizer=FakeDiarizer(),
            transcriber=FakeTranscriber(),
            coder=coder or Coder(),
            judge=judge or Judge(),
        )
        plan = session_plan(source, engines, Choices(**choices))
        watched = Watched()
        return run_plan(plan, ArtefactStore(self.folder / "stages"), watched), watched.computed


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    (tmp_path / "stages").mkdir()
    return Bench(tmp_path)


def test_the_first_run_computes_every_stage_in_order(bench: Bench) -> None:
    _, computed = bench.run(roles=GIVEN)
    assert computed == ["decode", "detect", "diarize", "transcribe", "attribute", "classify", "score"]


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ({}, []),
        ({"rubric": OTHER_RUBRIC}, ["score"]),
        ({"rubric": RUBRIC}, []),
        ({"legal_status": "child in need plan"}, ["score"]),
        ({"change_goal": "calmer mornings"}, ["classify", "score"]),
        ({"setting": Setting.SUPERVISION}, ["classify", "score"]),
        ({"roles": {**GIVEN, "SPEAKER_01": Role.CHILD}}, ["attribute", "classify", "score"]),
    ],
)
def test_a_change_redoes_only_what_depends_on_it(bench: Bench, change: dict[str, Any], again: list[str]) -> None:
    bench.run(roles=GIVEN)
    _, computed = bench.run(**({"roles": GIVEN} | change))
    assert computed == again


def test_another_coder_redoes_codes_and_scores(bench: Bench) -> None:
    bench.run(roles=GIVEN)
    assert bench.run(coder=Coder(version="2"), roles=GIVEN)[1] == ["classify", "score"]


@pytest.mark.parametrize(("setting", "again"), [(Setting.SUPERVISION, ["score"]), (Setting.DIRECT_PRACTICE, [])])
def test_another_time_use_classifier_redoes_the_scores_of_supervisions(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, setting: Setting, again: list[str]
) -> None:
    bench.run(setting=setting)
    other = replace(pipelines.time_use.shipped_time_use(), engine=Engine(name="time-use", version="another"))
    monkeypatch.setattr(pipelines.time_use, "shipped_time_use", lambda: other)
    assert bench.run(setting=setting)[1] == again


def test_nothing_after_the_transcript_needs_a_stage_that_holds_sound(tmp_path: Path) -> None:
    source = tmp_path / "visit.wav"
    source.write_bytes(b"sound")
    fake = FakeDiarizer()
    engines = Engines(
        decoder=SilentDecoder(),
        detector=FakeSpeechDetector(),
        diarizer=fake,
        channel_diarizer=fake,
        transcriber=FakeTranscriber(),
        coder=Coder(),
        judge=Judge(),
    )
    needs = {step.name: set(step.needs) for step in session_plan(source, engines, Choices()).steps}
    assert (needs["classify"], needs["score"]) == ({"attribute"}, {"attribute", "classify"})


def test_the_coder_gets_every_utterance_with_its_role_its_turn_and_its_time(bench: Bench) -> None:
    coder = Coder()
    outcome, _ = bench.run(coder=coder, roles=GIVEN, change_goal="calmer mornings")
    (conversation,) = coder.got
    said = outcome.records["attribute"].utterances
    assert [(line.id, line.span.start_ms) for line in conversation.lines if line.span] == [
        (one.id, one.start_ms) for one in said
    ]
    assert [line.turn for line in conversation.lines] == list(range(1, len(said) + 1))
    assert {line.role for line in conversation.lines} == set(GIVEN.values())
    assert conversation.change_goal == "calmer mornings"


def test_an_unknown_role_is_an_unsure_one_for_the_coder(bench: Bench) -> None:
    coder = Coder()
    bench.run(coder=coder, roles={**GIVEN, "SPEAKER_01": Role.UNKNOWN})
    sure = {line.role: line.role_sure for line in coder.got[0].lines}
    assert sure == {Role.PRACTITIONER: True, Role.UNKNOWN: False}


@pytest.mark.parametrize(("roles", "checked"), [(GIVEN, True), ({"SPEAKER_00": Role.PRACTITIONER}, False)])
def test_the_judge_is_told_whether_a_person_gave_every_role(
    bench: Bench, roles: dict[str, Role], checked: bool
) -> None:
    judge = Judge()
    outcome, _ = bench.run(judge=judge, roles=roles, participants=tuple(GIVEN.values()), legal_status="section 47")
    if judge.observed is not None:
        assert judge.observed.circumstances.roles_checked is checked
        assert judge.observed.circumstances.legal_status == "section 47"
    told = [note for note in outcome.records["score"].notes if note.startswith("Nobody has confirmed")]
    assert bool(told) is not checked


@pytest.mark.parametrize(
    ("roles", "reason"),
    [
        ({"SPEAKER_00": Role.CHILD, "SPEAKER_01": Role.PARENT_OR_CARER}, "Nobody here is known as the practitioner"),
        ({"SPEAKER_00": Role.PRACTITIONER, "SPEAKER_01": Role.PRACTITIONER}, "Only the practitioner speaks here"),
    ],
)
def test_without_a_conversation_with_a_practitioner_the_stages_run_and_say_so(
    bench: Bench, roles: dict[str, Role], reason: str
) -> None:
    scoring = bench.run(roles=roles)[0].records["score"]
    assert {one.score for one in scoring.suggestions} == {None}
    assert all(one.because.startswith(reason) for one in scoring.suggestions)


def test_a_recording_without_speech_is_coded_and_scored_as_nothing(bench: Bench) -> None:
    bench.speech = ()
    outcome, _ = bench.run()
    assert outcome.records["classify"].utterances == ()
    assert all("empty" in one.because for one in outcome.records["score"].suggestions)


def test_a_rubric_for_another_setting_is_refused_and_what_was_done_is_kept(bench: Bench) -> None:
    with pytest.raises(BadInputError, match="is for direct_practice"):
        bench.run(roles=GIVEN, setting=Setting.SUPERVISION, rubric=RUBRIC)
    assert bench.run(roles=GIVEN, setting=Setting.SUPERVISION)[1] == ["score"]


def test_every_stage_has_a_name_for_people(bench: Bench) -> None:
    _, computed = bench.run(roles=GIVEN)
    assert set(computed) <= set(NAMES)
