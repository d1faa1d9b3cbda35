"""Feedback over HTTP: the coach writes, confirms and releases it, the worker reads, answers and contests it."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from service.api.conditional import etag_of, unchanged, version_seen
from service.api.fields import PathId
from service.api.principals import SignedIn, needs_scope, needs_sign_in
from service.feedback.documents import FeedbackDocuments, attached
from service.feedback.forms import (
    CandidateShown,
    CandidatesShown,
    ConfirmationForm,
    FeedbackFactsShown,
    FeedbackShown,
    FeedbacksShown,
    NewFeedbackForm,
    ReceivedShown,
    ReplyForm,
    ResponseForm,
    SecondForm,
    WordingForm,
)
from service.feedback.pdf import PDF_TYPE
from service.feedback.receiving import Receiving
from service.feedback.records import WHOLE, Awaited, Received, Written
from service.feedback.usecases import Feedbacks
from service.parts import Parts
from service.people.records import Scope
from service.word_documents import DOCX_TYPE

Reader = Annotated[SignedIn, Depends(needs_scope(Scope.SESSIONS_READ))]
Worker = Annotated[SignedIn, Depends(needs_scope(Scope.SESSIONS_WRITE))]
Coach = Annotated[SignedIn, Depends(needs_scope(Scope.REVIEWS_WRITE))]
Fresh = Annotated[SignedIn, Depends(needs_sign_in(fresh=True))]
Version = Annotated[int, Depends(version_seen)]
TAGS: list[str | Enum] = ["feedback"]
_UNCHANGED = {"description": "Nothing changed since"}
_Step = Callable[..., Written]
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_PDF = {"content": {PDF_TYPE: _BYTES}, "description": "The document"}
_DOCX = {"content": {DOCX_TYPE: _BYTES}, "description": "The document"}


def feedback_routers(parts: Parts, council: str) -> tuple[APIRouter, ...]:
    """The routes of feedback. ``council``: whose name stands on the documents."""
    feedbacks, receiving = Feedbacks(parts=parts), Receiving(parts=parts)
    documents = FeedbackDocuments(parts=parts, council=council)
    return (
        _of_sessions(feedbacks, receiving),
        _released(receiving),
        _documents(documents),
        _writing(feedbacks),
        _steps(feedbacks),
    )


def _of_sessions(feedbacks: Feedbacks, receiving: Receiving) -> APIRouter:
    router = APIRouter(prefix="/sessions/{session_id}/feedback", tags=TAGS)

    @router.get("")
    def listed(session_id: PathId, who: Reader) -> FeedbacksShown:
        """The released feedback on a session; before that, what its author writes, or what its worker waits for."""
        return _listed(feedbacks, receiving, who, session_id)

    @router.post("", status_code=201, responses={200: {"model": FeedbackShown}})
    def begun(session_id: PathId, body: NewFeedbackForm, who: Coach, response: Response) -> FeedbackShown:
        """Begin a draft from one's own finished review; where one was begun before, that one."""
        found = feedbacks.begun(who.actor, session_id, body.review_id)
        response.status_code = 201 if found.new else 200
        response.headers["Location"] = f"/api/v1/feedback/{found.written.facts.id}"
        return _shown(found.written, who, response)

    @router.post("/waiver", status_code=204)
    def waived(session_id: PathId, who: Worker) -> None:
        """The worker does without the conversation about feedback that is confirmed."""
        receiving.waive(who.actor, session_id)

    return router


def _released(receiving: Receiving) -> APIRouter:
    router = APIRouter(prefix="/sessions/{session_id}/feedback/released", tags=TAGS)

    @router.get("", response_model=ReceivedShown, responses={304: _UNCHANGED})
    def one(session_id: PathId, who: Reader, request: Request, response: Response) -> Response | ReceivedShown:
        """Released feedback, for its worker and its author, with what was said to it since."""
        shown = _received(receiving, who, session_id, response)
        return unchanged(request, response.headers["ETag"]) or shown

    @router.post("/replies")
    def answered(session_id: PathId, body: ReplyForm, who: Worker, response: Response) -> ReceivedShown:
        """The worker answers all of it, or says that they see a score differently. Both views stand side by side."""
        if body.about == WHOLE:
            receiving.answer(who.actor, session_id, body.words, act_id=body.act_id)
        else:
            receiving.contest(who.actor, session_id, body.about, body.words, act_id=body.act_id)
        return _received(receiving, who, session_id, response)

    @router.post("/second-coder")
    def asked(session_id: PathId, body: SecondForm, who: Worker, response: Response) -> ReceivedShown:
        """The worker asks for a second coder, once they contested a score."""
        receiving.ask_second(who.actor, session_id, act_id=body.act_id)
        return _received(receiving, who, session_id, response)

    @router.post("/responses")
    def responded(session_id: PathId, body: ResponseForm, who: Coach, response: Response) -> ReceivedShown:
        """The coach says something to what the worker said."""
        receiving.respond(who.actor, session_id, body.about, body.words, act_id=body.act_id)
        return _received(receiving, who, session_id, response)

    return router


