"""The sample session: its script, its recording, what is truly said in it, and the code that spoke it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

_HERE = Path(__file__).parent


def demo_recording() -> Path:
    """The sample recording, Ogg Opus, about four minutes."""
    return _HERE / "demo.opus"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoContext:
    """What was agreed before the sample session."""

    change_goal: str
    legal_status: str


def demo_context() -> DemoContext:
    """The sample session's change goal and legal status, as its script has them."""
    context = json.loads((_HERE / "demo-session.json").read_text("utf-8"))["context"]
    return DemoContext(change_goal=context["change_goal"], legal_status=context["legal_status"])


def demo_references() -> tuple[Path, ...]:
    """What is truly said in it: utterances with roles and word times, and the turns."""
    return (_HERE / "demo.reference.json", _HERE / "demo.rttm")
