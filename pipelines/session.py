"""THE plan: from a recording to who said what, its codes and its suggested scores; not where and not for whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path

from models.errors import BadInputError
from models.ports import Coder, Decoder, Diarizer, Judge, SpeechDetector, Transcriber
from models.records.audio import Audio
from models.records.coding import Coding, Conversation, Setting
from models.records.provenance import Engine
from models.records.rubric import Rubric
from models.records.scoring import Scoring
from models.records.speech import Role, SpeakerCount, Speech, Transcript, Turns, Words
from pipelines.conversations.choices import ReadingChoices
from pipelines.conversations.reading import read_conversation
from pipelines.execution.plan import Plan, Step, Work
from pipelines.rubrics import shipped_rubric
from pipelines.scoring import circumstances_of, score_coding
from pipelines.stages.assemble import session_utterances
from pipelines.stages.attribute import attribute
from pipelines.stages.check import check_list
from pipelines.stages.classify import classify, conversation_of
from pipelines.stages.odds import counts_digest
from pipelines.stages.roles import suggest_roles
from pipelines.stages.transcribe import stretches
from pipelines.time_use import time_use_engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """The adapters that one analysis uses, one for each port; ``channel_diarizer`` where each channel is one voice."""

    decoder: Decoder
    detector: SpeechDetector
    diarizer: Diarizer
    channel_diarizer: Diarizer
    transcriber: Transcriber
    coder: Coder
    judge: Judge

    def provenance(self, audio: Audio) -> dict[str, Engine]:
        """What made the transcript, by stage; codes and scores carry their own engines."""
        diarizer = self.channel_diarizer if audio.separate_channels else self.diarizer
        return {
            "decode": self.decoder.engine,
            "detect": self.detector.engine,
            "diarize": diarizer.engine,
            "transcribe": self.transcriber.engine,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person decided about one analysis: how many voices, which roles are given, who took part, what for.

    ``rubric`` None takes the one shipped for the setting.
    """

    count: SpeakerCount = field(default_factory=SpeakerCount)
    roles: Mapping[str, Role] = field(default_factory=dict)
    participants: tuple[Role, ...] = ()
    setting: Setting = Setting.DIRECT_PRACTICE
    change_goal: str | None = None
    legal_status: str | None = None
    rubric: Rubric | None = None

    @property
    def chosen_rubric(self) -> Rubric:
        """The rubric that scores are suggested with."""
        return self.rubric or shipped_rubric(self.setting)


def recording_digest(source: Path) -> str:
    """SHA-256 of the recording's bytes. Raises BadInputError if it cannot be opened."""
    try:
        with source.open("rb") as handle:
            return file_digest(handle, "sha256").hexdigest()
    except IsADirectoryError as refused:
        raise BadInputError(f"{source.name} is a folder. Name one recording.") from refused
    except FileNotFoundError as refused:
        raise BadInputError(f"There is no file {source.name}. Check the name and the folder.") from refused
    except OSError as refused:
        raise BadInputError(f"{source.name} cannot be opened. Check that you may read it.") from refused


def session_plan(source: Path, engines: Engines, choices: Choices) -> Plan:
    """The stages for one recording: decode, detect, diarize, transcribe, attribute, classify, score.

    Diarization comes before transcription so that speech can be cut where the voice changes
    (docs/decisions/0002-order-of-stages.md). After attribute nothing is given the sound.
    """
    return rooted_plan(recording_digest(source), source, engines, choices)


def rooted_plan(root: str, source: Path, engines: Engines, choices: Choices) -> Plan:
    """The same plan where something else stands for the recording's bytes, so that ``source`` need not be there yet."""
    return Plan(root=root, steps=(*_sound_steps(source, engines, choices), *_text_steps(engines, choices)))


def transcript_plan(root: str, source: Path, engines: Engines, choices: Choices) -> Plan:
    """The stages for a transcript that was brought: read, classify, score. ``root`` stands for its bytes."""
    read = Step(
        name="read",
        version=1,
        makes=Conversation,
        options={
            "setting": choices.setting,
            "change_goal": choices.change_goal,
            **({"roles": dict(choices.roles)} if choices.roles else {}),  # without any, keys stay as they were
        },
        run=lambda work: read_conversation(source, _reading(choices)),
    )
    classified = Step(
        name="classify",
        version=1,
        makes=Coding,
        needs=("read",),
        engine=engines.coder.engine,
        run=lambda work: classify(work.records["read"], engines.coder, work.progress),
    )
    scored = Step(
        name="score",
        version=1,
        makes=Scoring,
        needs=("read", "classify"),
        engine=engines.judge.engine,
        options={
            "rubric": choices.chosen_rubric.ref.digest,
            "legal_status": choices.legal_status,
            "time_use": time_use_engine(choices.setting),
        },
        run=lambda work: _score_read(work, engines.judge, choices),
    )
    return Plan(root=root, steps=(read, classified, scored))


def _reading(choices: Choices) -> ReadingChoices:
    """What the session says goes before what the file says; a session without a goal has none."""
    return ReadingChoices(setting=choices.setting, change_goal=choices.change_goal or "", roles=choices.roles)


