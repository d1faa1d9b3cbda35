"""The process that parses recordings, and nothing else in the program does: one file, then it ends.

Started by `media_process`. It gets opened files as descriptors, imports what it needs, builds the walls of
`media_sandbox` round itself, and only then looks at the recording. It answers in JSON lines on its output.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.adapters.media_quality import Channels, gain_db, is_silent, mix_of
from models.adapters.media_refusals import RefusedRecordingError, refusal
from models.adapters.media_sandbox import ChildLimits, build_walls

if TYPE_CHECKING:
    from models.adapters.media_measures import Measures
    from models.adapters.media_reader import Heard

RATE = 16_000
_TELL_EVERY_S = 0.5
_MISSING, _OLD = "missing", "old"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What the parent asks for; descriptors are open in this process, ``kind`` is what the first bytes say."""

    source: int
    pcm: int
    playback: int
    kind: str
    channels: Channels
    max_seconds: float
    empty_folder: str
    memory_bytes: int
    cpu_seconds: int
    file_bytes: int


def main(request: str) -> None:
    """Do the job in ``request`` (JSON); an empty one only builds the walls and reports them."""
    job = Job(**json.loads(request))
    try:
        from models.adapters import media_reader, media_writer  # noqa: F401
    except ImportError:
        return _say({"unable": _MISSING})
    import av

    if av.library_versions["libavformat"] < media_reader.LEAST_FORMAT:
        return _say({"unable": _OLD})
    av.logging.set_level(None)
    _warm_up()
    limits = ChildLimits(memory_bytes=job.memory_bytes, cpu_seconds=job.cpu_seconds, file_bytes=job.file_bytes)
    state = build_walls(limits, Path(job.empty_folder))
    _say({"sandbox": asdict(state)})
    if job.kind:
        _answer(job)


def _warm_up() -> None:
    """Load what numpy and PyAV load on first use, while files can still be opened."""
    import av
    import numpy as np

    from models.adapters.media_measures import Meter

    meter = Meter(2)
    meter.hear(np.zeros((RATE, 2), dtype=np.int16))
    meter.measures()
    frame = av.AudioFrame.from_ndarray(np.zeros((1, 2048), dtype="<i2"), format="s16", layout="stereo")
    frame.sample_rate = 44_100
    av.AudioResampler(format="s16", layout="mono", rate=RATE).resample(frame)


def _answer(job: Job) -> None:
    try:
        _say({"result": _decode(job)})
    except RefusedRecordingError as refused:
        _say({"refused": refused.reason})
    except MemoryError:
        _say({"refused": "too_much_memory"})
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            _say({"unable": "no_room"})
        else:
            _say({"refused": "too_long" if error.errno == errno.EFBIG else "damaged"})
    except Exception:  # any failure of the decoder is the recording's fault, and its words may quote the file
        _say({"refused": "damaged"})


def _decode(job: Job) -> dict[str, Any]:
    from models.adapters.media_measures import Meter
    from models.adapters.media_reader import Reader
    from models.adapters.media_writer import write_all, write_playback

    reader = Reader(job.source, job.kind, job.max_seconds)
    meter: Meter | None = None
    tell = _teller(reader.heard)
    frames = channels = 0
    for second in reader.seconds():
        channels = second.shape[1]
        meter = meter or Meter(channels)
        meter.hear(second)
        write_all(job.pcm, second.tobytes())
        frames += len(second)
        tell(0.7 * reader.file.done)
    if meter is None or frames < RATE // 2:
        raise refusal("too_short")
    measures, apart = _one_or_two(job, meter.measures(), frames, channels)
    if is_silent(measures["kept"]):
        raise refusal("silent")
    kept_channels = 2 if apart else 1
    gain = gain_db(measures["kept"])
    write_playback(job.playback, job.pcm, frames, kept_channels, gain, lambda part: tell(0.7 + 0.3 * part))
    os.fsync(job.pcm)
    os.fsync(job.playback)
    heard = asdict(reader.heard)
    return {
        "frames": frames,
        "channels": kept_channels,
        "heard": heard,
        "measures": {name: asdict(value) for name, value in measures.items()},
    }


def _one_or_two(job: Job, handed: Measures, frames: int, channels: int) -> tuple[dict[str, Measures], bool]:
    """Mix two channels down unless each holds a voice of its own; the measures before and after."""
    from models.adapters.media_writer import mix_down

    if channels != 2:
        return {"handed": handed, "kept": handed}, False
    weights = mix_of(handed, job.channels)
    if weights is None:
        return {"handed": handed, "kept": handed}, True
    return {"handed": handed, "kept": mix_down(job.pcm, frames, weights)}, False


def _teller(heard: Heard) -> Callable[[float], None]:
    """Tells the parent now and then how far it is and how many seconds were decoded."""
    last = time.monotonic()

    def tell(done: float) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _TELL_EVERY_S:
            last = now
            _say({"done": round(done, 3), "seconds": round(heard.seconds, 1)})

    return tell


def _say(message: dict[str, Any]) -> None:
    os.write(1, json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[-1])
