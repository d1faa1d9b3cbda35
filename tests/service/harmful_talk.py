"""A session in which somebody says each of the 300 payloads, one after the other."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from models.records.session import SessionUtterance
from models.records.speech import Word
from service.parts import Parts
from tests.service import talks
from tests.service.payloads import payloads

EVERY = [text for texts in payloads().values() for text in texts]


def say_every_payload(parts: Parts, session_id: str) -> None:
    """As long as there are payloads, with flags and evidence at the worker's half of them."""
    plain = talks._utterance

    def harmful(place: int, odds: random.Random) -> SessionUtterance:
        one = plain(place, odds)
        word = Word(start_ms=one.start_ms, end_ms=one.start_ms + 180, text=EVERY[place], probability=0.2)
        return replace(one, text=EVERY[place], words=(word,))

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(talks, "_utterance", harmful)
        talks.lengthen(parts, session_id, len(EVERY), flags=150)
