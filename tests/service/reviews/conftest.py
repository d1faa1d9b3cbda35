"""Reviews on a database of their own, without a policy; test_policy.py has the real one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.keybroker.ports import Actor
from service.parts import Parts
from service.reviews.usecases import Reviews
from tests.service.reviews.made import a_coach, to_review


@pytest.fixture
def parts(parts: Parts) -> Parts:
    """No session is drawn for the blind sample by chance."""
    return replace(parts, blind_share=0.0)


@pytest.fixture
def reviews(parts: Parts) -> Reviews:
    return Reviews(parts=parts)


@pytest.fixture
def coach(parts: Parts) -> Actor:
    return a_coach(parts)


@pytest.fixture
def other(parts: Parts) -> Actor:
    return a_coach(parts)


@pytest.fixture
def session_id(parts: Parts) -> str:
    return to_review(parts)
