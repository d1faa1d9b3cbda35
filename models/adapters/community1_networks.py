"""The two small networks and the projection of pyannote community-1, as the moonshine-voice package carries them.

The package's library holds them for its own use. They are read from the installed library, found by their first
bytes and accepted only if their SHA-256 is the one we know, so that no position in the library is assumed.
The weights are pyannote's speaker-diarization-community-1, CC-BY-4.0, from pyannoteAI and CNRS.
"""

from __future__ import annotations

import hashlib
import importlib.util
import mmap
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from models.errors import EngineError, WeightsError
from models.records.provenance import Weights
from models.voices.plda import Plda, plda_from_arrays

if TYPE_CHECKING:
    from numpy.typing import NDArray

PACKAGE = "moonshine_voice"
LIBRARY_NAMES = ("libmoonshine.so", "libmoonshine.dylib", "moonshine.dll", "libmoonshine.dll")

CHUNK_SAMPLES = 160_000
"""The segmentation network looks at ten seconds at a time."""
CHUNK_FRAMES = 589
LOCAL_VOICES = 3
FIRST_FRAME_SECONDS = 0.0619375 / 2
"""Centre of the first frame; frames are `FRAME_SECONDS` apart."""
FRAME_SECONDS = 0.016875
DIMENSION = 256
REDUCED = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """How to know one weight file inside the library: its first 16 bytes, its size and its SHA-256."""

    name: str
    first: bytes
    size: int
    sha256: str


def _part(name: str, first: str, size: int, sha256: str) -> Part:
    return Part(name=f"community-1/{name}", first=bytes.fromhex(first), size=size, sha256=sha256)


SEGMENTATION = _part(
    "segmentation",
    "140000004f52544d0c0010000c000800",
    1_594_080,
    "9715e3996ef181252aa1cc0c9398060f42b2c984c2fb65e3604262555e2efb1a",
)
EMBEDDING = _part(
    "embedding",
    "140000004f52544d0c0010000c000800",
    6_975_920,
    "6e4af7d49562e6e7042672e444d6394935cb2c23c3a7dd4919da45922b91735b",
)
MEAN1 = _part(
    "xvec_mean1",
    "b471c45a7c0ac0bf2c4b07fa2a4a783f",
    2_048,
    "4ff32f244658ff69c12b11c19e0f95e4ef8d33f22781f0e2821c4ac986941487",
)
MEAN2 = _part(
    "xvec_mean2",
    "606a193f7ce8683fe670923ee4c9cfbd",
    512,
    "48cc169ece06780fdc298a3e901f298f35e867bf20a477ccdd96aae4e87a9a02",
)
LDA = _part(
    "xvec_lda",
    "05b88ebfb26c993f418c35bf319c6ebf",
    131_072,
    "2cabb824db82e3276ff7b782cf17951086f6633436e03ad5b4c4e6c2b5479375",
)
PLDA_MU = _part(
    "plda_mu",
    "ee503e8319a3a33f2ee4b081032de33f",
    1_024,
    "d67b1d54babdfd8c2547b9e5ba96abb30079b5bcc6b4aaa5985e77571537c798",
)
PLDA_TR = _part(
    "plda_tr",
    "2d789e32b630fabff7ffd6b074d8903f",
    131_072,
    "f7acd9020ace3908b7ba37c04091fe0555fff4ed0678647866ce2c67208b76f6",
)
PLDA_PSI = _part(
    "plda_psi",
    "3bb8fdefe3e13940705f224c084b2540",
    1_024,
    "72c17389945e40565bd3e07cf529dad328e4f28649b5c286dee92348f623b76b",
)
PARTS = (SEGMENTATION, EMBEDDING, MEAN1, MEAN2, LDA, PLDA_MU, PLDA_TR, PLDA_PSI)


class VoiceNetworksMissingError(WeightsError):
    """The voice networks were not found in the installed moonshine-voice package. Install moonshine-voice==0.0.73."""


def library_path() -> Path:
    """Where the installed package keeps its library. Raises VoiceNetworksMissingError; imports nothing."""
    spec = importlib.util.find_spec(PACKAGE)
    folders = [] if spec is None else [Path(place) for place in spec.submodule_search_locations or ()]
    for folder in folders:
        for name in LIBRARY_NAMES:
            if (folder / name).is_file():
                return folder / name
    raise VoiceNetworksMissingError


