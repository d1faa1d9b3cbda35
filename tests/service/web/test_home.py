"""Home: what each person's sessions wait for, asked in as many queries however many there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
from sqlalchemy import event

from service.api.paging import Wanted
from service.database.tables import participant
from service.database.words import StaffRole
from service.ids import new_id
from service.keybroker.ports import Actor
from service.web.home import Need, OwnPage, QueuePage, Turn, coach_queue, own_sessions
from service.web.home_words import NEED_WORDS, TURN_WORDS
from tests.service.house import House
from tests.service.web.browsing import get, heading
from tests.service.web.family import Family

HOUR_MS = 3_600_000


@pytest.fixture(scope="module")
def lasting_family(lasting_house: House) -> Family:
    """A worker and their coach."""
    worker_id, _ = lasting_house.add_person(StaffRole.PRACTITIONER)
    coach_id, _ = lasting_house.add_person(StaffRole.COACH)
    made = Family(house=lasting_house, worker_id=worker_id, coach_id=coach_id)
    made.coached()
    return made


@pytest.fixture
def family(lasting_family: Family) -> Family:
    """The file's family, a moment after the test before."""
    lasting_family.house.clock.pass_ms(1)
    return lasting_family


def actor(person_id: str, role: StaffRole) -> Actor:
    return Actor(person_id=person_id, roles=frozenset({role}), request_id=new_id())


def own(family: Family, wanted: Wanted | None = None) -> OwnPage:
    who = actor(family.worker_id, StaffRole.PRACTITIONER)
    return own_sessions(family.house.parts, who, wanted or Wanted(limit=100))


def queue(family: Family, *, done: bool = False, wanted: Wanted | None = None) -> QueuePage:
    who = actor(family.coach_id, StaffRole.COACH)
    return coach_queue(family.house.parts, who, wanted or Wanted(limit=100), done=done)


def transcribed(family: Family) -> str:
    one = family.session()
    family.recorded(one, "transcript")
    return one


def sounded(family: Family, *further: Callable[[str], object], **given: object) -> str:
    one = family.session(**given)  # type: ignore[arg-type]
    family.recorded(one)
    for step in further:
        step(one)
    return one


def contested(family: Family, kind: str = "contest") -> str:
    one = family.shared()
    family.replied(one, family.feedback(one, "released"), kind)
    return one


NEEDS: list[tuple[Need, Callable[[Family], str]]] = [
    (Need.PERMISSIONS, lambda family: family.session("draft", agreed=False)),
    (Need.RECORDING, lambda family: family.session("draft")),
    (Need.UPLOAD, lambda family: with_upload(family)),
    (Need.WAITING, lambda family: family.session("waiting")),
    (Need.WORK, lambda family: family.session("processing")),
    (Need.FAILED, lambda family: failed(family)),
    (Need.LOCKED, lambda family: family.session("quarantined")),
    (Need.LOCKED, lambda family: family.session("ready", agreed=False)),
    (Need.VOICES, sounded),
    (Need.REFLECTION, transcribed),
    (Need.REFLECTION, lambda family: sounded(family, family.voiced)),
    (Need.SHARING, lambda family: sounded(family, family.voiced, family.rated)),
    (Need.COACH, lambda family: family.shared()),
    (Need.REVIEW, lambda family: reviewed(family)),
    (Need.REVIEW, lambda family: with_feedback(family, "draft")),
    (Need.CONVERSATION, lambda family: with_feedback(family, "confirmed")),
    (Need.FEEDBACK, lambda family: with_feedback(family, "released")),
    (Need.NOTHING, contested),
]


def with_upload(family: Family) -> str:
    one = family.session("draft")
    family.uploading(one)
    return one


def failed(family: Family) -> str:
    one = family.session("failed")
    family.worked_on(one, state="failed", reason="engine-failed", created_ms=1)
    family.worked_on(one, state="failed", reason="no-speech", created_ms=2)
    return one


def reviewed(family: Family, **given: object) -> str:
    one = family.shared()
    family.review(one, **given)
    return one


def with_feedback(family: Family, state: str) -> str:
    one = family.shared()
    family.feedback(one, state)
    return one


@pytest.mark.parametrize(("need", "make"), NEEDS)
def test_a_worker_sees_what_a_session_waits_for(family: Family, need: Need, make: Callable[[Family], str]) -> None:
    made = make(family)
    found = {one.id: one for one in own(family).items}[made]
    assert found.need is need
    assert (found.failure == "no-speech") is (need is Need.FAILED)


