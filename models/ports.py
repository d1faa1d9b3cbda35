"""What the pipeline asks of the outside: Protocols with one method, and the engine's provenance.

An adapter that implements one lives in ``models/adapters/<library>_<port>.py``; fakes stand in ``fakes.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

from models.records.audio import Audio
from models.records.coding import Coding, Conversation
from models.records.provenance import Engine
from models.records.rubric import Rubric
from models.records.scoring import Observed, Verdict
from models.records.span import Span
from models.records.speech import SpeakerCount, Speech, Turns, Words

Progress = Callable[[float], None]
"""Told how far a piece of work is, from 0 to 1."""


def no_progress(fraction: float) -> None:
    """Progress that nobody watches."""


class Decoder(Protocol):
    """Turns a recording into samples."""

    @property
    def engine(self) -> Engine:
        """What decodes, and with which settings."""

    def decode(self, source: Path, into: Path, progress: Progress = no_progress) -> Audio:
        """Decode ``source`` to files in the folder ``into``.

        Raises UnreadableRecordingError with one clear sentence; then nothing is left in ``into``.
        """


class SpeechDetector(Protocol):
    """Finds where somebody speaks."""

    @property
    def engine(self) -> Engine:
        """What detects, and with which settings."""

    def detect(self, audio: Audio, progress: Progress = no_progress) -> Speech:
        """Where there is speech."""


class Diarizer(Protocol):
    """Splits speech by voice."""

    @property
    def engine(self) -> Engine:
        """What splits, and with which settings and weights."""

    def diarize(self, audio: Audio, speech: Speech, count: SpeakerCount, progress: Progress = no_progress) -> Turns:
        """Who speaks when. No speech gives no turns. Raises EngineError."""


class Transcriber(Protocol):
    """Writes down what is said."""

    @property
    def engine(self) -> Engine:
        """What writes, and with which settings and weights."""

    @property
    def longest_ms(self) -> int:
        """The longest stretch of speech, in milliseconds, that this engine reads well in one go."""

    def transcribe(self, audio: Audio, stretches: tuple[Span, ...], progress: Progress = no_progress) -> Words:
        """The words said in the stretches (sorted, not overlapping, each at most ``longest_ms``).

        Raises EngineError.
        """


class Coder(Protocol):
    """Marks what each utterance does, from the text of the conversation alone."""

    @property
    def engine(self) -> Engine:
        """What codes, and with which weights."""

    def code(self, conversation: Conversation, progress: Progress = no_progress) -> Coding:
        """Code every line. No lines give no utterances. Raises WeightsError, EngineError."""


class Judge(Protocol):
    """Suggests a score for each element of a rubric."""

    @property
    def engine(self) -> Engine:
        """What judges, and with which settings and weights."""

    def judge(self, observed: Observed, rubric: Rubric, progress: Progress = no_progress) -> Verdict:
        """One suggestion for each element of the rubric, in its order; an element it cannot judge gets none, and why.

        Raises EngineError only where nothing at all could be judged.
        """


class Answerer(Protocol):
    """Asks a language model one question and gets text back."""

    @property
    def engine(self) -> Engine:
        """Which model answers, where and with which settings; never a key or a password."""

    @property
    def longest_prompt_tokens(self) -> int:
        """How many tokens a prompt may have, so that the answer still fits beside it."""

    def count_tokens(self, text: str) -> int:
        """How many tokens a text has; an upper bound where the model's own count cannot be had."""

    def answer(self, prompt: str, schema: Mapping[str, object], seed: int) -> str:
        """JSON text that keeps to the JSON Schema. Raises NoAnswerError."""
