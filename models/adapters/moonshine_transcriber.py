"""The embedded recogniser: moonshine tiny-en over stretches of speech, each read on its own."""

from __future__ import annotations

import importlib.metadata
from typing import TYPE_CHECKING

import numpy as np

from models.adapters.moonshine_network import MoonshineNetwork
from models.adapters.word_times import place_words
from models.ports import Progress, no_progress
from models.records.provenance import Engine
from models.records.speech import Dropped, Stretch, Timing, Word, Words

if TYPE_CHECKING:
    from models.records.audio import Audio
    from models.records.span import Span


class MoonshineTranscriber:
    """Writes down English speech with the network that moonshine-voice carries, on one processor core.

    ``Word.probability`` is the geometric mean of its tokens' probabilities; word times are estimated within
    the stretch. The same stretch gives the same words whatever was read before it. Raises MissingPartError
    or WeightsError where the network is missing or is not the one we know.
    """

    longest_ms = 15_000

    def __init__(self, network: MoonshineNetwork | None = None) -> None:
        self._network = network or MoonshineNetwork()
        self.engine = Engine(
            name="moonshine-tiny-en",
            version=importlib.metadata.version("moonshine-voice"),
            weights=self._network.weights,
            options={"decoding": "greedy-1", "onnxruntime": importlib.metadata.version("onnxruntime")},
        )

    def transcribe(self, audio: Audio, stretches: tuple[Span, ...], progress: Progress = no_progress) -> Words:
        """The words said in the stretches; a stretch where the network loops keeps what came before the loop."""
        words: list[Word] = []
        read: list[Stretch] = []
        dropped: list[Dropped] = []
        for number, span in enumerate(stretches):
            samples = audio.read(span)
            reading = self._network.read(samples)
            written = self._network.words(reading.tokens)
            times = place_words(reading.attention, [word.tokens for word in written], samples)
            here = [
                Word(
                    start_ms=min(span.start_ms + start, span.end_ms),
                    end_ms=min(span.start_ms + end, span.end_ms),
                    text=word.text,
                    probability=word.probability,
                )
                for word, (start, end) in zip(written, times, strict=True)
                if word.text
            ]
            if reading.looped:
                dropped.append(Dropped(start_ms=span.start_ms, end_ms=span.end_ms, text="", reason="repetition"))
            words += here
            read.append(
                Stretch(
                    start_ms=span.start_ms,
                    end_ms=span.end_ms,
                    text=" ".join(word.text for word in here),
                    confidence=float(np.mean([w.probability for w in here])) if here else None,
                )
            )
            progress((number + 1) / len(stretches))
        if not stretches:
            progress(1.0)
        return Words(
            words=tuple(words), timing=Timing.ESTIMATED, language="en", stretches=tuple(read), dropped=tuple(dropped)
        )
