"""Files that pretend to be recordings get their verdict, open no connection and reach no other file."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from benchmarks.made_recordings import wave
from models.adapters.media_refusals import REASONS, RefusedRecordingError
from models.adapters.pyav_decoder import PyavDecoder
from tests.hostile.confusion import CANARY, CONFUSION


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """A socket that waits for the connection that must not come."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.mark.parametrize("name", CONFUSION)
def test_gets_its_verdict_and_reaches_nothing(name: str, tmp_path: Path, listener: socket.socket) -> None:
    """The file is read, or refused by its own reason; no connection; the file beside it is not heard."""
    verdict, make = CONFUSION[name]
    tone = np.sin(2 * np.pi * 1000 * np.arange(16_000 * 7) / 16_000) * 0.3
    (tmp_path / CANARY).write_bytes(wave(tone))
    (tmp_path / name).write_bytes(make(listener.getsockname()[1]))
    words = ""
    try:
        audio = PyavDecoder().decode(tmp_path / name, tmp_path / "out")
        outcome = "read"
        assert audio.duration_ms < 3000, "longer than what was sent: the canary was read"
    except RefusedRecordingError as error:
        outcome, words = error.reason, str(error)
    assert outcome == verdict
    assert (tmp_path / "out").exists() == (outcome == "read")
    assert name not in words
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_the_table_is_large_and_its_reasons_exist() -> None:
    """At least sixty files, each with a verdict that the decoder knows."""
    assert len(CONFUSION) >= 60
    assert {verdict for verdict, _ in CONFUSION.values()} <= REASONS | {"read"}


@pytest.mark.parametrize("reason", sorted(REASONS))
def test_every_refusal_is_one_plain_sentence(reason: str) -> None:
    """Each reason's words fit on one line, say what to do, and end with a full stop."""
    from models.adapters.media_refusals import refusal

    words = str(refusal(reason))
    assert refusal(reason).reason == reason
    assert "\n" not in words
    assert words.endswith(".")
    assert 40 < len(words) < 160
