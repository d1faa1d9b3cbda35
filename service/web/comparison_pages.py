"""Two coaches' reviews of one session side by side, and the way to an adjudication."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.fields import PathId
from service.api.principals import SignedIn
from service.database.words import ReviewKind
from service.reviews.records import Comparison, FlagCompared, Given, ReviewFacts, Verdict
from service.transcripts.records import Said
from service.web.forms import page_for
from service.web.kit import Kit
from service.web.rendering import clock_time
from service.web.review_looking import ReviewLooking
from service.web.review_wording import KIND_WORDS, NONE_WORDS, VERDICT_WORDS, direction_words

Coach = Annotated[SignedIn, Depends(page_for())]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementRow:
    """An element with what each coach gave it and their reasons; ``apart`` in words."""

    name: str
    given: tuple[str, str]
    reasons: tuple[str, str]
    apart: str
    differs: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FlagRow:
    """A flag on which the coaches differ, with the words that it is about."""

    utterance: str
    where: str
    text: str
    what: str
    said: tuple[str, str]


def comparison_pages(kit: Kit) -> APIRouter:
    """The comparison, for the two coaches and for who adjudicates."""
    router = APIRouter(include_in_schema=False)
    looking = ReviewLooking(parts=kit.parts)

    @router.get("/sessions/{session_id}/comparison")
    def compared(request: Request, session_id: PathId, who: Coach) -> Response:
        """Both reviews in two columns, what differs first."""
        found = looking.reviews.compare(who.actor, session_id)
        names = {one.id: one.name for one in looking.rubric(who.actor, session_id).elements}
        said = looking.said(who.actor, session_id)
        return kit.pages.page(
            request,
            "review/comparison.html",
            who,
            session_id=session_id,
            coaches=_coaches(found.reviews),
            kinds=[KIND_WORDS[one.kind] for one in found.reviews],
            elements=_elements(found, names),
            flags=_flags(found.flags, names, said),
            agreement=_agreement(found),
            adjudication=ReviewKind.ADJUDICATION.value,
        )

    return router


def _coaches(reviews: tuple[ReviewFacts, ReviewFacts]) -> tuple[str, str]:
    if not any(one.mine for one in reviews):
        return "First coach", "Second coach"
    first, second = ("You" if one.mine else "The other coach" for one in reviews)
    return first, second


def _elements(found: Comparison, names: Mapping[str, str]) -> list[ElementRow]:
    rows = []
    for one in found.elements:
        first, second = (_given(each) for each in one.given)
        apart = "" if one.distance is None else _apart(one.distance)
        rows.append(
            ElementRow(
                name=names.get(one.element, one.element),
                given=(first, second),
                reasons=(one.given[0].reason, one.given[1].reason),
                apart=apart or ("Same" if first == second else "Differs"),
                differs=first != second,
            )
        )
    return rows


def _given(given: Given) -> str:
    if given.score is not None:
        return str(given.score)
    return NONE_WORDS[given.none] if given.none else "Nothing"


def _apart(distance: int) -> str:
    points = abs(distance)
    return "Same" if points == 0 else "1 point apart" if points == 1 else f"{points} points apart"


def _flags(flags: Iterable[FlagCompared], names: Mapping[str, str], said: Mapping[str, Said]) -> list[FlagRow]:
    """Those that one coach took and the other did not, or changed otherwise."""
    rows = []
    for one in flags:
        if (one.said[0], one.to[0]) == (one.said[1], one.to[1]):
            continue
        words = said.get(one.utterance)
        at = words.start_ms if words else None
        rows.append(
            FlagRow(
                utterance=one.utterance,
                where=one.utterance if at is None else clock_time(at),
                text=words.text if words else "",
                what=direction_words(names.get(one.element, one.element), one.direction),
                said=(_said(one.said[0], one.to[0], names), _said(one.said[1], one.to[1], names)),
            )
        )
    return rows


def _said(verdict: Verdict | None, to: str | None, names: Mapping[str, str]) -> str:
    if verdict is None:
        return "No decision"
    changed = f" to {direction_words(names.get(to[:-1], to[:-1]), to[-1])}" if to else ""
    return f"{VERDICT_WORDS[verdict]}{changed}"


def _agreement(found: Comparison) -> str:
    if found.exact is None or found.within_one is None:
        return "No element has a score from both coaches."
    same, near = round(found.exact * found.both), round(found.within_one * found.both)
    return f"Of {found.both} elements that both scored, {same} have the same score and {near} are within one point."
