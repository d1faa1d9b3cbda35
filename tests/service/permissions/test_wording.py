"""Statements that were read out stay as they were, to the byte."""

from __future__ import annotations

import pytest

from service.permissions.wording import Audience, statements

USED = {
    "adult-1": "022d690c436752345e34fb329c213b554f7be072d0b1fd7458aca8d26529a58e",
    "child-1": "87cae5ad56966887590ae44bad038ab20c8408d4f3fdb4cbe9989184bfc79cf3",
    "worker-1": "1943f331d46e1359abcd2ba22ff73b93b457b7bd0a868641f4fa59d012532953",
}
"""Digests; a changed text is a new version with a file of its own."""


def test_no_statement_was_edited_and_none_is_missing() -> None:
    assert {name: one.sha256 for name, one in statements().items()} == USED


def test_every_audience_has_a_statement() -> None:
    assert {one.audience for one in statements().values()} == set(Audience)


@pytest.mark.parametrize("one", statements().values(), ids=lambda one: one.name)
def test_a_statement_names_the_four_purposes_and_that_minds_can_change(one: object) -> None:
    words = one.words  # type: ignore[attr-defined]
    assert all(f"\n{number}. " in words for number in (1, 2, 3, 4))
    assert "change your mind" in words
    assert len(one.kept_as) <= 80  # type: ignore[attr-defined]
