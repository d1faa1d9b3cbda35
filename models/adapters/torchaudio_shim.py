"""Lets a torchaudio that was built for CUDA be imported beside a torch that was not.

Both pyannote.audio and transformers import torchaudio whenever it is installed, and the wheel on the default index
opens CUDA libraries on import. What we use of it (resampling, filter banks) is plain torch and needs no compiled part.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable
from enum import StrEnum
from types import ModuleType
from typing import Any, NoReturn

_EXTENSION = "torchaudio._extension"


class Torchaudio(StrEnum):
    """Which torchaudio this process has."""

    ABSENT = "absent"
    NATIVE = "native"
    PYTHON_ONLY = "python only"


def ensure_torchaudio() -> Torchaudio:
    """Import torchaudio, without its compiled part where that cannot be opened; call before any model library.

    Safe to call again. Takes as long as importing torch does.
    """
    loaded = sys.modules.get(_EXTENSION)
    if loaded is not None:
        return Torchaudio.PYTHON_ONLY if getattr(loaded, "stands_in", False) else Torchaudio.NATIVE
    if importlib.util.find_spec("torchaudio") is None:
        return Torchaudio.ABSENT
    try:
        importlib.import_module("torchaudio")
    except OSError:
        for name in [name for name in sys.modules if name.partition(".")[0] == "torchaudio"]:
            del sys.modules[name]
        sys.modules[_EXTENSION] = _stand_in()
        importlib.import_module("torchaudio")
        return Torchaudio.PYTHON_ONLY
    return Torchaudio.NATIVE


def _stand_in() -> ModuleType:
    """A module with the names that torchaudio takes from its loader of compiled parts, saying that there are none."""
    module = ModuleType(_EXTENSION)
    contents: dict[str, Any] = {
        "stands_in": True,
        "_IS_TORCHAUDIO_EXT_AVAILABLE": False,
        "_IS_ALIGN_AVAILABLE": False,
        "_check_cuda_version": lambda: None,
        "fail_if_no_align": _refusing,
    }
    vars(module).update(contents)
    return module


def _refusing(function: Callable[..., Any]) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> NoReturn:
        raise RuntimeError(f"{function.__name__} needs the compiled part of torchaudio, which is not usable here.")

    return refuse
