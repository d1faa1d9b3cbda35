"""Stand-ins for every port: deterministic, instant, and loud about being fakes. For tests only."""

from __future__ import annotations

from collections.abc import Mapping

from models.errors import NoAnswerError
from models.ports import Progress, no_progress
from models.records.audio import Audio
from models.records.coding import Code, CodedUtterance, Coding, Conversation, Flag
from models.records.provenance import Engine
from models.records.span import Span
from models.records.speech import SpeakerCount, Speech, Stretch, Timing, Turn, Turns, Word, Words


class FakeSpeechDetector:
    """Hears speech where it was told to."""

    def __init__(self, *spans: tuple[int, int]) -> None:
        self._spans = tuple(Span(start_ms=start, end_ms=end) for start, end in spans)
        self.engine = Engine(name="fake-speech-detector", version="1")

    def detect(self, audio: Audio, progress: Progress = no_progress) -> Speech:
        """The spans it was given."""
        progress(1.0)
        return Speech(spans=self._spans)


class FakeDiarizer:
    """Gives each span of speech to the next of ``speakers`` voices, in turn."""

    def __init__(self, speakers: int = 2) -> None:
        self._speakers = speakers
        self.engine = Engine(name="fake-diarizer", version="1")

    def diarize(self, audio: Audio, speech: Speech, count: SpeakerCount, progress: Progress = no_progress) -> Turns:
        """Alternating turns."""
        voices = count.exact or self._speakers
        turns = tuple(
            Turn(start_ms=span.start_ms, end_ms=span.end_ms, speaker=f"SPEAKER_{i % voices:02d}")
            for i, span in enumerate(speech.spans)
        )
        progress(1.0)
        return Turns(turns=turns, exclusive=turns)


class FakeTranscriber:
    """Writes ``word`` every half second of a stretch."""

    longest_ms = 15_000

    def __init__(self, word: str = "word") -> None:
        self._word = word
        self.engine = Engine(name="fake-transcriber", version="1")

    def transcribe(self, audio: Audio, stretches: tuple[Span, ...], progress: Progress = no_progress) -> Words:
        """One word for every 500 ms."""
        words: list[Word] = []
        read: list[Stretch] = []
        for number, span in enumerate(stretches):
            starts = range(span.start_ms, span.end_ms, 500)
            words += [Word(start_ms=s, end_ms=min(s + 500, span.end_ms), text=self._word) for s in starts]
            text = " ".join(self._word for _ in starts)
            read.append(Stretch(start_ms=span.start_ms, end_ms=span.end_ms, text=text))
            progress((number + 1) / len(stretches))
        return Words(words=tuple(words), timing=Timing.ESTIMATED, language="en", stretches=tuple(read))


class FakeCoder:
    """Calls what ends in "?" a question, and flags every line that holds one of ``words``, whoever says it."""

    def __init__(self, *words: str, element: str = "empathy", direction: str = "+", indicator: str = "EM+1") -> None:
        self._words = tuple(word.lower() for word in words)
        self._flag = Flag(element=element, direction=direction, indicator=indicator, probability=0.83)
        self.engine = Engine(name="fake-coder", version="1")

    def code(self, conversation: Conversation, progress: Progress = no_progress) -> Coding:
        """One behaviour code for each line, and the flag where a word is found."""
        coded = []
        for number, line in enumerate(conversation.lines, 1):
            asks = line.text.rstrip().endswith("?")
            behaviour = Code(code="question" if asks else "other", probability=0.9 if asks else 0.4, sure=asks)
            found = any(word in line.text.lower() for word in self._words)
            coded.append(
                CodedUtterance(
                    id=line.id,
                    turn=line.turn,
                    speaker=line.speaker,
                    role=line.role,
                    text=line.text,
                    codes=(behaviour,),
                    flags=(self._flag,) if found else (),
                    heads={"behaviour": {"question": 0.9, "other": 0.1} if asks else {"question": 0.6, "other": 0.4}},
                    evidence={f"{self._flag.element}{self._flag.direction}": 0.83 if found else 0.1},
                )
            )
            progress(number / len(conversation.lines))
        return Coding(
            engine=self.engine,
            setting=conversation.setting,
            change_goal=conversation.change_goal,
            utterances=tuple(coded),
        )


class FakeAnswerer:
    """Gives these answers in turn, the last one for good; an error among them is raised. Counts a token for each word.

    ``prompts`` holds every question it was asked.
    """

    def __init__(self, *answers: str | NoAnswerError, longest_prompt_tokens: int = 100_000) -> None:
        self._answers = answers
        self.longest_prompt_tokens = longest_prompt_tokens
        self.engine = Engine(name="fake-answerer", version="1")
        self.prompts: list[str] = []

    def count_tokens(self, text: str) -> int:
        """Words."""
        return len(text.split())

    def answer(self, prompt: str, schema: Mapping[str, object], seed: int) -> str:
        """The next answer, whatever the question."""
        self.prompts.append(prompt)
        answer = self._answers[min(len(self.prompts), len(self._answers)) - 1]
        if isinstance(answer, NoAnswerError):
            raise answer
        return answer
