"""The confined process that reads one pickled checkpoint and writes safetensors and JSON. Run as a script only.

It never calls what a pickle names. Three walls, each sufficient against what is known: the opcodes and names are
scanned before anything is unpickled; the unpickler knows only stand-ins of ours, no class or function of torch,
pyannote or Python; and the process has no network, no way to start another, and limits on memory, time and output.
Torch is not imported. It must run without the rest of this program: ``python -I checkpoint_reader.py IN OUT``.
"""

from __future__ import annotations

import importlib.util
import io
import json
import math
import pickle
import pickletools
import re
import sys
import zipfile
from collections import OrderedDict
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

import numpy as np
from safetensors.numpy import save

LARGEST_BYTES = 2 << 30
_LARGEST_PICKLE = 16 << 20
_MOST_MEMBERS = 20_000

_OPCODES = """
    PROTO STOP MARK POP_MARK NONE NEWTRUE NEWFALSE BININT BININT1 BININT2 LONG1 BINFLOAT BINUNICODE SHORT_BINUNICODE
    EMPTY_TUPLE TUPLE TUPLE1 TUPLE2 TUPLE3 EMPTY_LIST APPEND APPENDS EMPTY_DICT SETITEM SETITEMS
    BINGET LONG_BINGET BINPUT LONG_BINPUT GLOBAL REDUCE NEWOBJ BUILD BINPERSID
"""
_DTYPES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "i1",
    "ByteStorage": "u1",
    "BoolStorage": "?",
}
_SPECIFICATIONS = (
    "problem", "resolution", "duration", "min_duration", "warm_up", "classes", "powerset_max_classes",
    "permutation_invariant",
)  # fmt: skip


class RefusedError(Exception):
    """The checkpoint is not one that we read. The text is ours but for names of code, cut to plain characters."""


class _Fixed:
    """What a pickle cannot change."""

    __slots__ = ()

    def __setstate__(self, state: Any) -> None:
        raise RefusedError("The checkpoint sets something that no known checkpoint sets.")


class _Record:
    """Stands in for a class: keeps what the pickle would have set, and does nothing."""

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, dict):
            raise RefusedError("The checkpoint holds an object of a shape we do not know.")
        self.__dict__.update({str(name): value for name, value in state.items()})


class _Member(_Fixed):
    """Stands in for an enumeration: keeps the number."""

    __slots__ = ("value",)

    def __init__(self, value: object) -> None:
        if type(value) is not int:
            raise RefusedError("The checkpoint holds an enumeration of a shape we do not know.")
        self.value = value


class _Attributes(_Fixed, dict[str, Any]):
    """Stands in for Lightning's attribute dictionary."""

    __slots__ = ()


class _Text(_Fixed, str):
    """Stands in for torch's version string."""

    __slots__ = ()


class _Storage(_Fixed):
    """Stands in for a storage class of torch: its name decides the element type."""

    __slots__ = ("dtype",)

    def __init__(self, dtype: str) -> None:
        self.dtype = np.dtype(dtype)


class _Parameter(_Fixed):
    """Stands in for torch's function that wraps a tensor as a parameter."""

    __slots__ = ()

    def __call__(self, data: Any, *_: Any) -> Any:
        """The tensor."""
        return data


class _Tensor(_Fixed):
    """Stands in for torch's function that lays a tensor over a storage; refuses one that reaches outside it."""

    __slots__ = ()

    def __call__(self, storage: Any, offset: Any, size: Any, stride: Any, *_: Any) -> np.ndarray[Any, Any]:
        """A contiguous copy of the tensor."""
        return _laid_out(storage, offset, size, stride)


