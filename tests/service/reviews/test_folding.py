"""Folding acts: whatever is done, undone and done again, in one tab or in two."""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from service.ids import new_id
from service.reviews.deciding import Draft, Ground, drafted
from service.reviews.errors import NothingToRedoError, NothingToUndoError
from service.reviews.folding import Kept, Start, Stood, folded, standing, to_redo, to_undo
from service.reviews.records import Act, ActKind, ElementState, FlagState
from tests.service.reviews.made import act

ABOUTS = ("u1:empathy+", "u2:empathy+", "u2:autonomy-")
ELEMENTS = ("empathy", "autonomy")
START = Start(
    flags=tuple(
        FlagState(about=one, utterance=one[:2], element=one[3:-1], direction=one[-1], by_machine=True) for one in ABOUTS
    ),
    scores=tuple(ElementState(element=one) for one in ELEMENTS),
)
GROUND = Ground(
    elements=frozenset(ELEMENTS), flags=frozenset(ABOUTS), utterances=frozenset({"u1", "u2", "u3"}),
    evidence={"empathy": frozenset({"u1", "u2"}), "autonomy": frozenset({"u2"})},
)  # fmt: skip

FEW = settings(max_examples=40, deadline=None)
FLAGS = st.builds(
    lambda about, verdict: act("flag", about, verdict=verdict),
    st.sampled_from(ABOUTS), st.sampled_from(["accept", "reject", "unsure", "add"]),
)  # fmt: skip
ADDED = st.builds(lambda about: act("flag", about, verdict="add"), st.sampled_from(["u3:empathy-", "u1:autonomy+"]))
SCORES = st.builds(
    lambda element, score: act("score", element, score=score, reason="r"), st.sampled_from(ELEMENTS), st.integers(1, 5)
)
NOTES = st.builds(lambda text: act("note", text=text), st.sampled_from(["one", "two"]))
OPENED = st.builds(lambda element: act("opened", element, utterances=["u2"]), st.sampled_from(ELEMENTS))
DONE = st.one_of(FLAGS, ADDED, SCORES, NOTES)
ANY = st.one_of(DONE, OPENED, st.builds(lambda: act("undo")), st.builds(lambda: act("redo")))


@dataclass
class Log:
    """The rows of a review, kept as the use case keeps them, and beside it what an editor would say."""

    rows: list[Kept] = field(default_factory=list)
    done: list[Act] = field(default_factory=list)
    undone: list[Act] = field(default_factory=list)

    def send(self, one: Act) -> bool:
        """Whether it was kept."""
        if any(row.act_id == one.act_id for row in self.rows):
            return True
        try:
            self.keep(drafted(one, GROUND, self.rows), one.act_id)
        except (NothingToUndoError, NothingToRedoError):
            return False
        self._edit(one)
        return True

    def keep(self, draft: Draft, act_id: str) -> None:
        number = self.rows[-1].number + 3 if self.rows else 7  # numbers are shared with other reviews
        self.rows.append(
            Kept(number=number, kind=draft.kind, about=draft.about, act_id=act_id, body=draft.body, undoes=draft.undoes)
        )

    def _edit(self, one: Act) -> None:
        if one.kind is ActKind.UNDO:
            self.undone.append(self.done.pop())
        elif one.kind is ActKind.REDO:
            self.done.append(self.undone.pop())
        elif one.kind is not ActKind.OPENED:
            self.done.append(one)
            self.undone.clear()

    @property
    def stood(self) -> Stood:
        return folded(START, self.rows)


def seen(stood: Stood) -> tuple[object, ...]:
    """What of it does not depend on numbers."""
    return stood.flags, stood.scores, [(one.utterance, one.text) for one in stood.notes]


def after(acts: list[Act]) -> Log:
    log = Log()
    for one in acts:
        log.send(one)
    return log


