"""Write samples as a small Ogg Opus file with PyAV."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.records.audio import SAMPLE_RATE

_OPUS_RATE = 48_000


def write_opus(path: Path, samples: NDArray[np.float32], *, bits_per_second: int) -> None:
    """Write mono float samples in [-1, 1] at 16 kHz, shape ``(samples,)``, to ``path``; overwrites it.

    The same samples, library build and processor type give the same bytes.
    """
    import av

    with av.open(str(path), "w", format="ogg", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libopus", rate=_OPUS_RATE, layout="mono")
        stream.bit_rate = bits_per_second
        stream.codec_context.options = {"application": "audio", "frame_duration": "20"}
        resampler = av.AudioResampler(format="flt", layout="mono", rate=_OPUS_RATE)
        frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1).astype(np.float32), format="flt", layout="mono")
        frame.sample_rate = SAMPLE_RATE
        for piece in [*resampler.resample(frame), *resampler.resample(None)]:
            container.mux(stream.encode(piece))
        container.mux(stream.encode(None))