def _score_read(work: Work, judge: Judge, choices: Choices) -> Scoring:
    around = circumstances_of(work.records["read"], legal_status=choices.legal_status)
    return score_coding(work.records["classify"], judge, choices.chosen_rubric, around, work.progress)


def _sound_steps(source: Path, engines: Engines, choices: Choices) -> tuple[Step, ...]:
    count = choices.count
    return (
        Step(
            name="decode",
            version=1,
            makes=Audio,
            engine=engines.decoder.engine,
            run=lambda work: engines.decoder.decode(source, work.folder, work.progress),
        ),
        Step(
            name="detect",
            version=1,
            makes=Speech,
            needs=("decode",),
            engine=engines.detector.engine,
            run=lambda work: engines.detector.detect(work.records["decode"], work.progress),
        ),
        Step(
            name="diarize",
            version=1,
            makes=Turns,
            needs=("decode", "detect"),
            engine=_both_diarizers(engines),
            options={"exact": count.exact, "least": count.least, "most": count.most},
            run=lambda work: _diarize(work, engines, count),
        ),
        Step(
            name="transcribe",
            version=1,
            makes=Words,
            needs=("decode", "detect", "diarize"),
            engine=engines.transcriber.engine,
            run=lambda work: _transcribe(work, engines.transcriber),
        ),
        Step(
            name="attribute",
            version=2,
            makes=Transcript,
            needs=("decode", "detect", "diarize", "transcribe"),
            options={"roles": dict(choices.roles), "participants": choices.participants, "odds": counts_digest()},
            run=lambda work: _attribute(work, choices),
        ),
    )


def _text_steps(engines: Engines, choices: Choices) -> tuple[Step, ...]:
    """What needs the transcript alone; a new rubric redoes only the last."""
    return (
        Step(
            name="classify",
            version=1,
            makes=Coding,
            needs=("attribute",),
            engine=engines.coder.engine,
            options={"setting": choices.setting, "change_goal": choices.change_goal},
            run=lambda work: _classify(work, engines.coder, choices),
        ),
        Step(
            name="score",
            version=1,
            makes=Scoring,
            needs=("attribute", "classify"),
            engine=engines.judge.engine,
            options={
                "rubric": choices.chosen_rubric.ref.digest,
                "legal_status": choices.legal_status,
                "time_use": time_use_engine(choices.setting),
            },
            run=lambda work: _score(work, engines.judge, choices),
        ),
    )


def _both_diarizers(engines: Engines) -> Engine:
    """Both as one engine, because only the decoded sound tells which of them it will be."""
    return Engine(
        name=f"{engines.diarizer.engine.name}+{engines.channel_diarizer.engine.name}",
        version=f"{engines.diarizer.engine.version}+{engines.channel_diarizer.engine.version}",
        weights=engines.diarizer.engine.weights,
        options={**engines.channel_diarizer.engine.options, **engines.diarizer.engine.options},
    )


def _diarize(work: Work, engines: Engines, count: SpeakerCount) -> Turns:
    audio: Audio = work.records["decode"]
    diarizer = engines.channel_diarizer if audio.separate_channels else engines.diarizer
    return diarizer.diarize(audio, work.records["detect"], count, work.progress)


def _transcribe(work: Work, transcriber: Transcriber) -> Words:
    cut = stretches(work.records["detect"], work.records["diarize"], transcriber.longest_ms)
    return transcriber.transcribe(work.records["decode"], cut, work.progress)


def _attribute(work: Work, choices: Choices) -> Transcript:
    audio: Audio = work.records["decode"]
    speech: Speech = work.records["detect"]
    turns: Turns = work.records["diarize"]
    words: Words = work.records["transcribe"]
    utterances = attribute(words, turns, speech)
    voices = {*turns.speakers, *(utterance.speaker for utterance in utterances)}
    if unheard := sorted(set(choices.roles) - voices):
        there = ", ".join(sorted(voices)) or "none"
        raise BadInputError(f"There is no voice {unheard[0]} in this recording. Its voices: {there}.")
    return Transcript(
        utterances=utterances,
        roles=suggest_roles(utterances, choices.roles, choices.participants),
        checks=check_list(words, utterances, turns, speech, audio.duration_ms),
        timing=words.timing,
        language=words.language,
    )


def _conversation(transcript: Transcript, choices: Choices) -> Conversation:
    return conversation_of(session_utterances(transcript), choices.setting, choices.change_goal)


def _classify(work: Work, coder: Coder, choices: Choices) -> Coding:
    return classify(_conversation(work.records["attribute"], choices), coder, work.progress)


def _score(work: Work, judge: Judge, choices: Choices) -> Scoring:
    transcript: Transcript = work.records["attribute"]
    coding: Coding = work.records["classify"]
    voices = {utterance.speaker for utterance in transcript.utterances}
    circumstances = circumstances_of(
        _conversation(transcript, choices), legal_status=choices.legal_status, checked=voices <= set(choices.roles)
    )
    return score_coding(coding, judge, choices.chosen_rubric, circumstances, work.progress)
