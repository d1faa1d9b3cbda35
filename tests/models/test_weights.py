"""Which weight files may be loaded, and that a single wrong byte is refused."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from models import weights
from models.errors import WeightsError
from models.weights import Kind, State
from models.weights_lock import LOCK_NAME, LockedFile, read_lock, record

REGISTERED = """
[[weights]]
name = "some"
engine = "test"
kind = "hub"
repo = "a/b"
revision = "{revision}"
licence = "MIT"
files = [{file}]
"""
COMMIT = "0123456789" * 4
DIGEST = hashlib.sha256(b"data").hexdigest()


def written(tmp_path: Path, file: str, revision: str = COMMIT) -> Path:
    path = tmp_path / "weights.toml"
    path.write_text(REGISTERED.format(file=file, revision=revision))
    return path


def test_every_entry_of_the_registry_is_complete() -> None:
    known = weights.registry()
    assert {"large-v3-turbo", "small.en", "pyannote-community-1", "moonshine-tiny-en", "silero-vad-v6"} <= set(known)
    assert {entry.engine for entry in known.values()} >= {"faster-whisper", "pyannote", "moonshine", "silero"}


def test_every_pickle_in_the_registry_is_pinned_and_converted() -> None:
    pickles = [
        file
        for entry in weights.registry().values()
        for file in entry.files
        if file.path.endswith((".pt", ".pth", ".ckpt", ".pkl", "pytorch_model.bin"))
    ]
    assert len(pickles) == 2
    assert all(file.sha256 and file.convert for file in pickles)


def test_only_pyannote_is_gated_and_attributed() -> None:
    gated = [entry.name for entry in weights.registry().values() if entry.gated]
    owed = {entry.name for entry in weights.registry().values() if entry.licence.startswith("CC-BY")}
    assert gated == ["pyannote-community-1"]
    assert owed == {"pyannote-community-1", "community-1"}


@pytest.mark.parametrize(
    ("file", "revision", "complaint"),
    [
        (f'{{ path = "a", sha256 = "{DIGEST}" }}', "main", "must name a whole commit"),
        (f'{{ path = "../a", sha256 = "{DIGEST}" }}', COMMIT, "leaves its folder"),
        (f'{{ path = "/a", sha256 = "{DIGEST}" }}', COMMIT, "leaves its folder"),
        ('{ path = "a", sha256 = "beef" }', COMMIT, "not a SHA-256"),
        ('{ path = "a.bin", convert = true }', COMMIT, "without knowing its digest"),
        ('{ path = "a", md5 = "x" }', COMMIT, "not complete"),
        ("", COMMIT, "at least one file"),
    ],
)
def test_a_careless_registry_is_refused(tmp_path: Path, file: str, revision: str, complaint: str) -> None:
    with pytest.raises(WeightsError, match=complaint):
        weights.load(written(tmp_path, file, revision))


def test_an_unknown_name_is_told_which_names_there_are() -> None:
    with pytest.raises(WeightsError, match=r"'tiny'.*large-v3-turbo"):
        weights.entry("tiny")


@pytest.mark.parametrize("name", ["moonshine-tiny-en", "silero-vad-v6"])
def test_the_weights_that_packages_carry_are_the_pinned_ones(name: str) -> None:
    assert {state.state for state in weights.verify(weights.entry(name))} == {State.OK}


def test_a_packaged_file_is_checked_with_its_provenance() -> None:
    item = weights.entry("silero-vad-v6")
    path = weights.folder_of(item) / item.files[0].path
    proof = weights.checked("silero-vad-v6", path)
    assert proof.name == "silero-vad-v6/assets/silero_vad_v6.onnx"
    assert proof.sha256 == weights.digest(path)


def test_one_changed_bit_is_refused(tmp_path: Path) -> None:
    item = weights.entry("silero-vad-v6")
    data = bytearray((weights.folder_of(item) / item.files[0].path).read_bytes())
    data[1000] ^= 1
    copy = tmp_path / item.files[0].path
    copy.parent.mkdir()
    copy.write_bytes(data)
    with pytest.raises(WeightsError, match=r"silero_vad_v6\.onnx is not the file we know.*faster-whisper==1\.2\.1"):
        weights.checked("silero-vad-v6", copy)


def test_bytes_cut_out_of_a_library_are_checked_too() -> None:
    with pytest.raises(WeightsError, match="segmentation is not the file we know"):
        weights.checked_bytes("community-1", "segmentation", b"other")
    with pytest.raises(WeightsError, match="not one of the files"):
        weights.checked_bytes("community-1", "other", b"")


def test_a_file_from_the_hub_that_was_never_pulled_is_refused(tmp_path: Path) -> None:
    config = tmp_path / "distil-large-v3.5" / "config.json"
    config.parent.mkdir()
    config.write_text("{}")
    with pytest.raises(WeightsError, match=r"nobody has vouched.*practice models pull distil-large-v3\.5"):
        weights.checked("distil-large-v3.5", config)


def test_a_file_trusted_on_first_pull_is_held_to_the_lock(tmp_path: Path) -> None:
    config = tmp_path / "distil-large-v3.5" / "config.json"
    config.parent.mkdir()
    config.write_bytes(b"data")
    record(tmp_path, "distil-large-v3.5", {"config.json": LockedFile(sha256=DIGEST, size=4)})
    assert weights.checked("distil-large-v3.5", config).sha256 == DIGEST
    config.write_bytes(b"date")
    with pytest.raises(WeightsError, match="not the file we know"):
        weights.checked("distil-large-v3.5", config)


def test_the_lock_cannot_overrule_a_pinned_digest(tmp_path: Path) -> None:
    record(tmp_path, "small.en", {"config.json": LockedFile(sha256=DIGEST, size=4)})
    assert weights.expected(weights.entry("small.en"), tmp_path)["config.json"] != DIGEST


def test_a_conversion_counts_only_if_it_was_of_the_pinned_pickle(tmp_path: Path) -> None:
    item = weights.entry("pyannote-community-1")
    source = next(file for file in item.files if file.path == "embedding/pytorch_model.bin")
    path = "embedding/model.safetensors"
    record(tmp_path, item.name, {path: LockedFile(sha256=DIGEST, size=4, converted_from="0" * 64)})
    assert path not in weights.expected(item, tmp_path)
    record(tmp_path, item.name, {path: LockedFile(sha256=DIGEST, size=4, converted_from=source.sha256 or "")})
    assert weights.expected(item, tmp_path)[path] == DIGEST


def test_a_pickle_is_never_a_loadable_file(tmp_path: Path) -> None:
    pickled = tmp_path / "pyannote-community-1/embedding/pytorch_model.bin"
    pickled.parent.mkdir(parents=True)
    pickled.write_bytes(b"anything")
    with pytest.raises(WeightsError, match="not one of the files"):
        weights.checked("pyannote-community-1", pickled)
    states = {state.path: state.state for state in weights.verify(weights.entry("pyannote-community-1"), tmp_path)}
    assert states["embedding/model.safetensors"] is State.UNCONVERTED
    assert states["segmentation/model.safetensors"] is State.MISSING


def test_verify_tells_missing_wrong_and_unknown_apart(tmp_path: Path) -> None:
    folder = tmp_path / "distil-large-v3.5"
    folder.mkdir()
    (folder / "model.bin").write_bytes(b"wrong")
    (folder / "config.json").write_bytes(b"unknown")
    states = {state.path: state.state for state in weights.verify(weights.entry("distil-large-v3.5"), tmp_path)}
    assert states["model.bin"] is State.WRONG
    assert states["config.json"] is State.UNKNOWN
    assert states["tokenizer.json"] is State.MISSING


def test_hub_weights_need_a_models_folder() -> None:
    item = weights.entry("small.en")
    assert item.kind is Kind.HUB
    with pytest.raises(WeightsError, match="PRACTICE_MODELS"):
        weights.folder_of(item)
    assert not weights.installed(item)


def test_a_damaged_lock_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / LOCK_NAME).write_text("{")
    with pytest.raises(WeightsError, match="Delete it"):
        read_lock(tmp_path)


def test_the_lock_keeps_what_it_held(tmp_path: Path) -> None:
    first, second = LockedFile(sha256="a" * 64, size=1), LockedFile(sha256="b" * 64, size=2, commit=COMMIT)
    record(tmp_path, "one", {"x": first, "old": first})
    record(tmp_path, "two", {"y": second})
    record(tmp_path, "one", {"z": second}, forget=("old",))
    assert read_lock(tmp_path) == {"one": {"x": first, "z": second}, "two": {"y": second}}


def whisper(models_folder: Path, name: str, *, tokenizer: str = "tokenizer.json") -> Path:
    folder = models_folder / name
    folder.mkdir(parents=True)
    for file in ("model.bin", "config.json", tokenizer):
        (folder / file).touch()
    return folder


def test_the_preferred_whisper_model_is_found(tmp_path: Path) -> None:
    small, turbo = whisper(tmp_path, "small.en", tokenizer="vocabulary.txt"), whisper(tmp_path, "large-v3-turbo")
    own = whisper(tmp_path, "a-model-of-our-own")
    assert weights.find_whisper(tmp_path) == turbo
    assert weights.find_whisper(tmp_path, "small.en") == small
    assert weights.find_whisper(tmp_path, str(own)) == own
    assert weights.find_whisper(tmp_path, "medium.en") is None


def test_pyannote_is_found_only_once_it_is_converted(tmp_path: Path) -> None:
    item = weights.entry("pyannote-community-1")
    for file in item.files:
        (tmp_path / item.name / file.path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / item.name / file.path).touch()
    assert weights.find_pyannote(tmp_path) is None
    for file in item.files:
        for path in file.becomes():
            (tmp_path / item.name / path).touch()
    assert weights.find_pyannote(tmp_path) == tmp_path / item.name


def test_a_folder_without_a_tokenizer_is_no_whisper_model(tmp_path: Path) -> None:
    whisper(tmp_path, "half", tokenizer="readme.md")
    assert weights.find_whisper(tmp_path) is None
    assert weights.find_whisper(tmp_path / "nowhere") is None


def test_a_listed_whisper_model_is_checked_file_by_file_and_ones_own_is_only_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"small\.en: model\.bin is not the file we know"):
        weights.checked_whisper(whisper(tmp_path, "small.en"))
    own = whisper(tmp_path, "council-whisper")
    (own / "model.bin").write_bytes(b"data")
    (proof,) = weights.checked_whisper(own)
    assert (proof.name, proof.sha256) == ("council-whisper/model.bin", DIGEST)
