"""Who speaks when, from the small voice networks that a package we depend on carries: no torch, no model hub."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from models.adapters.community1_networks import Community1Networks
from models.ports import Progress, no_progress
from models.records.audio import Audio
from models.records.provenance import Engine
from models.records.span import Span
from models.records.speech import SpeakerCount, Speech, Turns
from models.voices.assignment import AssignmentSettings, assign
from models.voices.chunks import CHUNK_FRAMES, Chunk, feature_mask, frame_edge_ms, plan_chunks
from models.voices.filterbank import BANDS, log_mel
from models.voices.observations import Observations, clean_activity, longest_runs
from models.voices.second_look import Piece, SecondLookSettings, look_again, plan_pieces
from models.voices.timeline import Floor, TimelineSettings, lay_out, read_floor, turns_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = "1"
FIRST_LOOK = 0.6
"""The share of the work that looking at the chunks takes."""
NOBODY = Turns(turns=(), exclusive=())


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSettings:
    """Everything that changes the result.

    Chunks are ``step_frames`` of 16.875 ms apart; recordings of at most ``short_ms`` are looked at every
    ``short_step_frames``. A voice is judged by at most ``most_features`` hundredths of a second of each chunk,
    and by no fewer than ``least_features``.
    """

    step_frames: int = 256
    short_step_frames: int = 64
    short_ms: int = 60_000
    most_features: int = 300
    least_features: int = 20
    assignment: AssignmentSettings = field(default_factory=AssignmentSettings)
    timeline: TimelineSettings = field(default_factory=TimelineSettings)
    second_look: SecondLookSettings = field(default_factory=SecondLookSettings)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Heard:
    """What one chunk holds; see `Observations`."""

    activity: NDArray[np.bool_]
    embeddings: NDArray[np.float32]
    clean: NDArray[np.int64]
    mean: NDArray[np.float32]


_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class EmbeddedDiarizer:
    """Splits a recording by voice on the processor alone.

    ``threads`` stretches are worked on at a time; the result does not depend on it. The recording is read ten
    seconds at a time, and only a few kilobytes are kept of each. Voice vectors live no longer than one call.
    """

    def __init__(
        self,
        *,
        settings: EmbeddedSettings | None = None,
        threads: int = 2,
        networks: Community1Networks | None = None,
    ) -> None:
        self._settings = settings or EmbeddedSettings()
        self._threads = threads
        self._networks = networks or Community1Networks()
        self.engine = Engine(
            name="embedded-community-1",
            version=VERSION,
            weights=self._networks.weights,
            options={"settings": repr(self._settings)},
        )

    def diarize(self, audio: Audio, speech: Speech, count: SpeakerCount, progress: Progress = no_progress) -> Turns:
        """Who speaks when, overlaps included. No speech gives no turns. Raises EngineError.

        Where fewer voices can be told apart than ``count`` asks for, there are fewer.
        """
        observations = self._observe(audio, speech, progress)
        if observations is None or not observations.heard.any():
            progress(1.0)
            return NOBODY
        assignment = assign(observations, self._networks.plda, count, self._settings.assignment)
        floor = read_floor(lay_out(observations, assignment, audio.frames), self._settings.timeline)
        if assignment.people > 1:
            floor = self._look_again(audio, observations, floor, progress)
        turns = turns_of(floor, audio.duration_ms, self._settings.timeline)
        progress(1.0)
        return turns

    def _observe(self, audio: Audio, speech: Speech, progress: Progress) -> Observations | None:
        """Look at every chunk in which somebody speaks; None if there is none."""
        short = audio.duration_ms <= self._settings.short_ms
        step = self._settings.short_step_frames if short else self._settings.step_frames
        chunks = [
            chunk
            for chunk in plan_chunks(audio.frames, step)
            if any(chunk.span.overlap_ms(span) for span in speech.spans)
        ]
        if not chunks:
            return None
        heard = []
        for result in self._in_order(lambda chunk: self._look(audio, chunk), chunks):
            heard.append(result)
            progress(FIRST_LOOK * len(heard) / len(chunks))
        return Observations(
            first_frames=np.array([chunk.first_frame for chunk in chunks], dtype=np.int64),
            activity=np.stack([one.activity for one in heard]),
            embeddings=np.stack([one.embeddings for one in heard]),
            clean=np.stack([one.clean for one in heard]),
            means=np.stack([one.mean for one in heard]),
        )

    def _look_again(self, audio: Audio, observations: Observations, floor: Floor, progress: Progress) -> Floor:
        """Listen to short pieces of every turn; see `models.voices.second_look`."""
        settings = self._settings.second_look
        pieces = plan_pieces(floor.holder, settings)
        if not pieces:
            return floor
        vectors = []
        for vector in self._in_order(lambda piece: self._listen(audio, observations, piece), pieces):
            vectors.append(vector)
            progress(FIRST_LOOK + (0.99 - FIRST_LOOK) * len(vectors) / len(pieces))
        return look_again(floor, pieces, np.stack(vectors), settings)

    def _listen(self, audio: Audio, observations: Observations, piece: Piece) -> NDArray[np.float32]:
        middle = (piece.first + piece.last - CHUNK_FRAMES) / 2
        nearest = int(np.argmin(np.abs(observations.first_frames - middle)))
        span = Span(start_ms=frame_edge_ms(piece.first), end_ms=frame_edge_ms(piece.last))
        return self._networks.embed(log_mel(audio.read(span)) - observations.means[nearest])

    def _in_order(self, work: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
        """Results in the order of the items, with no more than a handful under way."""
        with ThreadPoolExecutor(self._threads) as pool:
            waiting = []
            for item in items:
                waiting.append(pool.submit(work, item))
                if len(waiting) > 2 * self._threads:
                    yield waiting.pop(0).result()
            for future in waiting:
                yield future.result()

    def _look(self, audio: Audio, chunk: Chunk) -> _Heard:
        samples = audio.read(chunk.span)
        activity = self._networks.segment(samples)
        features = log_mel(samples)
        mean = features.mean(axis=0) if len(features) else np.zeros(BANDS, dtype=np.float32)
        clean = clean_activity(activity)
        embeddings = np.stack(
            [self._embed(features - mean, activity[:, voice], clean[:, voice]) for voice in range(activity.shape[1])]
        )
        return _Heard(activity=activity, embeddings=embeddings, clean=clean.sum(axis=0), mean=mean)

    def _embed(
        self, features: NDArray[np.float32], active: NDArray[np.bool_], clean: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        """What one local voice sounds like, from where it speaks alone if that is long enough; NaN if too short."""
        for mask in (feature_mask(clean, len(features)), feature_mask(active, len(features))):
            if mask.sum() >= self._settings.least_features:
                return self._networks.embed(features[longest_runs(mask, self._settings.most_features)])
        return np.full(256, np.nan, dtype=np.float32)
