"""Pages of feedback: the coach writes and releases it, the worker reads, answers and contests it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from models.errors import PracticeError
from pipelines.rubrics import shipped_rubric
from service.api.fields import PathId
from service.api.principals import SignedIn
from service.api.problems import row_of
from service.database.words import FeedbackState
from service.feedback import store
from service.feedback.documents import FeedbackDocuments, attached, viewed
from service.feedback.pdf import PDF_TYPE
from service.feedback.receiving import Receiving
from service.feedback.records import WHOLE, Awaited, Draft, Received, Wording
from service.feedback.rendering import view_of
from service.feedback.usecases import Feedbacks
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.web.feedback_forms import fields_for, kept_in, wording_of
from service.web.forms import Fields, Sent, page_for
from service.web.kit import Kit
from service.web.rendering import NOTICES
from service.word_documents import DOCX_TYPE

Here = Annotated[SignedIn, Depends(page_for())]
FreshHere = Annotated[SignedIn, Depends(page_for(fresh=True))]
_PATH = "/sessions/{session_id}/feedback"
NOTICES.update(
    {
        "feedback-saved": "The draft is saved.",
        "feedback-send": "The draft is finished. Read it once more as the worker will, then confirm it.",
        "feedback-back": "This is a draft again.",
        "feedback-confirm": "You have confirmed this feedback.",
        "feedback-talked": "The conversation is recorded.",
        "feedback-release": "The worker can read this feedback now.",
        "feedback-waived": "You have said that you do not need a conversation first.",
        "feedback-said": "What you wrote was added.",
        "feedback-second": "A second coder is asked to look at this session.",
    }
)


def feedback_pages(kit: Kit) -> tuple[APIRouter, ...]:
    """The pages, and where their forms lead."""
    return _reading(kit), _writing(kit), _documents(kit)


def _reading(kit: Kit) -> APIRouter:
    router, pages, receiving = APIRouter(include_in_schema=False), kit.pages, Receiving(parts=kit.parts)

    @router.get(_PATH)
    def shown(session_id: PathId, request: Request, who: Here) -> Response:
        """What was released; before that the worker's word of what is to come, and the author's form."""
        match receiving.found(who.actor, session_id):
            case Received() as received:
                return _released(kit, request, who, received)
            case Awaited() as awaited:
                return pages.page(request, "feedback/nothing_yet.html", who, session_id=session_id, asked=awaited.asked)
        return _coachs(kit, request, who, session_id)

    @router.post(f"{_PATH}/waiver")
    def waived(session_id: PathId, who: Here) -> Response:
        """The worker does without the conversation."""
        receiving.waive(who.actor, session_id)
        return pages.seen(_page(session_id), "feedback-waived")

    @router.post(f"{_PATH}/replies")
    def said(session_id: PathId, request: Request, who: Here, sent: Sent) -> Response:
        """An answer, a contest, or the coach's word to one."""
        try:
            return pages.seen(_page(session_id) + "#said-here", _say(receiving, who, session_id, sent))
        except RefusedError:
            raise
        except PracticeError as refused:
            received = receiving.released(who.actor, session_id)
            if received is None:
                raise
            return _released(kit, request, who, received, refused, sent)

    return router


def _writing(kit: Kit) -> APIRouter:
    router, pages, feedbacks = APIRouter(include_in_schema=False), kit.pages, Feedbacks(parts=kit.parts)

    @router.post(_PATH)
    def begun(session_id: PathId, who: Here, sent: Sent) -> Response:
        """Begin a draft from the coach's own finished review."""
        feedbacks.draft(who.actor, session_id, sent.one("review_id"))
        return pages.seen(_page(session_id))

    @router.post(f"{_PATH}/draft")
    def saved(session_id: PathId, request: Request, who: Here, sent: Sent) -> Response:
        """Save what the coach wrote, and go on where that was asked; what cannot be kept is shown again as it was."""
        wording = wording_of(sent)
        try:
            kept = feedbacks.change(who.actor, sent.one("feedback_id"), wording, version=sent.version()).facts
            if sent.one("then") != "send":
                return pages.seen(_page(session_id), "feedback-saved")
            feedbacks.send_to_review(who.actor, kept.id, version=kept.version)
            return pages.seen(_page(session_id), "feedback-send")
        except RefusedError:
            raise
        except PracticeError as refused:
            return _coachs(kit, request, who, session_id, refused, wording)

    @router.post(f"{_PATH}/step")
    def stepped(session_id: PathId, request: Request, who: Here, sent: Sent) -> Response:
        """One step on, or back to a draft."""
        step = sent.one("step")
        try:
            _step(feedbacks, who, sent, step)
            return pages.seen(_page(session_id), f"feedback-{step}")
        except RefusedError:
            raise
        except PracticeError as refused:
            return _coachs(kit, request, who, session_id, refused)

    return router


