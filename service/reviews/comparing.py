"""Two coaches' reviews of one session side by side, and what a third begins with. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from models.agreement import score_grid
from service.reviews.folding import Start
from service.reviews.records import (
    Comparison,
    ElementCompared,
    ElementState,
    FlagCompared,
    FlagState,
    Given,
    ReviewFacts,
    ReviewState,
    Standing,
)


def compared(one: ReviewState, two: ReviewState) -> Comparison:
    """Two finished reviews of one session; every element and every flag that either has."""
    elements = tuple(_elements(one, two))
    pairs = [(first, second) for first, second in (_scores(each) for each in elements) if first and second]
    grid = score_grid((first, second) for first, second in pairs)
    return Comparison(
        session_id=one.session_id,
        reviews=(facts(one), facts(two)),
        elements=elements,
        flags=tuple(_flags(one, two)),
        both=grid.total,
        exact=grid.within(0),
        within_one=grid.within(1),
    )


def begun_from(start: Start, both: Comparison) -> Start:
    """What an adjudication begins with: flags of either coach are in it, and where both agree that stands already."""
    agreed = {one.element: one.given[0] for one in both.elements if _same(one)}
    said = {one.about: one for one in both.flags}
    known = {flag.about for flag in start.flags}
    found = tuple(_found(one) for one in both.flags if one.about not in known)
    return Start(
        flags=tuple(_agreed_flag(flag, said.get(flag.about)) for flag in (*start.flags, *found)),
        scores=tuple(_agreed_score(one, agreed.get(one.element)) for one in start.scores),
    )


def facts(state: ReviewFacts) -> ReviewFacts:
    """What of a review is no content."""
    return ReviewFacts(
        id=state.id,
        session_id=state.session_id,
        kind=state.kind,
        state=state.state,
        begun_ms=state.begun_ms,
        revealed_ms=state.revealed_ms,
        finished_ms=state.finished_ms,
        mine=state.mine,
    )


def _elements(one: ReviewState, two: ReviewState) -> Iterator[ElementCompared]:
    mine, theirs = ({each.element: _given(each) for each in state.scores} for state in (one, two))
    for element in dict.fromkeys((*mine, *theirs)):
        given = mine.get(element, Given()), theirs.get(element, Given())
        first, second = given[0].score, given[1].score
        distance = None if first is None or second is None else abs(first - second)
        yield ElementCompared(element=element, given=given, distance=distance)


def _flags(one: ReviewState, two: ReviewState) -> Iterator[FlagCompared]:
    mine, theirs = ({flag.about: flag for flag in state.flags} for state in (one, two))
    for about, flag in (theirs | mine).items():
        first, second = mine.get(about), theirs.get(about)
        said = first.verdict if first else None, second.verdict if second else None
        by_machine = any(each.by_machine for each in (first, second) if each)
        if any(said) or by_machine:
            yield FlagCompared(
                about=about,
                utterance=flag.utterance,
                element=flag.element,
                direction=flag.direction,
                by_machine=by_machine,
                said=said,
                to=(first.to if first else None, second.to if second else None),
            )


def _given(one: ElementState) -> Given:
    return Given(score=one.score, none=one.none, reason=one.reason)


def _scores(one: ElementCompared) -> tuple[int | None, int | None]:
    return one.given[0].score, one.given[1].score


def _same(one: ElementCompared) -> bool:
    first, second = one.given
    return first.settled and (first.score, first.none) == (second.score, second.none)


def _found(one: FlagCompared) -> FlagState:
    return FlagState(about=one.about, utterance=one.utterance, element=one.element, direction=one.direction)


def _agreed_flag(flag: FlagState, said: FlagCompared | None) -> FlagState:
    if said is None or said.said[0] != said.said[1] or said.to[0] != said.to[1]:
        return flag
    return replace(flag, verdict=said.said[0], to=said.to[0])


def _agreed_score(one: ElementState, given: Given | None) -> ElementState:
    if given is None:
        return one
    return replace(one, score=given.score, none=given.none, state=Standing.CONFIRMED)