@FEW
@given(st.lists(ANY, max_size=40))
def test_undo_and_redo_do_what_an_editor_does(acts: list[Act]) -> None:
    log = after(acts)
    assert [row.act_id for row in to_undo(log.rows)] == [one.act_id for one in log.done]
    assert len(to_redo(log.rows)) == len(log.undone)


@FEW
@given(st.lists(ANY, max_size=30))
def test_taking_everything_back_leaves_what_there_was_at_the_start(acts: list[Act]) -> None:
    log = after([one for one in acts if one.kind is not ActKind.OPENED])
    while log.send(act("undo")):
        pass
    assert seen(log.stood) == seen(folded(START, []))


@FEW
@given(st.lists(DONE, max_size=25))
def test_what_was_all_undone_is_all_done_again(acts: list[Act]) -> None:
    log = after(acts)
    before = seen(log.stood)
    while log.send(act("undo")):
        pass
    while log.send(act("redo")):
        pass
    assert seen(log.stood) == before


@FEW
@given(st.lists(ANY, max_size=30))
def test_only_what_stands_decides(acts: list[Act]) -> None:
    """Rows that were taken back, and those that took them back, could as well never have been."""
    log = after(acts)
    assert seen(folded(START, standing(log.rows))) == seen(log.stood)


@FEW
@given(st.lists(ANY, max_size=30), st.data())
def test_rows_that_came_meanwhile_are_read_on_from_any_place(acts: list[Act], data: st.DataObject) -> None:
    """A tab that has a prefix and gets the rest stands where one stands that reads everything."""
    log = after(acts)
    place = data.draw(st.integers(0, len(log.rows)))
    head = log.rows[:place]
    assert folded(START, head) == folded(START, list(head))
    assert folded(START, [*head, *log.rows[place:]]) == log.stood
    assert log.stood.number == (log.rows[-1].number if log.rows else 0)


@FEW
@given(st.lists(ANY, max_size=20), st.data())
def test_acts_that_are_sent_again_change_nothing(acts: list[Act], data: st.DataObject) -> None:
    log = Log()
    for one in acts:
        if log.send(one):
            repeated = data.draw(st.sampled_from([each.act_id for each in log.rows]))
            before = list(log.rows)
            assert log.send(act("undo", act_id=repeated))
            assert log.rows == before


@FEW
@given(st.lists(st.tuples(st.booleans(), ANY), max_size=30))
def test_two_tabs_stand_where_their_acts_stand_in_the_order_of_the_rows(sent: list[tuple[bool, Act]]) -> None:
    """Each tab sends its own in order, twice as after a lost connection; what arrives first counts."""
    log = Log()
    for _, one in sent:
        log.send(one)
        log.send(one)
    alone = after([one for _, one in sent])
    assert [row.body for row in log.rows] == [row.body for row in alone.rows]
    assert seen(log.stood) == seen(alone.stood)


def test_the_last_word_about_a_flag_stands() -> None:
    log = after([act("flag", ABOUTS[0], verdict=one) for one in ("accept", "reject", "unsure")])
    assert [one.verdict for one in log.stood.flags] == ["unsure", None, None]


def test_an_undone_addition_takes_what_was_said_of_it_along() -> None:
    log = Log()
    log.keep(drafted(act("flag", "u3:empathy-", verdict="add"), GROUND, log.rows), new_id())
    first = log.rows[0].number
    log.keep(drafted(act("flag", "u3:empathy-", verdict="unsure"), GROUND, log.rows), new_id())
    log.keep(Draft(kind=log.rows[0].kind, about="u3:empathy-", undoes=first), new_id())
    assert log.stood.flags == START.flags


def test_something_new_leaves_nothing_to_redo_and_an_opened_moment_leaves_it() -> None:
    log = after([act("note", text="one"), act("undo"), act("opened", "empathy", utterances=["u1"])])
    assert len(to_redo(log.rows)) == 1
    log.send(act("note", text="two"))
    assert to_redo(log.rows) == []
