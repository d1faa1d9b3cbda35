"""The embedded recogniser: moonshine tiny-en over stretches of speech, each read on its own, and twice."""

from __future__ import annotations

import importlib.metadata
import re
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from models.adapters.moonshine_network import MoonshineNetwork, WrittenWord
from models.adapters.word_times import place_words
from models.ports import Progress, no_progress
from models.records.provenance import Engine
from models.records.speech import Alternative, Dropped, Stretch, Timing, Word, Words

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from models.records.audio import Audio
    from models.records.span import Span

SLOWER, FASTER = (10, 9), (9, 10)
"""The sound stretched by these ratios, at a lower and a higher pitch, is read together with the original."""

WIDTH = 3
"""How many beginnings the first reading follows at a time."""

LIKELY = 0.05
"""An alternative is kept from this probability on; one that is or begins a negation always."""

NEGATION = re.compile(
    r"(not|no|never|none|nothing|nobody|nowhere|neither|nor|cannot|without|.+n't|"
    r"(do|does|did|is|was|are|were|wo|would|could|should|have|has|had|must|need|ai)n)('t?)?",
    re.IGNORECASE,
)


class MoonshineTranscriber:
    """Writes down English speech with the network that moonshine-voice carries, on one processor core.

    What the fields of its result hold, for whoever decides what a person should hear:

    - ``Word.probability`` is the geometric mean of its tokens' probabilities, and ``Stretch.confidence`` the
      mean of those. Word times follow where the decoder looked; they are marked as estimated.
    - The text is what three speeds of the same sound support together: small networks slip in different
      places at another speed (docs/decisions/0006-reading.md).
    - ``Stretch.second_look`` is the text of the slower sound alone, so a "not" or a risk word that only one of
      both texts has is doubtful.
    - ``Stretch.alternatives`` are other words that were likely in the place of a word that was written, at the
      speed where they were likeliest: all negations from a probability of 0.004, everything else from 0.05. A
      negation that was lost in reading usually stands here although no text shows it.
    - ``Words.dropped`` has the code ``repetition`` where the network went round in circles; what came before
      the loop was kept.

    The same stretch gives the same result whatever was read before it. Without ``second_look`` no slower text
    is written. ``threads`` stretches are read at a time, which changes nothing but the time it takes.
    Raises MissingPartError or WeightsError where the network is missing or not the one we know.
    """

    longest_ms = 15_000

    def __init__(self, network: MoonshineNetwork | None = None, *, second_look: bool = True, threads: int = 2) -> None:
        self._network = network or MoonshineNetwork()
        self._threads = threads
        self._second_look = second_look
        self.engine = Engine(
            name="moonshine-tiny-en",
            version=importlib.metadata.version("moonshine-voice"),
            weights=self._network.weights,
            options={
                "decoding": f"beam-{WIDTH}",
                "speeds": " ".join(("1/1", "{}/{}".format(*SLOWER), "{}/{}".format(*FASTER))),
                "second_look": "{}/{}".format(*SLOWER) if second_look else "none",
                "onnxruntime": importlib.metadata.version("onnxruntime"),
            },
        )

    def transcribe(self, audio: Audio, stretches: tuple[Span, ...], progress: Progress = no_progress) -> Words:
        """The words said in the stretches; a stretch where the network loops keeps what came before the loop."""
        words: list[Word] = []
        read: list[Stretch] = []
        dropped: list[Dropped] = []
        with ThreadPoolExecutor(self._threads) as pool:
            results = pool.map(lambda span: self._stretch(audio.read(span), span), stretches)
            for number, (here, stretch, looped) in enumerate(results):
                words += here
                read.append(stretch)
                if looped:
                    dropped.append(
                        Dropped(start_ms=stretch.start_ms, end_ms=stretch.end_ms, text="", reason="repetition")
                    )
                progress((number + 1) / len(stretches))
        if not stretches:
            progress(1.0)
        return Words(
            words=tuple(words), timing=Timing.ESTIMATED, language="en", stretches=tuple(read), dropped=tuple(dropped)
        )

    def _stretch(self, samples: NDArray[np.float32], span: Span) -> tuple[list[Word], Stretch, bool]:
        """One stretch read at three speeds together, and slower alone; and whether the first went round in circles."""
        views = [
            self._network.encode(view) for view in (samples, _stretched(samples, SLOWER), _stretched(samples, FASTER))
        ]
        reading = self._network.read(*views, width=WIDTH)
        written = self._network.words(reading.tokens)
        times = place_words(reading.attention, [word.tokens for word in written], samples)
        placed = [
            (word, min(span.start_ms + start, span.end_ms), min(span.start_ms + end, span.end_ms))
            for word, (start, end) in zip(written, times, strict=True)
        ]
        words = [
            Word(start_ms=start, end_ms=end, text=word.text, probability=word.probability)
            for word, start, end in placed
            if word.text
        ]
        stretch = Stretch(
            start_ms=span.start_ms,
            end_ms=span.end_ms,
            text=" ".join(word.text for word in words),
            second_look=self._text(views[1]) if self._second_look else None,
            confidence=float(np.mean([word.probability for word in words])) if words else None,
            alternatives=tuple(one for word, start, end in placed for one in _alternatives(word, start, end)),
        )
        return words, stretch, reading.looped

    def _text(self, view: NDArray[np.float32]) -> str:
        """What the network writes for one view alone."""
        written = self._network.words(self._network.read(view).tokens)
        return " ".join(word.text for word in written if word.text)


def _stretched(samples: NDArray[np.float32], ratio: tuple[int, int]) -> NDArray[np.float32]:
    """The same sound at another speed and pitch: ``ratio`` times as long."""
    from scipy.signal import resample_poly

    return resample_poly(samples, *ratio).astype(np.float32) if len(samples) else samples


def _alternatives(word: WrittenWord, start_ms: int, end_ms: int) -> list[Alternative]:
    """The rivals of a word that are likely enough to be told."""
    return [
        Alternative(start_ms=start_ms, end_ms=end_ms, text=text, probability=probability)
        for text, probability in word.rivals
        if probability >= LIKELY or NEGATION.fullmatch(text.strip(".,?!"))
    ]
