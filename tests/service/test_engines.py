"""The composition root builds what was asked for."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from service.engines import embedded_coder


@pytest.mark.parametrize("weights", [None, Path("mine")])
def test_the_coder_is_built_with_the_weights_that_were_named(
    weights: Path | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path | None] = []
    adapter = ModuleType("onnx_coder")
    adapter.OnnxCoder = asked.append  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "models.adapters.onnx_coder", adapter)
    embedded_coder(weights)
    assert asked == [weights]
