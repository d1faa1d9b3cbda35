"""The sample session: its script, its recording, what is truly said in it, and the code that spoke it."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def demo_recording() -> Path:
    """The sample recording, Ogg Opus, about four minutes."""
    return _HERE / "demo.opus"


def demo_references() -> tuple[Path, ...]:
    """What is truly said in it: utterances with roles and word times, and the turns."""
    return (_HERE / "demo.reference.json", _HERE / "demo.rttm")
