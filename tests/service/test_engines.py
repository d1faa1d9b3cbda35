"""The composition root builds what was asked for."""

from __future__ import annotations

import gc
import sys
import weakref
from pathlib import Path
from types import ModuleType

import pytest

from models.adapters.fakes import FakeCoder
from models.records.coding import Conversation, Setting
from service.engines import CoderOnDemand, embedded_coder


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


def test_a_coder_on_demand_is_let_go_once_its_weights_are_known_and_again_once_it_has_coded() -> None:
    alive: weakref.WeakSet[FakeCoder] = weakref.WeakSet()

    def load() -> FakeCoder:
        coder = FakeCoder()
        alive.add(coder)
        return coder

    coder = CoderOnDemand(load)
    gc.collect()
    assert (coder.engine.name, len(alive)) == ("fake-coder", 0)
    coding = coder.code(Conversation(setting=Setting.DIRECT_PRACTICE, change_goal=None, lines=()))
    gc.collect()
    assert (coding.utterances, len(alive)) == ((), 0)
