"""Pages of a review: the workspace, and the forms by which it works without scripts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from models.errors import PracticeError
from service.api.fields import PathId
from service.api.principals import SignedIn
from service.api.problems import row_of
from service.database.words import ReviewKind, StaffRole
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.keybroker.ports import Actor
from service.reviews.records import Act, ActKind, NoneGiven, Refused, ReviewState
from service.web.forms import Fields, Sent, page_for
from service.web.kit import Kit
from service.web.review_looking import ReviewLooking
from service.web.review_view import Typed

Coach = Annotated[SignedIn, Depends(page_for())]
CONFLICT = 409
_KINDS = {one.value: one for one in ReviewKind}


def review_pages(kit: Kit) -> APIRouter:
    """The workspace and its forms."""
    router = APIRouter(include_in_schema=False, prefix="/sessions/{session_id}/review")
    desk = _Desk(kit)

    @router.get("")
    def workspace(request: Request, session_id: PathId, who: Coach) -> Response:
        """The workspace; before the first review, what beginning one means."""
        return desk.shown(request, who, session_id)

    @router.post("")
    def begun(session_id: PathId, who: Coach, sent: Sent) -> Response:
        """Begin a review, or go on with one's own."""
        desk.looking.reviews.begin(who.actor, session_id, _KINDS.get(sent.one("kind")))
        return kit.pages.seen(f"/sessions/{session_id}/review")

    @router.post("/score")
    def scored(request: Request, session_id: PathId, who: Coach, sent: Sent) -> Response:
        """Give an element a score, or say why there is none."""
        element = sent.one("element")
        act = Act(act_id=new_id(), kind=ActKind.SCORE, about=element, body=_score_of(sent))
        place, reason = f"score-{element}", sent.one("reason")
        typed = Typed(problem="", at=place, element=element, score=_chosen(sent), reason=reason)
        return desk.done(request, who, session_id, act, f"element-{element}", typed)

    @router.post("/opened")
    def opened(request: Request, session_id: PathId, who: Coach, sent: Sent) -> Response:
        """Open the first moment behind a suggestion."""
        return desk.opened(request, who, session_id, sent.one("element"))

    @router.post("/flag")
    def flagged(request: Request, session_id: PathId, who: Coach, sent: Sent) -> Response:
        """Decide on a flag, or add one."""
        verdict, _, about = sent.one("act").partition(" ")
        about = about or f"{sent.one('utterance')}:{sent.one('element')}{sent.one('direction')}"
        act = Act(act_id=new_id(), kind=ActKind.FLAG, about=about, body={"verdict": verdict})
        utterance = about.partition(":")[0]
        return desk.done(request, who, session_id, act, utterance, Typed(problem="", at=utterance))

    @router.post("/note")
    def noted(request: Request, session_id: PathId, who: Coach, sent: Sent) -> Response:
        """Keep a note."""
        body = {"text": sent.one("text"), "utterance": sent.one("utterance") or None}
        act = Act(act_id=new_id(), kind=ActKind.NOTE, about=sent.one("utterance"), body=body)
        return desk.done(request, who, session_id, act, "note", Typed(problem="", at="note"))

    _endings(router, desk)
    return router


def _endings(router: APIRouter, desk: _Desk) -> None:
    reviews = desk.looking.reviews

    @router.post("/reveal")
    def revealed(request: Request, session_id: PathId, who: Coach) -> Response:
        """See the suggestions, once everything is scored."""
        return desk.turned(request, who, session_id, reviews.reveal)

    @router.post("/finish")
    def finished(request: Request, session_id: PathId, who: Coach) -> Response:
        """End the review, once everything is confirmed."""
        return desk.turned(request, who, session_id, reviews.finish)

    @router.post("/reopen")
    def reopened(request: Request, session_id: PathId, who: Coach) -> Response:
        """Go on with a finished review."""
        return desk.turned(request, who, session_id, reviews.reopen)


class _Desk:
    """Answers with the workspace, or leads to it."""

    def __init__(self, kit: Kit) -> None:
        self.pages = kit.pages
        self.looking = ReviewLooking(parts=kit.parts)

    def shown(self, request: Request, who: SignedIn, session_id: str) -> Response:
        own = self.looking.own(who.actor, session_id)
        if own is None:
            if StaffRole.COACH not in who.actor.roles:
                raise RefusedError("reviews are for coaches")
            held_on = self.looking.held_on(who.actor, session_id)
            return self.pages.page(request, "review/begin.html", who, session_id=session_id, held_on=held_on)
        return self.pages.page(request, "review/page.html", who, shown=self.looking.page(who.actor, own.id))

    def done(self, request: Request, who: SignedIn, session_id: str, act: Act, place: str, typed: Typed) -> Response:
        """Do one act, and lead to its place on the page; where it is refused, show the page with what was typed."""
        own = self._own(who.actor, session_id)
        acted = self.looking.reviews.act(who.actor, own, (act,))
        if acted.refused:
            return self._refused(request, who, own, typed, _words(acted.refused[0]))
        return self._led(session_id, place)

    def opened(self, request: Request, who: SignedIn, session_id: str, element: str) -> Response:
        review = self.looking.reviews.look(who.actor, self._own(who.actor, session_id))
        found = [one.suggested.evidence for one in review.scores if one.element == element and one.suggested]
        behind = found[0] if found else ()
        place = behind[0].partition(":")[0] if behind else f"element-{element}"
        act = Act(act_id=new_id(), kind=ActKind.OPENED, about=element, body={"utterances": [place]})
        return self.done(request, who, session_id, act, place, Typed(problem="", at=place))

    def turned(
        self, request: Request, who: SignedIn, session_id: str, turn: Callable[[Actor, str], ReviewState]
    ) -> Response:
        own = self._own(who.actor, session_id)
        try:
            turn(who.actor, own)
        except PracticeError as refused:
            if row_of(type(refused)).status != CONFLICT:
                raise
            return self._refused(request, who, own, Typed(problem="", at="elements"), str(refused))
        return self._led(session_id, "elements")

    def _own(self, actor: Actor, session_id: str) -> str:
        own = self.looking.own(actor, session_id)
        if own is None:
            raise RefusedError("no review of theirs")
        return own.id

    def _refused(self, request: Request, who: SignedIn, own: str, typed: Typed, problem: str) -> Response:
        told = Typed(problem=problem, at=typed.at, element=typed.element, score=typed.score, reason=typed.reason)
        shown = self.looking.page(who.actor, own, told)
        return self.pages.page(request, "review/page.html", who, status=CONFLICT, shown=shown)

    def _led(self, session_id: str, place: str) -> Response:
        return self.pages.seen(f"/sessions/{session_id}/review#{quote(place)}")


def _words(refused: Refused) -> str:
    return refused.detail or refused.title


def _chosen(sent: Fields) -> str:
    """The field's value: of the button that takes the suggestion, or what was chosen."""
    return sent.one("take") or sent.one("score")


def _score_of(sent: Fields) -> dict[str, object]:
    chosen = _chosen(sent)
    score = int(chosen) if chosen in {"1", "2", "3", "4", "5"} else None
    none = chosen if chosen in {one.value for one in NoneGiven} else None
    return {"score": score, "none": none, "reason": sent.one("reason")}
