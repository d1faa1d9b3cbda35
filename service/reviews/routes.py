"""Reviews over HTTP: beginning one, deciding, seeing the suggestions, finishing, and comparing two."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from service.api.conditional import etag_of, unchanged
from service.api.fields import PathId
from service.api.principals import SignedIn, needs_scope
from service.parts import Parts
from service.people.records import Scope
from service.reviews.forms import (
    ActedShown,
    ActsForm,
    ComparisonShown,
    NewReviewForm,
    ReviewFactsShown,
    ReviewShown,
    ReviewsShown,
    UnchangedShown,
)
from service.reviews.records import ReviewState
from service.reviews.usecases import Reviews

Reader = Annotated[SignedIn, Depends(needs_scope(Scope.SESSIONS_READ))]
Coach = Annotated[SignedIn, Depends(needs_scope(Scope.REVIEWS_WRITE))]
Since = Annotated[int | None, Query(ge=0, lt=1 << 53, description="The number that one has already")]
TAGS: list[str | Enum] = ["reviews"]
_UNCHANGED = {"description": "Nothing changed since"}


def reviews_routers(parts: Parts) -> tuple[APIRouter, ...]:
    """The routes of reviews."""
    reviews = Reviews(parts=parts)
    return _of_sessions(reviews), _reviews(reviews), _stages(reviews)


def _of_sessions(reviews: Reviews) -> APIRouter:
    router = APIRouter(prefix="/sessions/{session_id}", tags=TAGS)

    @router.post("/reviews", status_code=201, responses={200: {"model": ReviewShown}})
    def begun(session_id: PathId, body: NewReviewForm, who: Coach, response: Response) -> ReviewShown:
        """Begin a review; where the same coach began it before, that one. Sharing cannot be undone from then on."""
        found = reviews.begun(who.actor, session_id, body.kind)
        response.status_code = 201 if found.new else 200
        response.headers["Location"] = f"/api/v1/reviews/{found.review.id}"
        return _shown(found.review, response)

    @router.get("/reviews")
    def listed(session_id: PathId, who: Reader) -> ReviewsShown:
        """One's own reviews of a session, and those of others once both are finished."""
        found = reviews.of_session(who.actor, session_id)
        return ReviewsShown(items=[ReviewFactsShown.model_validate(one) for one in found])

    @router.get("/comparison")
    def compared(session_id: PathId, who: Reader) -> ComparisonShown:
        """Two coaches' finished reviews side by side."""
        return ComparisonShown.model_validate(reviews.compare(who.actor, session_id))

    return router


def _reviews(reviews: Reviews) -> APIRouter:
    router = APIRouter(prefix="/reviews/{review_id}", tags=TAGS)

    @router.get("", response_model=ReviewShown | UnchangedShown, responses={304: _UNCHANGED})
    def one(
        review_id: PathId, who: Reader, request: Request, response: Response, since: Since = None
    ) -> Response | ReviewShown | UnchangedShown:
        """A review as it stands; only its number where nothing was done since the number that one has."""
        if since is not None and reviews.is_unchanged(who.actor, review_id, since):
            response.headers["ETag"] = etag_of(since)
            return UnchangedShown(number=since)
        found = reviews.look(who.actor, review_id)
        return unchanged(request, etag_of(found.number)) or _shown(found, response)

    @router.post("/acts")
    def acted(review_id: PathId, body: ActsForm, who: Coach, response: Response) -> ActedShown:
        """Keep acts in their order. One that is refused does not stop the others; one sent again is kept once."""
        found = reviews.act(who.actor, review_id, [one.record() for one in body.acts])
        response.headers["ETag"] = etag_of(found.number)
        return ActedShown.model_validate(found)

    return router


def _stages(reviews: Reviews) -> APIRouter:
    router = APIRouter(prefix="/reviews/{review_id}", tags=TAGS)

    @router.post("/reveal")
    def revealed(review_id: PathId, who: Coach, response: Response) -> ReviewShown:
        """Show the suggestions in a blind review, once every element has a score or a word for why it has none."""
        return _shown(reviews.reveal(who.actor, review_id), response)

    @router.post("/finish")
    def finished(review_id: PathId, who: Coach, response: Response) -> ReviewShown:
        """End a review in which every element has a score, or a word for why it has none."""
        return _shown(reviews.finish(who.actor, review_id), response)

    @router.post("/reopen")
    def reopened(review_id: PathId, who: Coach, response: Response) -> ReviewShown:
        """Go on with a finished review, until feedback is confirmed."""
        return _shown(reviews.reopen(who.actor, review_id), response)

    return router


def _shown(found: ReviewState, response: Response) -> ReviewShown:
    response.headers["ETag"] = etag_of(found.number)
    return ReviewShown.model_validate(found)
