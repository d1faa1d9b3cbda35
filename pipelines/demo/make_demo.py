"""Make the sample recording again: ``python -m pipelines.demo.make_demo [FOLDER]`` (needs the Debian package flite)."""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.adapters.av_encoder import write_opus
from pipelines.demo.flite_voice import Voice
from pipelines.demo.room import Room
from pipelines.demo.synthesis import speak_session
from pipelines.demo.timeline import Backchannel, Overlaps

HERE = Path(__file__).parent
NAME = "demo"
SCRIPT = HERE / "demo-session.json"
RECORDING = HERE / "demo.opus"
REFERENCE = HERE / "demo.reference.json"
DIGESTS = HERE / "demo.sha256.json"
BITS_PER_SECOND = 40_000
SEED = 2

VOICES = {
    "SPK1": Voice(name="rms", stretch=1.08, level_dbfs=-21.0),
    "SPK2": Voice(name="slt", stretch=1.2, level_dbfs=-23.0),
}
ROOM = Room(snr_db=28.0, wet_db=-25.0)
OVERLAPS = Overlaps(
    early={10: 350, 13: 250, 18: 300, 24: 500, 28: 400},
    backchannels=(
        Backchannel(turn=5, sentence=2, at=0.48, speaker="SPK2", text="Yeah."),
        Backchannel(turn=14, sentence=3, at=0.55, speaker="SPK1", text="Right."),
        Backchannel(turn=21, sentence=2, at=0.42, speaker="SPK2", text="Yeah."),
        Backchannel(turn=27, sentence=2, at=0.5, speaker="SPK2", text="Okay."),
        Backchannel(turn=30, sentence=3, at=0.45, speaker="SPK1", text="Yeah."),
    ),
)


def make(folder: Path) -> None:
    """Write demo.opus, its references and the digests of all of them into ``folder``."""
    with tempfile.TemporaryDirectory() as scratch:
        speak_session(SCRIPT, Path(scratch), voices=VOICES, overlaps=OVERLAPS, noise=ROOM, seed=SEED, name=NAME)
        folder.mkdir(parents=True, exist_ok=True)
        samples = read_wav(Path(scratch) / f"{NAME}.wav")
        write_opus(folder / RECORDING.name, samples, bits_per_second=BITS_PER_SECOND)
        for kind in ("reference.json", "stm", "rttm"):
            (folder / f"{NAME}.{kind}").write_bytes((Path(scratch) / f"{NAME}.{kind}").read_bytes())
    digests = {
        name: digest(folder / name)
        for name in (RECORDING.name, f"{NAME}.reference.json", f"{NAME}.stm", f"{NAME}.rttm")
    }
    digests["script"] = digest(SCRIPT)
    digests["samples"] = hashlib.sha256((samples * 32768).astype("<i2").tobytes()).hexdigest()
    (folder / DIGESTS.name).write_text(json.dumps(digests, indent=1) + "\n", encoding="utf-8")


def read_wav(path: Path) -> NDArray[np.float32]:
    """Samples of a 16-bit mono WAV file, float32 in [-1, 1]."""
    with wave.open(str(path)) as opened:
        return (np.frombuffer(opened.readframes(opened.getnframes()), dtype="<i2") / 32768).astype(np.float32)


def digest(path: Path) -> str:
    """SHA-256 of a file, hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)