@pytest.mark.parametrize("state", ["withdrawn", "erased"])
def test_a_session_that_is_over_is_in_no_list(family: Family, state: str) -> None:
    made = family.shared(state=state)
    assert made not in {one.id for one in (*own(family).items, *queue(family).items)}


TURNS: list[tuple[Turn, Callable[[Family], str]]] = [
    (Turn.BEGIN, lambda family: family.shared()),
    (Turn.GO_ON, reviewed),
    (Turn.WRITE, lambda family: reviewed(family, state="finished")),
    (Turn.WRITE, lambda family: with_feedback(family, "draft")),
    (Turn.CONFIRM, lambda family: with_feedback(family, "in-review")),
    (Turn.RELEASE, lambda family: with_feedback(family, "confirmed")),
    (Turn.ANSWER, contested),
]


@pytest.mark.parametrize(("turn", "make"), TURNS)
def test_a_coach_sees_whose_turn_it_is(family: Family, turn: Turn, make: Callable[[Family], str]) -> None:
    made = make(family)
    assert {one.id: one for one in queue(family).items}[made].turn is turn


def test_released_feedback_leaves_the_queue_until_it_is_contested(family: Family) -> None:
    quiet, loud = contested(family, "answer"), contested(family)
    assert ({one.id for one in queue(family).items} & {quiet, loud}) == {loud}
    assert {one.id: one.turn for one in queue(family, done=True).items}[quiet] is Turn.DONE


def test_an_answer_of_the_coach_settles_what_was_contested(family: Family) -> None:
    one = family.shared()
    written = family.feedback(one, "released")
    family.replied(one, written, "contest")
    family.replied(one, written, "response")
    assert one not in {found.id for found in queue(family).items}


def test_the_queue_has_the_oldest_first_and_says_how_long_and_how(family: Family) -> None:
    first = family.shared()
    family.house.clock.pass_ms(HOUR_MS)
    second = family.shared()
    family.worked_on(second, audio_ms=45 * 60_000)
    family.review(second, kind="blind")
    found = [one for one in queue(family).items if one.id in (first, second)]
    assert [(one.id, one.lasts_ms, one.blind) for one in found] == [(first, None, False), (second, 2_700_000, True)]


def test_the_queue_says_when_the_first_permission_ends(family: Family) -> None:
    one, now = family.session(shared_ms=family.house.clock(), agreed=False), family.house.clock()
    with family.house.parts.database.reading() as rows:
        present = rows.execute(participant.select().where(participant.c.session_id == one)).one().id
    family.agree(one, present, "coaching", until_ms=now + HOUR_MS)
    family.agree(one, present, "coaching", until_ms=now + 2 * HOUR_MS)
    assert {found.id: found.agreed_until_ms for found in queue(family).items}[one] == now + 2 * HOUR_MS


@pytest.mark.parametrize("why", ["not shared", "not agreed"])
def test_what_a_coach_may_not_open_is_not_in_their_queue(family: Family, why: str) -> None:
    shared_ms = None if why == "not shared" else family.house.clock()
    made = family.session(shared_ms=shared_ms, agreed=why == "not shared")
    assert made not in {one.id for one in queue(family).items}


def test_nobody_finds_the_sessions_of_others(family: Family) -> None:
    made = family.shared()
    other = actor(new_id(), StaffRole.PRACTITIONER)
    assert own_sessions(family.house.parts, other, Wanted()).items == ()
    coach = actor(family.coach_id, StaffRole.PRACTITIONER)
    assert made not in {one.id for one in own_sessions(family.house.parts, coach, Wanted()).items}


