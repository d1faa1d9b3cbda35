"""Stand-ins for every port: deterministic, instant, and loud about being fakes. For tests only."""

from __future__ import annotations

from models.ports import Progress, no_progress
from models.records.audio import Audio
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
