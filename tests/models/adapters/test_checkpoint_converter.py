"""Pickled checkpoints become safetensors without being executed, or are refused."""

from __future__ import annotations

import hashlib
import json
import pickle
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from models import weights
from models.adapters import checkpoint_reader
from models.adapters.checkpoint_converter import convert, convert_files
from models.adapters.checkpoint_reader import RefusedError
from models.errors import WeightsError
from models.weights import Entry, Kind, State, WeightFile
from models.weights_lock import read_lock
from tests.models.adapters.checkpoints import Tensor, archive, harmful, network, write

PICKLE = "embedding/pytorch_model.bin"
NUMBERS = np.arange(24, dtype="<f4").reshape(2, 3, 4)
KINDS = sorted(harmful(Path("marker")))


def entry_for(source: Path) -> Entry:
    file = WeightFile(path=PICKLE, sha256=weights.digest(source), size=source.stat().st_size, convert=True)
    return Entry(name="pipe", engine="test", kind=Kind.HUB, repo="a/b", revision="0" * 40, licence="MIT", files=(file,))


@pytest.fixture
def source(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "pipe" / PICKLE
    path.parent.mkdir(parents=True)
    tensors = {
        "weight": Tensor(NUMBERS),
        "turned": Tensor(NUMBERS.reshape(-1), offset=2, size=(3, 2), stride=(1, 4)),
        "count": Tensor(np.array([7], dtype="<i8"), size=(), stride=()),
    }
    return write(path, network(**tensors), monkeypatch)


def test_a_checkpoint_becomes_tensors_and_a_description(source: Path, tmp_path: Path) -> None:
    assert convert(entry_for(source), tmp_path) == (PICKLE,)
    tensors = load_file(source.with_name("model.safetensors"))
    np.testing.assert_array_equal(tensors["weight"], NUMBERS)
    np.testing.assert_array_equal(tensors["turned"], NUMBERS.reshape(-1)[[[2, 6], [3, 7], [4, 8]]])
    described = json.loads(source.with_name("network.json").read_text())
    assert described["architecture"]["class"] == "PyanNet"
    assert described["hyper_parameters"] == {
        "sincnet": {"stride": 10}, "dimension": 64, "dither": 0.0, "span": None, "flag": True,
    }  # fmt: skip
    assert described["specifications"] == {"problem": 1, "resolution": 1, "duration": 10.0, "classes": ["a"]}


def test_the_pickle_is_gone_and_the_result_is_vouched_for(source: Path, tmp_path: Path) -> None:
    entry = entry_for(source)
    convert(entry, tmp_path)
    assert not source.exists()
    assert {state.state for state in weights.verify(entry, tmp_path)} == {State.OK}
    locked = read_lock(tmp_path)["pipe"]["embedding/model.safetensors"]
    assert locked.converted_from == entry.files[0].sha256


def test_converting_twice_gives_the_same_bytes(source: Path, tmp_path: Path) -> None:
    data, entry = source.read_bytes(), entry_for(source)
    convert(entry, tmp_path)
    first = read_lock(tmp_path)
    source.write_bytes(data)
    convert(entry, tmp_path)
    assert read_lock(tmp_path) == first


def test_a_changed_result_is_no_longer_vouched_for(source: Path, tmp_path: Path) -> None:
    entry = entry_for(source)
    convert(entry, tmp_path)
    product = source.with_name("model.safetensors")
    product.write_bytes(product.read_bytes()[:-1] + b"\x01")
    states = {state.path: state.state for state in weights.verify(entry, tmp_path)}
    assert states["embedding/model.safetensors"] is State.WRONG


def test_a_pickle_with_another_digest_is_not_opened(source: Path, tmp_path: Path) -> None:
    entry = entry_for(source)
    source.write_bytes(source.read_bytes() + b" ")
    with pytest.raises(WeightsError, match="is not the file we know, so it was not opened"):
        convert(entry, tmp_path)
    assert source.exists()
    assert not source.with_name("model.safetensors").exists()


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"a dotted name", "a call through a shell"}))
def test_a_harmful_pickle_does_harm_when_loaded(tmp_path: Path, kind: str) -> None:
    """The fixtures are real: without this the next tests could pass for the wrong reason."""
    marker = tmp_path / "marker"
    pickle.loads(harmful(marker)[kind])
    assert marker.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_harmful_checkpoint_is_refused_and_nothing_of_it_runs(tmp_path: Path, kind: str) -> None:
    marker = tmp_path / "marker"
    source = archive(tmp_path / "pipe" / PICKLE, harmful(marker)[kind])
    with pytest.raises(WeightsError, match="must not be used"):
        convert(entry_for(source), tmp_path)
    assert not marker.exists()
    assert not source.with_name("model.safetensors").exists()
    assert "pipe" not in read_lock(tmp_path)


@pytest.mark.parametrize("kind", KINDS)
def test_the_unpickler_alone_runs_nothing_either(tmp_path: Path, kind: str) -> None:
    """The second wall stands without the first: the scan is not called here."""
    marker = tmp_path / "marker"
    source = archive(tmp_path / "x.bin", b"")
    with zipfile.ZipFile(source) as opened, pytest.raises((RefusedError, pickle.UnpicklingError)):
        checkpoint_reader._Unpickler(harmful(marker)[kind], opened, "net").load()
    assert not marker.exists()