@contextmanager
def counted(family: Family) -> Iterator[list[str]]:
    """The statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_c: object, _x: object, statement: str, *_: object) -> None:
        sent.append(statement)

    engine = family.house.parts.database.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def test_a_longer_list_takes_no_more_queries(family: Family) -> None:
    for _ in range(6):
        with_feedback(family, "draft")
    for look in (own, queue):
        with counted(family) as few:
            assert len(look(family, wanted=Wanted(limit=1)).items) == 1  # type: ignore[operator]
        with counted(family) as many:
            assert len(look(family, wanted=Wanted(limit=6)).items) == 6  # type: ignore[operator]
        assert len(many) == len(few)


def test_pages_go_on_where_the_one_before_ended(family: Family) -> None:
    for _ in range(3):
        family.shared()
    whole = [one.id for one in queue(family).items]
    first = queue(family, wanted=Wanted(limit=2))
    second = queue(family, wanted=Wanted(limit=2, cursor=first.next))
    assert [one.id for one in (*first.items, *second.items)] == whole[:4]


def test_there_are_words_for_everything_that_is_waited_for() -> None:
    assert (set(NEED_WORDS), set(TURN_WORDS)) == (set(Need), set(Turn))


def test_a_worker_reads_what_comes_next(family: Family) -> None:
    made = failed(family)
    page = get(family.house.client(family.worker_id), "/")
    assert (page.status_code, heading(page)) == (200, "Your sessions")
    assert f'href="/sessions/{made}"' in page.text
    assert "No words were found." in page.text


def test_a_coach_reads_the_queue_and_what_was_released(family: Family) -> None:
    coach = family.house.client(family.coach_id)
    blind, out = family.session(shared_ms=1), with_feedback(family, "released")
    family.review(blind, kind="blind")
    page = get(coach, "/")
    assert heading(page) == "Sessions to review"
    assert (f'href="/sessions/{blind}/review"' in page.text, out in page.text) == (True, False)
    assert "Blind" in page.text
    done = get(coach, "/?released=true")
    assert (heading(done), f'href="/sessions/{out}/feedback"' in done.text) == ("Feedback you released", True)


@pytest.mark.parametrize(
    ("roles", "title", "said"),
    [
        ((), "Home", "Ask an administrator to give you one"),
        ((StaffRole.MANAGER,), "Your sessions", "never one worker&#39;s session or score"),
        ((StaffRole.RESEARCHER,), "Research", "access token"),
        ((StaffRole.ADMINISTRATOR,), "Administration", "/administration"),
        ((StaffRole.PRACTITIONER, StaffRole.COACH), "Home", "Sessions to review"),
    ],
)
def test_home_is_by_role(lasting_house: House, roles: tuple[StaffRole, ...], title: str, said: str) -> None:
    _, browser = lasting_house.add_person(*roles)
    page = get(browser, "/")
    assert heading(page) == title
    assert said.replace("&#39;", "'") in page.text


def test_a_cursor_that_is_none_is_answered_with_a_page(family: Family) -> None:
    page = get(family.house.client(family.worker_id), "/?sessions=nonsense")
    assert (page.status_code, "<h1" in page.text) == (422, True)


@pytest.fixture
def other_family(lasting_house: House) -> Family:
    """Another worker and coach, with nothing in their lists yet."""
    (worker_id, _), (coach_id, _) = (lasting_house.add_person(one) for one in (StaffRole.PRACTITIONER, StaffRole.COACH))
    made = Family(house=lasting_house, worker_id=worker_id, coach_id=coach_id)
    made.coached()
    return made


def links(page: Any) -> list[str]:
    """What the links to sessions say, to those who see them."""
    found = re.findall(r'site-rows__title"><a [^>]*>(.*?)<span', page.text, re.DOTALL)
    return [unescape(one) for one in found]


def test_two_sessions_of_one_day_are_told_apart_by_when_they_came_and_how_long_they_last(other_family: Family) -> None:
    now = other_family.house.clock()
    for number, minutes in enumerate((45, 45, 30)):
        one = other_family.session(
            created_ms=now + number * 60_000, held_on="2026-11-03" if minutes == 30 else "2026-11-02"
        )
        other_family.worked_on(one, audio_ms=minutes * 60_000)
    own = links(get(other_family.house.client(other_family.worker_id), "/"))
    assert own[0] == "3 November 2026, 30 minutes"
    assert all(re.fullmatch(r"2 November 2026, 45 minutes \(added .*[ap]m\)", one) for one in own[1:])
    assert len(set(own)) == 3


def test_a_coach_tells_two_sessions_of_one_day_apart(other_family: Family) -> None:
    now = other_family.house.clock()
    for minute in (0, 1):
        other_family.session(shared_ms=now - minute * 60_000)
    queued = links(get(other_family.house.client(other_family.coach_id), "/"))
    assert len(set(queued)) == 2
    assert all(one.startswith("2 November 2026 (shared ") for one in queued)
