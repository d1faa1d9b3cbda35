"""The same on PostgreSQL: acts in order, undo, the reveal, two coaches; and two tabs at one time."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest

from service.database.engine import Database
from service.database.words import ReviewKind
from service.parts import Parts
from service.reviews.records import Acted
from service.reviews.usecases import Reviews
from tests.service.reviews.made import FIRST, a_coach, act, all_scored, to_review


@pytest.fixture
def each(each_database: Database, parts: Parts) -> Parts:
    return replace(parts, database=each_database)


def test_a_review_goes_its_way(each: Parts) -> None:
    reviews, session_id = Reviews(parts=each), to_review(each)
    one, two = a_coach(each), a_coach(each)
    for who, given in ((one, 2), (two, 4)):
        begun = reviews.begin(who, session_id, ReviewKind.BLIND)
        acts = [*all_scored(given), act("flag", FIRST, verdict="add"), act("note", text="x"), act("undo")]
        done = reviews.act(who, begun.id, acts)
        assert (done.refused, done.review.notes, done.review.redoable) == ((), (), 1)
        assert reviews.reveal(who, begun.id).revealed_ms is not None
        assert reviews.finish(who, begun.id).finished_ms is not None
        assert reviews.reopen(who, begun.id).finished_ms is None
        again = reviews.finish(who, begun.id)
        assert reviews.look(who, begun.id) == again
        assert [shown.id for shown in reviews.mine(who)] == [begun.id]
        assert reviews.is_unchanged(who, begun.id, again.number)
    found = reviews.compare(one, session_id)
    assert (found.exact, found.within_one, found.both) == (0.0, 0.0, 7)
    begun = reviews.begin(two, session_id, ReviewKind.ADJUDICATION)
    assert next(flag for flag in begun.flags if flag.about == FIRST).verdict == "add"
    assert len(reviews.of_session(one, session_id)) == 2


def test_two_tabs_at_one_time_keep_every_act_once(each: Parts) -> None:
    """Both send the same ten acts, each beginning elsewhere."""
    reviews, session_id, coach = Reviews(parts=each), to_review(each), a_coach(each)
    review_id = reviews.begin(coach, session_id).id
    acts = [act("note", text=str(number)) for number in range(10)]
    done: list[Acted] = []

    def tab(start: int) -> None:
        for number in range(10):
            done.append(reviews.act(coach, review_id, [acts[(start + number) % 10]]))

    tabs = [threading.Thread(target=tab, args=(start,)) for start in (0, 5)]
    for one in tabs:
        one.start()
    for one in tabs:
        one.join()
    assert len(done) == 20
    assert not any(one.refused for one in done)
    found = reviews.look(coach, review_id)
    assert sorted(one.text for one in found.notes) == [str(number) for number in range(10)]
    assert [one.number for one in found.notes] == sorted(one.number for one in found.notes)
    assert max(one.number for one in done) == found.number