def _documents(documents: FeedbackDocuments) -> APIRouter:
    router = APIRouter(prefix="/sessions/{session_id}/feedback/released", tags=TAGS)

    @router.get("/document.pdf", response_class=Response, responses={200: _PDF})
    def pdf(session_id: PathId, who: Fresh) -> Response:
        """Released feedback as a PDF, from a browser in which one proved within minutes who one is."""
        return attached(documents.pdf(who.actor, session_id), PDF_TYPE, "feedback.pdf")

    @router.get("/document.docx", response_class=Response, responses={200: _DOCX})
    def docx(session_id: PathId, who: Fresh) -> Response:
        """Released feedback as a Word document, in the same way."""
        return attached(documents.docx(who.actor, session_id), DOCX_TYPE, "feedback.docx")

    return router


def _writing(feedbacks: Feedbacks) -> APIRouter:
    router = APIRouter(prefix="/feedback/{feedback_id}", tags=TAGS)

    @router.get("", response_model=FeedbackShown, responses={304: _UNCHANGED})
    def one(feedback_id: PathId, who: Reader, request: Request, response: Response) -> Response | FeedbackShown:
        """Feedback that one wrote, as it stands."""
        found = feedbacks.look(who.actor, feedback_id)
        return unchanged(request, etag_of(found.facts.version)) or _shown(found, who, response)

    @router.get("/moments")
    def offered(feedback_id: PathId, who: Reader) -> CandidatesShown:
        """The moments that its author can quote."""
        found = feedbacks.moments(who.actor, feedback_id)
        return CandidatesShown(items=[CandidateShown.model_validate(one) for one in found])

    @router.put("")
    def saved(
        feedback_id: PathId, body: WordingForm, who: Coach, version: Version, response: Response
    ) -> FeedbackShown:
        """Keep what the coach writes, whole, while it is a draft and as it was at the version of If-Match."""
        return _shown(feedbacks.change(who.actor, feedback_id, body.record(), version=version), who, response)

    @router.post("/confirm")
    def confirmed(
        feedback_id: PathId, body: ConfirmationForm, who: Coach, version: Version, response: Response
    ) -> FeedbackShown:
        """Say that one read exactly the content of this hash, and that it is fair. Never the worker's to say."""
        done = feedbacks.confirm(who.actor, feedback_id, body.body_hash, version=version)
        return _shown(done, who, response)

    return router


def _steps(feedbacks: Feedbacks) -> APIRouter:
    router = APIRouter(prefix="/feedback/{feedback_id}", tags=TAGS)

    def shown(
        step: Callable[..., Written], feedback_id: str, who: SignedIn, version: int, to: Response
    ) -> FeedbackShown:
        return _shown(step(who.actor, feedback_id, version=version), who, to)

    @router.post("/send")
    def sent(feedback_id: PathId, who: Coach, version: Version, response: Response) -> FeedbackShown:
        """Say that it is written, with a strength and a next step at least, so that it is read once more as it is."""
        return shown(feedbacks.send_to_review, feedback_id, who, version, response)

    @router.post("/back")
    def back(feedback_id: PathId, who: Coach, version: Version, response: Response) -> FeedbackShown:
        """Make it a draft again, until it is released; it is confirmed and talked about anew then."""
        return shown(feedbacks.back_to_draft, feedback_id, who, version, response)

    @router.post("/conversation")
    def talked(feedback_id: PathId, who: Coach, version: Version, response: Response) -> FeedbackShown:
        """Record that what is confirmed was talked about with the worker."""
        return shown(feedbacks.record_conversation, feedback_id, who, version, response)

    @router.post("/release")
    def released(feedback_id: PathId, who: Coach, version: Version, response: Response) -> FeedbackShown:
        """Give what is confirmed to the worker, after the conversation or their waiver. There is no way back."""
        return shown(feedbacks.release, feedback_id, who, version, response)

    return router


def _listed(feedbacks: Feedbacks, receiving: Receiving, who: SignedIn, session_id: str) -> FeedbacksShown:
    match receiving.found(who.actor, session_id):
        case Received() as received:
            return FeedbacksShown(items=[FeedbackFactsShown.of(received.written.facts, who.actor.person_id)])
        case Awaited() as awaited:
            return FeedbacksShown(items=[], asked=awaited.asked)
    own = feedbacks.mine(who.actor, session_id)
    if own is not None:
        return FeedbacksShown(items=[FeedbackFactsShown.of(own.facts, who.actor.person_id)])
    review = feedbacks.begins_from(who.actor, session_id)
    return FeedbacksShown(items=[], review_id=review.id if review else None)


def _received(receiving: Receiving, who: SignedIn, session_id: str, response: Response) -> ReceivedShown:
    found = receiving.released(who.actor, session_id)
    if found is None:
        receiving.refuse(who.actor, session_id)
    last = found.replies[-1].number if found.replies else 0
    response.headers["ETag"] = f'"r{found.written.facts.version}-{last}"'
    return ReceivedShown.of_received(found, who.actor.person_id)


def _shown(found: Written, who: SignedIn, response: Response) -> FeedbackShown:
    response.headers["ETag"] = etag_of(found.facts.version)
    return FeedbackShown.written(found, who.actor.person_id)