def read_parts(library: Path, parts: tuple[Part, ...] = PARTS) -> dict[str, bytes]:
    """The bytes of each part by name, each with the SHA-256 we know. Raises VoiceNetworksMissingError."""
    with library.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return {part.name: _find(content, part) for part in parts}


def _find(content: mmap.mmap, part: Part) -> bytes:
    for start in _occurrences(content, part.first):
        found = content[start : start + part.size]
        if hashlib.sha256(found).hexdigest() == part.sha256:
            return found
    raise VoiceNetworksMissingError


def _occurrences(content: mmap.mmap, needle: bytes) -> Iterator[int]:
    start = content.find(needle)
    while start != -1:
        yield start
        start = content.find(needle, start + 1)


class Community1Networks:
    """Who of up to three local voices speaks in ten seconds of sound, and what a voice sounds like.

    Each call runs on one thread and may be made from several at once; the answers do not depend on it.
    """

    def __init__(self, library: Path | None = None) -> None:
        parts = read_parts(library or library_path())
        self.weights = tuple(Weights(name=part.name, sha256=part.sha256) for part in PARTS)
        self.plda: Plda = _plda(parts)
        self._segmentation = _session(parts[SEGMENTATION.name])
        self._embedding = _session(_plain(parts[EMBEDDING.name]))

    def segment(self, samples: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which local voices speak: ``(589, 3)`` for at most ten seconds of 16 kHz samples, padded with silence.

        Voices may overlap; their order means nothing outside this chunk. Raises EngineError.
        """
        padded = np.zeros((1, 1, CHUNK_SAMPLES), dtype=np.float32)
        padded[0, 0, : len(samples)] = samples
        return np.asarray(_run(self._segmentation, {"waveforms": padded})[0] > 0.5)

    def embed(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """The voice vector ``(256,)`` of log mel features ``(frames, 80)``, mean removed. Raises EngineError."""
        weights = np.ones((1, len(features)), dtype=np.float32)
        vectors = _run(self._embedding, {"fbank": features[None].astype(np.float32), "weights": weights})
        return np.asarray(vectors[0])


def _plda(parts: Mapping[str, bytes]) -> Plda:
    """The projection; two of its arrays are stored in single precision."""

    def array(part: Part, kind: str, *shape: int) -> NDArray[np.float64]:
        return np.frombuffer(parts[part.name], dtype=kind).astype(np.float64).reshape(shape)

    return plda_from_arrays(
        mean1=array(MEAN1, "<f8", DIMENSION),
        mean2=array(MEAN2, "<f4", REDUCED),
        lda=array(LDA, "<f4", DIMENSION, REDUCED),
        mu=array(PLDA_MU, "<f8", REDUCED),
        tr=array(PLDA_TR, "<f8", REDUCED, REDUCED),
        psi=array(PLDA_PSI, "<f8", REDUCED),
    )


def _session(network: bytes) -> Any:
    """A session on one thread."""
    import onnxruntime

    try:
        return onnxruntime.InferenceSession(network, _options(onnxruntime), providers=["CPUExecutionProvider"])
    except Exception as error:  # the library's own errors have no common class
        raise EngineError("The voice networks could not be loaded. Run `practice doctor`.") from error


def _plain(network: bytes) -> bytes:
    """The same network as plain ONNX, through a temporary file.

    Onnxruntime folds the stored 8-bit weights into ready convolutions only when it loads that format: about
    1.7 times as fast, the same answers.
    """
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "network.onnx"
        options = _options(onnxruntime)
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.optimized_model_filepath = str(file)
        options.add_session_config_entry("session.save_model_format", "ONNX")
        try:
            onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
            return file.read_bytes()
        except Exception as error:
            raise EngineError("The voice network could not be prepared in the folder for temporary files.") from error


def _options(onnxruntime: Any) -> Any:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return options


def _run(session: Any, inputs: Mapping[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    try:
        return np.asarray(session.run(None, dict(inputs))[0])
    except Exception as error:
        raise EngineError("The voice networks failed on a stretch of this recording.") from error