def _documents(kit: Kit) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    documents = FeedbackDocuments(parts=kit.parts, council=kit.pages.council.name)

    @router.get(f"{_PATH}/document.pdf")
    def pdf(session_id: PathId, who: FreshHere) -> Response:
        """Released feedback as a PDF."""
        return attached(documents.pdf(who.actor, session_id), PDF_TYPE, "feedback.pdf")

    @router.get(f"{_PATH}/document.docx")
    def docx(session_id: PathId, who: FreshHere) -> Response:
        """Released feedback as a Word document."""
        return attached(documents.docx(who.actor, session_id), DOCX_TYPE, "feedback.docx")

    return router


def _coachs(
    kit: Kit,
    request: Request,
    who: SignedIn,
    session_id: str,
    refused: PracticeError | None = None,
    typed: Wording | None = None,
) -> Response:
    """The author's page: a form while it is a draft, else the feedback as the worker will read it."""
    feedbacks = Feedbacks(parts=kit.parts)
    draft = feedbacks.editing(who.actor, session_id)
    status = row_of(type(refused)).status if refused else 200
    given = {"session_id": session_id, "problem": str(refused) if refused else ""}
    if draft is None:
        own = feedbacks.begins_from(who.actor, session_id)
        return kit.pages.page(request, "feedback/begin.html", who, status=status, review=own, **given)
    return kit.pages.page(request, "feedback/write.html", who, status=status, **given, **_shown(kit, draft, typed))


def _shown(kit: Kit, draft: Draft, typed: Wording | None) -> dict[str, object]:
    body, facts = draft.written.body, draft.written.facts
    wording = typed or kept_in(draft)
    with kit.parts.database.reading() as rows:
        _, held_on = store.about_session(rows, facts.session_id)
    return {
        "facts": facts,
        "is_draft": facts.state is FeedbackState.DRAFT,
        "fields": fields_for(draft, wording, shipped_rubric(body.setting)),
        "next_steps": [*wording.next_steps, "", ""][:2],
        "view": view_of(body, held_on),
        "written": bool(body.strengths and body.next_steps),
    }


def _released(
    kit: Kit,
    request: Request,
    who: SignedIn,
    received: Received,
    refused: PracticeError | None = None,
    sent: Fields | None = None,
) -> Response:
    facts = received.written.facts
    return kit.pages.page(
        request,
        "feedback/read.html",
        who,
        status=row_of(type(refused)).status if refused else 200,
        session_id=facts.session_id,
        view=viewed(kit.parts, received),
        is_worker=facts.worker_id == who.actor.person_id,
        act_id=new_id(),
        whole=WHOLE,
        problem=str(refused) if refused else "",
        typed=sent.one("words") if sent else "",
        about=sent.one("about") if sent else "",
    )


def _say(receiving: Receiving, who: SignedIn, session_id: str, sent: Fields) -> str:
    """Keep a reply; the notice of it."""
    kind, about, words, act_id = (sent.one(name) for name in ("kind", "about", "words", "act_id"))
    match kind:
        case "contest":
            receiving.contest(who.actor, session_id, about, words, act_id=act_id)
        case "respond":
            receiving.respond(who.actor, session_id, about, words, act_id=act_id)
        case "second":
            receiving.ask_second(who.actor, session_id, act_id=act_id)
            return "feedback-second"
        case _:
            receiving.answer(who.actor, session_id, words, act_id=act_id)
    return "feedback-said"


def _step(feedbacks: Feedbacks, who: SignedIn, sent: Fields, step: str) -> None:
    feedback_id, version = sent.one("feedback_id"), sent.version()
    match step:
        case "send":
            feedbacks.send_to_review(who.actor, feedback_id, version=version)
        case "back":
            feedbacks.back_to_draft(who.actor, feedback_id, version=version)
        case "confirm":
            feedbacks.confirm(who.actor, feedback_id, sent.one("body_hash"), version=version)
        case "talked":
            feedbacks.record_conversation(who.actor, feedback_id, version=version)
        case "release":
            feedbacks.release(who.actor, feedback_id, version=version)
        case _:
            raise RefusedError("no such step")


def _page(session_id: str) -> str:
    return f"/sessions/{session_id}/feedback"
