"""The networks carried by the moonshine-voice package: found wherever they lie, accepted only unchanged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.adapters.community1_networks import (
    EMBEDDING,
    MEAN1,
    PARTS,
    PLDA_MU,
    Community1Networks,
    VoiceNetworksMissingError,
    library_path,
    read_parts,
)
from models.errors import WeightsError
from models.voices.filterbank import log_mel
from tests.adapters.recordings import carried_voice


@pytest.fixture(scope="module")
def networks() -> Community1Networks:
    return Community1Networks()


def test_parts_are_found_wherever_they_lie(tmp_path: Path) -> None:
    parts = read_parts(library_path(), (MEAN1, PLDA_MU))
    library = tmp_path / "library"
    library.write_bytes(b"x" * 33 + parts[PLDA_MU.name] + b"y" * 7 + MEAN1.first + b"not it" + parts[MEAN1.name])
    assert read_parts(library, (MEAN1, PLDA_MU)) == parts


def test_a_changed_part_is_refused(tmp_path: Path) -> None:
    content = bytearray(read_parts(library_path(), (MEAN1,))[MEAN1.name])
    content[100] ^= 1
    library = tmp_path / "library"
    library.write_bytes(content)
    with pytest.raises(WeightsError, match=r"moonshine-voice==0\.0\.73"):
        read_parts(library, (MEAN1,))


def test_a_package_that_is_not_there_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("models.adapters.community1_networks.PACKAGE", "no_such_package_here")
    with pytest.raises(VoiceNetworksMissingError):
        library_path()


def test_every_part_is_named_in_the_provenance(networks: Community1Networks) -> None:
    assert [weights.sha256 for weights in networks.weights] == [part.sha256 for part in PARTS]


def test_silence_has_no_voice_and_speech_has_one(networks: Community1Networks) -> None:
    assert not networks.segment(np.zeros(160_000, dtype=np.float32)).any()
    speech = networks.segment(carried_voice("two_cities.wav")[:160_000])
    assert speech.shape == (589, 3)
    assert speech.any(axis=1).mean() > 0.5


def test_a_voice_is_nearer_to_itself_than_to_another(networks: Community1Networks) -> None:
    clips = [carried_voice("two_cities.wav")[start : start + 48_000] for start in (0, 160_000)]
    clips.append(carried_voice("clone-test.wav")[:48_000])
    vectors = []
    for clip in clips:
        features = log_mel(clip)
        vector = networks.embed(features - features.mean(axis=0))
        vectors.append(vector / np.linalg.norm(vector))
    assert vectors[0] @ vectors[1] > vectors[0] @ vectors[2] + 0.3


def test_the_projection_orders_directions_by_how_much_voices_differ(networks: Community1Networks) -> None:
    spread = networks.plda.spread
    assert spread.shape == (128,)
    assert (np.diff(spread) <= 0).all()
    assert spread[-1] > 0


def test_rewriting_the_network_changes_no_answer(networks: Community1Networks) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    stored = onnxruntime.InferenceSession(
        read_parts(library_path(), (EMBEDDING,))[EMBEDDING.name], providers=["CPUExecutionProvider"]
    )
    features = np.random.default_rng(3).normal(0, 1, (120, 80)).astype(np.float32)
    inputs = {"fbank": features[None], "weights": np.ones((1, 120), dtype=np.float32)}
    np.testing.assert_allclose(networks.embed(features), stored.run(None, inputs)[0][0], atol=1e-5)