def test_a_stand_in_cannot_be_changed_by_the_pickle(tmp_path: Path) -> None:
    source = archive(tmp_path / "x.bin", b"\x80\x02ctorch\nFloatStorage\n}X\x05\x00\x00\x00dtypeX\x01\x00\x00\x00Osb.")
    with pytest.raises(RefusedError, match="sets something"):
        checkpoint_reader.read(source)


@pytest.mark.parametrize(
    ("layout", "why"),
    [
        ({"offset": 23, "size": (2,), "stride": (1,)}, "outside its data"),
        ({"offset": 0, "size": (2, 2), "stride": (1, 1 << 40)}, "a shape we do not know"),
        ({"offset": 0, "size": (1 << 30, 1), "stride": (0, 1)}, "outside its data"),
        ({"offset": -1, "size": (2,), "stride": (1,)}, "a shape we do not know"),
    ],
)
def test_a_tensor_that_reaches_outside_its_numbers_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, layout: dict, why: str
) -> None:
    source = write(tmp_path / "x.bin", network(weight=Tensor(NUMBERS.reshape(-1), **layout)), monkeypatch)
    with pytest.raises(RefusedError, match=why):
        checkpoint_reader.read(source)


def test_a_packed_archive_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    source = archive(tmp_path / "x.bin", b"\x00" * 1_000_000, packed=True)
    with pytest.raises(RefusedError, match="packed in a way"):
        checkpoint_reader.read(source)


@pytest.mark.parametrize("data", [b"", b"plainly not an archive", pickle.dumps({"old": "format"})])
def test_what_is_no_checkpoint_is_refused_in_a_sentence(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "x.bin").write_bytes(data)
    with pytest.raises(RefusedError, match="not a checkpoint"):
        checkpoint_reader.read(tmp_path / "x.bin")


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write(tmp_path / "x.bin", {"state_dict": {}, "hyper_parameters": {}}, monkeypatch)
    with pytest.raises(RefusedError, match=r"not one of pyannote\.audio"):
        checkpoint_reader.network(checkpoint_reader.read(source))


def test_a_damaged_checkpoint_is_refused_at_every_cut(source: Path) -> None:
    with zipfile.ZipFile(source) as opened:
        data = opened.read("net/data.pkl")
    for cut in range(0, len(data), 7):
        damaged = archive(source.with_name("cut.bin"), data[:cut])
        with pytest.raises(RefusedError):
            checkpoint_reader.network(checkpoint_reader.read(damaged))


def test_a_checkpoint_with_changed_bytes_is_read_or_refused_and_nothing_else(source: Path) -> None:
    """Four hundred mutants of a good pickle: no other exception, so no crash in the child."""
    with zipfile.ZipFile(source) as opened:
        data = opened.read("net/data.pkl")
        kept = [np.frombuffer(opened.read(f"net/data/{number}"), "u1") for number in range(3)]
    rng = np.random.default_rng(11)
    refused = 0
    for _ in range(400):
        mutant = bytearray(data)
        for place in rng.integers(0, len(data), rng.integers(1, 4)):
            mutant[place] = rng.integers(0, 256)
        try:
            checkpoint_reader.network(checkpoint_reader.read(archive(source.with_name("m.bin"), bytes(mutant), kept)))
        except RefusedError:
            refused += 1
    assert refused > 200


@pytest.mark.parametrize(
    "attempt",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
    ],
)
def test_the_confined_process_dies_before_it_reaches_out(attempt: str) -> None:
    code = f"import runpy; runpy.run_path({checkpoint_reader.__file__!r})['confine'](); {attempt}; print('reached')"
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True)
    assert done.returncode == 70
    assert b"reached" not in done.stdout


def test_the_confined_process_sees_no_network() -> None:
    code = (
        f"import os, runpy; runpy.run_path({checkpoint_reader.__file__!r})['confine']();"
        "print(os.readlink('/proc/self/ns/net'))"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, check=True)
    able = shutil.which("unshare") and subprocess.run(["unshare", "-Urn", "true"], capture_output=True).returncode == 0
    if not able:
        pytest.skip("this machine does not let a process leave its network (or util-linux is absent)")
    assert done.stdout.decode().strip() != str(Path("/proc/self/ns/net").readlink())


def test_the_converter_hands_the_child_no_secrets(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[str, str] = {}

    def spy(command: list[str], **options: object) -> subprocess.CompletedProcess[bytes]:
        seen.update(options["env"])  # type: ignore[call-overload]
        return subprocess.CompletedProcess(command, 1, b"", b"")

    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    monkeypatch.setattr(subprocess, "run", spy)
    with pytest.raises(WeightsError, match="the conversion failed"):
        convert_files(tmp_path, "pipe", [(PICKLE, hashlib.sha256(source.read_bytes()).hexdigest())])
    assert seen
    assert not any("hf_secret" in value for value in seen.values())


def test_the_scan_names_what_it_refuses_in_plain_characters() -> None:
    with pytest.raises(RefusedError, match=r"names os system\?\?31m, which"):
        checkpoint_reader.scan(b"\x80\x02cos\nsystem\x1b[31m\n.")


def test_a_pickle_that_the_scan_refuses_never_reaches_the_unpickler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = archive(tmp_path / "x.bin", b"\x80\x02cos\nsystem\n.")
    monkeypatch.setattr(checkpoint_reader, "_Unpickler", None)
    with pytest.raises(RefusedError, match="names os system"):
        checkpoint_reader.read(source)
