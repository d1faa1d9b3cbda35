"""Who speaks when, from the small voice networks that a package we depend on carries: no torch, no model hub."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from models.adapters.community1_networks import Community1Networks
from models.ports import Progress, no_progress
from models.records.audio import Audio
from models.records.provenance import Engine
from models.records.speech import SpeakerCount, Speech, Turns
from models.voices.assignment import AssignmentSettings, assign
from models.voices.chunks import Chunk, feature_mask, plan_chunks
from models.voices.filterbank import log_mel
from models.voices.observations import Observations, clean_activity, longest_runs
from models.voices.timeline import TimelineSettings, lay_out, read_turns

if TYPE_CHECKING:
    from numpy.typing import NDArray

VERSION = "1"
NOBODY = Turns(turns=(), exclusive=())


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSettings:
    """Everything that changes the result.

    Chunks are ``step_frames`` of 16.875 ms apart; recordings of at most ``short_ms`` are looked at every
    ``short_step_frames``. A voice is judged by at most ``most_features`` hundredths of a second of each chunk,
    and by no fewer than ``least_features``.
    """

    step_frames: int = 152
    short_step_frames: int = 64
    short_ms: int = 60_000
    most_features: int = 300
    least_features: int = 20
    assignment: AssignmentSettings = field(default_factory=AssignmentSettings)
    timeline: TimelineSettings = field(default_factory=TimelineSettings)


class EmbeddedDiarizer:
    """Splits a recording by voice on the processor alone.

    ``threads`` chunks are worked on at a time; the result does not depend on it. The recording is read ten
    seconds at a time, and a few numbers are kept of each: memory grows by about 4 MB for an hour.
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
        turns = read_turns(lay_out(observations, assignment, audio.frames), audio.duration_ms, self._settings.timeline)
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
        with ThreadPoolExecutor(self._threads) as pool:
            for number, result in enumerate(self._in_order(pool, audio, chunks)):
                heard.append(result)
                progress(0.95 * (number + 1) / len(chunks))
        return Observations(
            first_frames=np.array([chunk.first_frame for chunk in chunks], dtype=np.int64),
            activity=np.stack([activity for activity, _, _ in heard]),
            embeddings=np.stack([embeddings for _, embeddings, _ in heard]),
            clean=np.stack([clean for _, _, clean in heard]),
        )

    def _in_order(self, pool: ThreadPoolExecutor, audio: Audio, chunks: list[Chunk]) -> Iterator[_Heard]:
        """Results in order of time, with no more than a handful of chunks under way."""
        waiting = []
        for chunk in chunks:
            waiting.append(pool.submit(self._look, audio, chunk))
            if len(waiting) > 2 * self._threads:
                yield waiting.pop(0).result()
        for future in waiting:
            yield future.result()

    def _look(self, audio: Audio, chunk: Chunk) -> _Heard:
        samples = audio.read(chunk.span)
        activity = self._networks.segment(samples)
        features = log_mel(samples)
        features = features - features.mean(axis=0) if len(features) else features
        clean = clean_activity(activity)
        embeddings = np.stack(
            [self._embed(features, activity[:, voice], clean[:, voice]) for voice in range(activity.shape[1])]
        )
        return activity, embeddings, clean.sum(axis=0)

    def _embed(
        self, features: NDArray[np.float32], active: NDArray[np.bool_], clean: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        """What one local voice sounds like, from where it speaks alone if that is long enough; NaN if too short."""
        for mask in (feature_mask(clean, len(features)), feature_mask(active, len(features))):
            if mask.sum() >= self._settings.least_features:
                return self._networks.embed(features[longest_runs(mask, self._settings.most_features)])
        return np.full(256, np.nan, dtype=np.float32)


_Heard = tuple["NDArray[np.bool_]", "NDArray[np.float32]", "NDArray[np.int64]"]