def _laid_out(storage: Any, offset: Any, size: Any, stride: Any) -> np.ndarray[Any, Any]:
    tuples = isinstance(size, tuple) and isinstance(stride, tuple) and len(size) == len(stride) <= 8
    numbers = (offset, *size, *stride) if tuples else ()
    counts = all(type(number) is int and 0 <= number <= LARGEST_BYTES for number in numbers)
    if not tuples or not counts or not isinstance(storage, np.ndarray):
        raise RefusedError("A tensor in the checkpoint has a shape we do not know.")
    if math.prod(size) == 0:
        return np.zeros(size, storage.dtype)
    last = offset + sum((length - 1) * step for length, step in zip(size, stride, strict=True))
    if last >= storage.size or math.prod(size) > storage.size:
        raise RefusedError("A tensor in the checkpoint reaches outside its data.")
    steps = tuple(step * storage.itemsize for step in stride)
    return np.lib.stride_tricks.as_strided(storage[offset:], size, steps, writeable=False).copy()


_STAND_INS: dict[str, Any] = {
    "collections OrderedDict": OrderedDict,
    "torch._utils _rebuild_tensor_v2": _Tensor(),
    "torch._utils _rebuild_parameter": _Parameter(),
    "torch.torch_version TorchVersion": _Text,
    "pyannote.audio.core.task Specifications": _Record,
    "pyannote.audio.core.task Problem": _Member,
    "pyannote.audio.core.task Resolution": _Member,
    "pyannote.audio.core.model Introspection": _Record,
    "pytorch_lightning.utilities.parsing AttributeDict": _Attributes,
    "lightning.pytorch.utilities.parsing AttributeDict": _Attributes,
    "lightning_fabric.utilities.data AttributeDict": _Attributes,
    "lightning.fabric.utilities.data AttributeDict": _Attributes,
    **{f"torch {name}": _Storage(dtype) for name, dtype in _DTYPES.items()},
}


def scan(data: bytes) -> None:
    """Refuse a pickle with an opcode or a name that no checkpoint of ours needs. Executes nothing."""
    allowed = frozenset(_OPCODES.split())
    try:
        for opcode, argument, _ in pickletools.genops(data):
            if opcode.name not in allowed:
                raise RefusedError(f"The checkpoint uses {opcode.name}, which no known checkpoint needs.")
            if opcode.name == "GLOBAL" and argument not in _STAND_INS:
                raise RefusedError(f"The checkpoint names {plain(argument)}, which no known checkpoint needs.")
    except ValueError as error:
        raise RefusedError("The checkpoint is damaged.") from error


def plain(text: object) -> str:
    """A name from inside a file, safe to show: plain characters, at most 80."""
    return re.sub(r"[^\w. ]", "?", str(text))[:80]


