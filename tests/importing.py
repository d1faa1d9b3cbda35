"""Code that imports modules by name, and lets only the training adapters ask for libraries that training needs."""

from __future__ import annotations

from collections.abc import Sequence

TRAINING = ("models.adapters.torch_coder_", "models.adapters.onnx_coder_graphs")
LIBRARIES = ("torch", "onnx")

_PROGRAM = """
import importlib
for name in {names!r}:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as missing:
        if missing.name not in {libraries!r} or not name.startswith({training!r}):
            raise
"""


def importing(names: Sequence[str]) -> str:
    """A program that imports every name; a training adapter may lack torch or onnx, nothing else may lack anything."""
    return _PROGRAM.format(names=list(names), libraries=LIBRARIES, training=TRAINING)
