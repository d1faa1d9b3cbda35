"""Checkpoints in torch's file format, made without torch; and pickles that want to do harm."""

from __future__ import annotations

import pickle
import sys
import types
import zipfile
from collections import OrderedDict
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np
import pytest

STORAGES = {"<f4": "FloatStorage", "<i8": "LongStorage", "<f2": "HalfStorage"}


class Tensor:
    """A tensor to be written: its numbers, and the part of them that it shows."""

    def __init__(self, numbers: np.ndarray, *, offset: int = 0, size: tuple = (), stride: tuple = ()) -> None:
        self.numbers = numbers
        self.layout = (offset, size or numbers.shape, stride or tuple(s // numbers.itemsize for s in numbers.strides))


class _Pickler(pickle.Pickler):
    """Writes `Tensor` as torch does: a call of a function of torch over a storage kept elsewhere in the archive."""

    def __init__(self, stream: Any, fakes: dict[str, Any], kept: list[np.ndarray]) -> None:
        super().__init__(stream, protocol=2)
        self._fakes, self._kept = fakes, kept

    def persistent_id(self, value: Any) -> Any:
        if not isinstance(value, np.ndarray):
            return None
        self._kept.append(value)
        storage = self._fakes[STORAGES[value.dtype.str]]
        return ("storage", storage, str(len(self._kept) - 1), "cpu", value.size)

    def reducer_override(self, value: Any) -> Any:
        if not isinstance(value, Tensor):
            return NotImplemented
        offset, size, stride = value.layout
        return self._fakes["_rebuild_tensor_v2"], (value.numbers, offset, size, stride, False, OrderedDict())


class Problem(Enum):
    """Stands where pyannote's enumeration stands."""

    MONO = 1


class Specifications:
    """Stands where pyannote's record stands."""

    def __init__(self) -> None:
        self.__dict__.update(problem=Problem.MONO, resolution=Problem.MONO, duration=10.0, classes=["a"], powerset=True)


def write(path: Path, checkpoint: Any, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a checkpoint whose tensors are `Tensor`; names in it point to torch and pyannote, which are not needed."""
    fakes = {name: type(name, (), {"__module__": "torch"}) for name in STORAGES.values()}
    fakes["_rebuild_tensor_v2"] = types.FunctionType((lambda: None).__code__, {}, "_rebuild_tensor_v2")
    fakes["_rebuild_tensor_v2"].__module__ = "torch._utils"
    fakes["_rebuild_tensor_v2"].__qualname__ = "_rebuild_tensor_v2"
    kept: list[np.ndarray] = []
    with monkeypatch.context() as patch:
        for name in ("torch", "torch._utils", "pyannote", "pyannote.audio", "pyannote.audio.core"):
            patch.setitem(sys.modules, name, types.SimpleNamespace(**fakes))
        task = types.SimpleNamespace(Problem=Problem, Specifications=Specifications)
        patch.setitem(sys.modules, "pyannote.audio.core.task", task)
        for kind in (Problem, Specifications):
            patch.setattr(kind, "__module__", "pyannote.audio.core.task")
        with (path.parent / "data.pkl").open("wb") as stream:
            _Pickler(stream, fakes, kept).dump(checkpoint)
    data = (path.parent / "data.pkl").read_bytes()
    (path.parent / "data.pkl").unlink()
    return archive(path, data, kept)


def archive(path: Path, data: bytes, kept: list[np.ndarray] | None = None, *, packed: bool = False) -> Path:
    """Wrap a pickle as torch wraps it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    method = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", method) as out:
        out.writestr("net/data.pkl", data)
        out.writestr("net/byteorder", "little")
        for number, values in enumerate(kept or []):
            out.writestr(f"net/data/{number}", values.tobytes())
    return path


def network(**tensors: Tensor) -> dict[str, Any]:
    """A checkpoint as pyannote.audio saves it."""
    return {
        "state_dict": OrderedDict(tensors),
        "hyper_parameters": {"sincnet": {"stride": 10}, "dimension": 64, "dither": 0.0, "span": None, "flag": True},
        "pyannote.audio": {
            "architecture": {"module": "pyannote.audio.models.segmentation.PyanNet", "class": "PyanNet"},
            "specifications": Specifications(),
            "versions": {"pyannote.audio": "4.0.0"},
        },
        "epoch": 3,
    }


def harmful(marker: Path) -> dict[str, bytes]:
    """Pickles that create ``marker`` when somebody loads them, each in its own way."""
    touch = f"open({str(marker)!r}, 'w').close()".encode()
    text = b"X" + len(touch).to_bytes(4, "little") + touch

    class Reduced:
        def __reduce__(self) -> Any:
            return (exec, (touch.decode(),))

    return {
        "a call": pickle.dumps(Reduced(), protocol=2),
        "a call, protocol 4": pickle.dumps(Reduced(), protocol=4),
        "a call, protocol 0": pickle.dumps(Reduced(), protocol=0),
        "an instance": b"(" + text + b"ibuiltins\nexec\n.",
        "an object": b"(cbuiltins\nexec\n" + text + b"o.",
        "a call through a shell": b"\x80\x02cposix\nsystem\nX" + len(marker.as_posix()).to_bytes(4, "little")
        + marker.as_posix().encode() + b"\x85R.",
        "an import on the way": b"\x80\x02ccollections\nOrderedDict\n)Rcbuiltins\nexec\n" + text + b"\x85R.",
        "a dotted name": b"\x80\x04\x8c\x0bcollections\x8c\x0e_sys.modules.x\x93" + text + b"\x85R.",
    }  # fmt: skip