class _Unpickler(pickle.Unpickler):
    """Resolves every name to a stand-in, and storages to arrays over the archive's members."""

    def __init__(self, data: bytes, archive: zipfile.ZipFile, root: str) -> None:
        super().__init__(io.BytesIO(data))
        self._archive, self._root = archive, root
        self._storages: dict[str, np.ndarray[Any, Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        """The stand-in for a name; anything else is refused."""
        found = _STAND_INS.get(f"{module} {name}")
        if found is None:
            raise RefusedError(f"The checkpoint names {plain(f'{module} {name}')}, which no known checkpoint needs.")
        return found

    def persistent_load(self, pid: Any) -> np.ndarray[Any, Any]:
        """The numbers of one storage."""
        known = isinstance(pid, tuple) and len(pid) == 5 and pid[0] == "storage" and isinstance(pid[1], _Storage)
        if not known or not re.fullmatch(r"\d{1,6}", str(pid[2])):
            raise RefusedError("The checkpoint keeps its numbers in a way we do not know.")
        _, storage, key, _, count = pid
        if key not in self._storages:
            numbers = np.frombuffer(_member(self._archive, f"{self._root}/data/{key}"), storage.dtype)
            if numbers.size != count:
                raise RefusedError("The checkpoint is damaged.")
            self._storages[key] = numbers
        return self._storages[key]


def _member(archive: zipfile.ZipFile, name: str, most: int = LARGEST_BYTES) -> bytes:
    try:
        info = archive.getinfo(name)
    except KeyError as error:
        raise RefusedError("The checkpoint is damaged.") from error
    if info.compress_type != zipfile.ZIP_STORED or info.file_size > most:
        raise RefusedError("The checkpoint is packed in a way we do not know.")
    return archive.read(info)


def read(source: Path | BinaryIO) -> dict[str, Any]:
    """The checkpoint, by path or already opened, as plain values and arrays. Raises RefusedError."""
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError) as error:
        raise RefusedError("This is not a checkpoint in torch's format of today.") from error
    with archive:
        names = archive.namelist()
        found = [name for name in names if name.endswith("/data.pkl")]
        if len(found) != 1 or len(names) > _MOST_MEMBERS:
            raise RefusedError("This is not a checkpoint in torch's format of today.")
        root = found[0].removesuffix("/data.pkl")
        if f"{root}/byteorder" in names and _member(archive, f"{root}/byteorder", 16) != b"little":
            raise RefusedError("The checkpoint was written on a machine of another kind.")
        data = _member(archive, found[0], _LARGEST_PICKLE)
        scan(data)
        try:
            checkpoint = _Unpickler(data, archive, root).load()
        except RefusedError:
            raise
        except Exception as error:
            raise RefusedError("The checkpoint is damaged.") from error
    if not isinstance(checkpoint, dict):
        raise RefusedError("The checkpoint holds no network.")
    return checkpoint


def network(checkpoint: dict[str, Any]) -> tuple[dict[str, np.ndarray[Any, Any]], dict[str, Any]]:
    """The tensors by name, and what builds the network they belong to, as plain values. Raises RefusedError."""
    try:
        tensors = dict(checkpoint["state_dict"])
        theirs = checkpoint["pyannote.audio"]
        architecture = {name: str(theirs["architecture"][name]) for name in ("module", "class")}
        kept = vars(theirs["specifications"])
        specifications = {name: _json(kept[name]) for name in _SPECIFICATIONS if name in kept}
        hyper_parameters = _json(dict(checkpoint["hyper_parameters"]))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise RefusedError("The checkpoint is not one of pyannote.audio.") from error
    if not tensors or not all(isinstance(k, str) and isinstance(v, np.ndarray) for k, v in tensors.items()):
        raise RefusedError("The checkpoint holds no network.")
    description = {"format": 1, "architecture": architecture, "specifications": specifications}
    return tensors, {**description, "hyper_parameters": hyper_parameters}


def _json(value: Any) -> Any:
    """Plain values only; an enumeration becomes its number."""
    if isinstance(value, _Member):
        return value.value
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {str(key): _json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_json(item) for item in value]
    raise RefusedError("The checkpoint holds a setting that is not a plain value.")


def confine(empty_folder: Path | None = None) -> None:
    """Give up the network, other processes, and more memory, time and output than a conversion needs.

    With an empty folder, and where the media child's walls lie beside this file, those are used: no file can be
    opened behind them, and the kernel refuses every call that sums on open files do not need.
    """
    media_walls = None
    if empty_folder is not None and Path(__file__).with_name("media_sandbox.py").is_file():
        media_walls = _beside("media_sandbox")
    _beside("checkpoint_walls").confine(LARGEST_BYTES, media_walls, empty_folder)


def _beside(name: str) -> ModuleType:
    """A module in the folder of this file, by its path: the rest of this program cannot be imported here."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise RefusedError("The walls around the conversion could not be built.")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def main() -> int:
    """Convert ``IN`` to ``OUT/model.safetensors`` and ``OUT/network.json``; a refusal is one line on standard error.

    All three files are opened before the walls go up, so that none needs opening behind them.
    """
    source, into = Path(sys.argv[1]), Path(sys.argv[2])
    with (
        source.open("rb") as stream,
        (into / "model.safetensors").open("wb") as model,
        (into / "network.json").open("wb") as described,
    ):
        empty = into / "empty"
        empty.mkdir()
        confine(empty)
        try:
            tensors, description = network(read(stream))
        except RefusedError as error:
            sys.stderr.write(f"{error}\n")
            return 65
        model.write(save(tensors))
        described.write(json.dumps(description, indent=1, sort_keys=True).encode() + b"\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
