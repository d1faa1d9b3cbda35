"""A worker's reflection: their own view first, then what the program marked beside it. It opens to them alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from models.records.rubric import Element, Rubric
from service.api.errors import ChangedMeanwhileError
from service.api.fields import PathId
from service.api.principals import SignedIn
from service.api.problems import row_of
from service.keybroker.errors import RefusedError
from service.reflection import wording
from service.reflection.changing import Sent as SentFields
from service.reflection.errors import RatedAlreadyError, RatingsMissingError, ReflectionTextError
from service.reflection.forms import ReflectionShown
from service.reflection.moments import Suggested
from service.reflection.records import CANNOT_SAY, NOTE, WANTED, Kept, answer_parts, rating_field
from service.reflection.usecases import Reflections, ratings_of
from service.rubrics import rubric_for
from service.sessions.errors import NoDocumentError
from service.web.forms import Fields, Sent, page_for
from service.web.kit import Kit
from service.web.reflection_view import View, view_of
from service.web.rendering import NOTICES, Pages

Here = Annotated[SignedIn, Depends(page_for())]
SAVED, RATED = "reflection-saved", "reflection-rated"
_PAGE = "/sessions/{session_id}/reflection"


def reflection_pages(kit: Kit) -> APIRouter:
    """Rating oneself, and looking at what was suggested."""
    NOTICES[SAVED] = "Your reflection is saved. Only you can open it."
    NOTICES[RATED] = "Your ratings are kept as they are. Below you see what the program suggests."
    router, reflections = APIRouter(include_in_schema=False, prefix=_PAGE), Reflections(parts=kit.parts)
    _rating(router, kit.pages, reflections)
    _looking(router, kit.pages, reflections)
    return router


def _rating(router: APIRouter, pages: Pages, reflections: Reflections) -> None:
    @router.get("/rate/{element}")
    def asked(session_id: PathId, element: str, request: Request, who: Here) -> Response:
        """One element with its anchors; who has seen the suggestions is led to them."""
        kept = reflections.look(who.actor, session_id)
        if kept.rated_ms is not None:
            return pages.seen(_at(session_id))
        return _rate_page(pages, request, who, kept, element)

    @router.post("/rate/{element}")
    def answered(session_id: PathId, element: str, request: Request, who: Here, sent: Sent) -> Response:
        """Keep one rating and go on to the next element."""
        if not (given := sent.one("rating")):
            kept = reflections.look(who.actor, session_id)
            told = "Choose a number, or say that you cannot."
            return _rate_page(pages, request, who, kept, element, problem=told)
        try:
            kept = reflections.change(who.actor, session_id, SentFields(fields={rating_field(element): given}))
        except RatedAlreadyError:
            return pages.seen(_at(session_id))
        return pages.seen(_after(kept, element))

    @router.get("/without")
    def warned(session_id: PathId, request: Request, who: Here) -> Response:
        """Ask whether the worker means to see the suggestions before rating themself."""
        reflections.look(who.actor, session_id)
        return pages.page(request, "reflection/without.html", who, session_id=session_id)

    @router.post("/rated")
    def gone_on(session_id: PathId, who: Here, sent: Sent) -> Response:
        """Go on to the suggestions."""
        try:
            reflections.rate(who.actor, session_id, without=sent.one("without") == "yes")
        except RatingsMissingError:
            return pages.seen(_at(session_id))
        return pages.seen(_at(session_id), RATED)


def _looking(router: APIRouter, pages: Pages, reflections: Reflections) -> None:
    @router.get("")
    def shown(session_id: PathId, request: Request, who: Here) -> Response:
        """Where the worker stands: their ratings, or what was suggested beside them."""
        kept = reflections.look(who.actor, session_id)
        return _look_page(pages, reflections, request, who, _seen(reflections, who, kept))

    @router.post("")
    def written(session_id: PathId, request: Request, who: Here, sent: Sent) -> Response:
        """Keep answers and notes. What another window wrote meanwhile stays, and this is kept beside it."""
        fields = _written(sent)
        try:
            reflections.change(who.actor, session_id, SentFields(fields=fields, version=_version(sent)))
        except ReflectionTextError as refused:
            view = _seen(reflections, who, reflections.look(who.actor, session_id), fields)
            return _look_page(pages, reflections, request, who, view, problem=refused)
        except ChangedMeanwhileError:
            return pages.seen(f"{_at(session_id)}#beside")
        return pages.seen(_at(session_id), SAVED)

    @router.post("/beside")
    def settled(session_id: PathId, who: Here, sent: Sent) -> Response:
        """Take a text that was kept beside, or let it go."""
        reflections.settle(who.actor, session_id, sent.one("aside"), use=sent.one("act") == "use")
        return pages.seen(_at(session_id), SAVED)


def _seen(
    reflections: Reflections, who: SignedIn, kept: Kept, typed: Mapping[str, str] | None = None
) -> View:  # fmt: skip
    """What the worker sees of it now: no suggestion before they have rated themself, or before there is one."""
    made: Suggested | None = None
    if kept.rated_ms is not None:
        try:
            made = reflections.suggestions(who.actor, kept.facts.id, kept)
        except NoDocumentError:
            made = None
    return view_of(kept, rubric_for(kept.facts.setting), made, typed or {})


def _look_page(
    pages: Pages, reflections: Reflections, request: Request, who: SignedIn, view: View,
    problem: ReflectionTextError | None = None,
) -> Response:  # fmt: skip
    name = "reflection/start.html" if view.kept.rated_ms is None else "reflection/look.html"
    sent = ReflectionShown.of(view.kept).model_dump(include={"ratings", "answers", "note", "wanted"})
    return pages.page(
        request, name, who, status=row_of(type(problem)).status if problem else 200, view=view, kept=view.kept,
        session_id=view.kept.facts.id, words=wording,
        problem=str(problem) if problem else "",
        data={"session": view.kept.facts.id, "version": view.kept.version, "body": sent},
    )  # fmt: skip


def _rate_page(
    pages: Pages, request: Request, who: SignedIn, kept: Kept, element: str, problem: str = ""
) -> Response:  # fmt: skip
    rubric = rubric_for(kept.facts.setting)
    place, one = _place(rubric, element)
    before = rubric.elements[place - 1].id if place else None
    return pages.page(
        request, "reflection/rate.html", who, status=422 if problem else 200, rubric=rubric, element=one,
        number=place + 1, of=len(rubric.elements), before=before, rating=ratings_of(kept.reflection, rubric)[element],
        cannot_say=CANNOT_SAY, problem=problem, session_id=kept.facts.id,
    )  # fmt: skip


def _place(rubric: Rubric, element: str) -> tuple[int, Element]:
    """Where an element stands in the rubric. Raises RefusedError for one that it does not have."""
    for place, one in enumerate(rubric.elements):
        if one.id == element:
            return place, one
    raise RefusedError("no such element")


def _after(kept: Kept, element: str) -> str:
    """The page after an element's: the next one that has no rating, or where all of them are seen."""
    rubric = rubric_for(kept.facts.setting)
    place, _ = _place(rubric, element)
    left = [one.id for one in rubric.elements[place + 1 :] if not kept.reflection.rated(one.id)]
    return f"{_at(kept.facts.id)}/rate/{left[0]}" if left else f"{_at(kept.facts.id)}#ratings"


def _written(sent: Fields) -> dict[str, str]:
    names = [name for name in sent.names() if name in (NOTE, WANTED) or answer_parts(name)]
    return {name: sent.one(name).replace("\r\n", "\n") for name in names}


def _version(sent: Fields) -> int:
    told = sent.one("version")
    return int(told) if told.isdecimal() and len(told) < 10 else -1


def _at(session_id: str) -> str:
    return _PAGE.format(session_id=session_id)
