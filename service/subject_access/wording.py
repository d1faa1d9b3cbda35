"""A copy in words, for whoever asked and for whoever reads it first: sections of lines, from the document. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models.records.speech import Role
from service.audit.records import Action, ActorRole, Kind, Outcome, Purpose
from service.database.words import How, PermissionAnswer, ReplyKind
from service.subject_access.records import LEFT_OUT

TITLE = "What is kept about you from one session"
_ROLES: dict[str, str] = {
    Role.PRACTITIONER: "social worker", Role.PARENT_OR_CARER: "parent or carer", Role.CHILD: "child or young person",
    Role.OTHER_FAMILY: "other family member", Role.OTHER_PROFESSIONAL: "other professional",
    Role.INTERPRETER: "interpreter", Role.SUPERVISOR: "supervisor",
}  # fmt: skip
_PURPOSES: dict[str, str] = {
    Purpose.REFLECTION: "reflection", Purpose.COACHING: "coaching", Purpose.RESEARCH: "research",
    Purpose.MODEL_IMPROVEMENT: "improving the program", Purpose.SUBJECT_ACCESS: "answering a request for a copy",
    Purpose.SUPPORT: "helping people to use the service", Purpose.OPERATION: "running the service",
}  # fmt: skip
_ANSWERS: dict[str, str] = {
    PermissionAnswer.GIVEN: "agreed to", PermissionAnswer.REFUSED: "not agreed to",
    PermissionAnswer.WITHDRAWN: "taken back",
}  # fmt: skip
_HOWS: dict[str, str] = {
    How.SPOKEN: "spoken", How.WRITTEN: "in writing", How.RECORDED: "on the recording",
    How.THROUGH_PARENT: "said by a parent or carer",
}  # fmt: skip
_ACTORS: dict[str, str] = {
    ActorRole.PRACTITIONER: "The worker", ActorRole.COACH: "A coach", ActorRole.MANAGER: "A manager",
    ActorRole.RESEARCHER: "A researcher", ActorRole.ADMINISTRATOR: "An administrator",
    ActorRole.SYSTEM: "The service itself", ActorRole.NOBODY: "Somebody without the right to",
}  # fmt: skip
_ACTIONS: dict[str, str] = {
    Action.VIEW: "looked at", Action.PLAY: "played", Action.EDIT: "changed", Action.EXPORT: "took a copy of",
    Action.RELEASE: "handed out", Action.DENIAL: "was turned away from", Action.PERMISSION: "recorded an answer about",
    Action.WITHDRAWAL: "took back an answer about", Action.ERASURE: "deleted", Action.KEY: "made the key of",
    Action.SIGN_IN: "signed in for", Action.ADMINISTRATION: "administered",
}  # fmt: skip
_KINDS: dict[str, str] = {
    Kind.SESSION: "the session", Kind.RECORDING: "the recording", Kind.ARTEFACT: "what was made of the recording",
    Kind.PARTICIPANT: "a participant", Kind.PERMISSION: "the permissions", Kind.REVIEW: "a review",
    Kind.FEEDBACK: "feedback", Kind.JOB: "the work on the recording", Kind.KEY: "the key", Kind.EXPORT: "a copy",
}  # fmt: skip
WRITTEN = {"title": "Title", "purpose": "Purpose", "change_goal": "Change goal", "notes": "Notes"}
"""What a worker writes about a session, as its form calls it."""
_NONE = {"not_seen": "not seen in this session", "not_applicable": "does not apply to this session"}
_REPLIES = {ReplyKind.ANSWER: "The worker", ReplyKind.CONTEST: "The worker", ReplyKind.RESPONSE: "The coach"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line: what stands before it, like a time, and its words. ``aside``: not theirs, or left out."""

    lead: str
    words: str
    aside: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Lines under a heading; ``empty`` stands there where there are none."""

    heading: str
    lines: tuple[Line, ...]
    empty: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyView:
    """A copy as people read it."""

    title: str
    about: tuple[str, ...]
    sections: tuple[Section, ...]
    closing: str


def view_of(document: Mapping[str, Any]) -> CopyView:
    """What stands in the printed copy and on the page, from a document that is handed out."""
    sections = [
        Section(heading="What you agreed to", lines=tuple(_permissions(document)), empty="No answer of yours is kept."),
        Section(heading="What you said", lines=tuple(_said(document)), empty="No words of yours are kept."),
        Section(
            heading="What the worker wrote about the session", lines=tuple(_written(document)), empty="Nothing is kept."
        ),
        Section(heading="Who used it, and what for", lines=tuple(_accesses(document)), empty="Nobody did."),
    ]
    if document["worker"] is not None:
        sections += _about_worker(document["worker"])
    role, place = document["participant"]["role"], document["participant"]["place"]
    about = (
        f"For: {_ROLES.get(role, 'somebody who was there')}{f' {place}' if place > 1 else ''}.",
        f"Request: {document['reference']}. Put together on {moment(document['made'])}.",
        document["logic"],
    )
    return CopyView(title=TITLE, about=about, sections=tuple(sections), closing=document["not_here"])


def moment(iso: str) -> str:
    """2026-11-22T10:05:00.000Z as people write it, in UTC."""
    read = datetime.fromisoformat(iso)
    return f"{read.day} {read:%B %Y}, {read:%H:%M} (UTC)"


def day(iso: str) -> str:
    """The day of it."""
    read = datetime.fromisoformat(iso)
    return f"{read.day} {read:%B %Y}"


def place_in(start_ms: int | None) -> str:
    """A place in the recording, like 12:07; nothing where a transcript has no times."""
    if start_ms is None:
        return ""
    minutes, seconds = divmod(start_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _permissions(document: Mapping[str, Any]) -> Iterator[Line]:
    for one in document["permissions"]:
        until = f", until {day(one['until'])}" if one["until"] else ""
        words = f"{_PURPOSES[one['purpose']]}: {_ANSWERS[one['answer']]} ({_HOWS[one['how']]}{until})"
        yield Line(lead=moment(one["said"]), words=words[0].upper() + words[1:])


def _written(document: Mapping[str, Any]) -> Iterator[Line]:
    for one in document["written"]:
        yield Line(lead=WRITTEN[one["what"]], words=one["text"])
    if number := document["written_left_out"]:
        yield Line(lead="", words=f"[{number} {'text' if number == 1 else 'texts'} left out]", aside=True)


def _said(document: Mapping[str, Any]) -> Iterator[Line]:
    for one in document["transcript"]:
        if "left_out" in one:
            number = one["left_out"]
            what = "1 utterance" if number == 1 else f"{number} utterances"
            yield Line(lead="", words=f"[{what} of other people left out]", aside=True)
        elif one["whose"] == "own":
            yield Line(lead=place_in(one["start_ms"]), words=one["text"])
        else:
            who = _ROLES.get(one["role"], "another voice")
            yield Line(lead=place_in(one["start_ms"]), words=f"({who}) {one['text']}", aside=True)


def _accesses(document: Mapping[str, Any]) -> Iterator[Line]:
    """By day: one who listens asks for the sound many times. The document for programs has each one."""
    counted = Counter(
        (day(one["when"]), one["role"], one["action"], one["what"], one["purpose"], one["outcome"])
        for one in document["accesses"]
    )
    for (when, role, action, what, purpose, outcome), number in counted.items():
        times = "" if number == 1 else f", {number} times"
        failed = ", which failed" if outcome == Outcome.FAILED else ""
        done = f"{_ACTORS[role]} {_ACTIONS[action]} {_KINDS.get(what, 'something of it')}"
        yield Line(lead=when, words=f"{done} for {_PURPOSES[purpose]}{times}{failed}")


def _about_worker(worker: Mapping[str, Any]) -> list[Section]:
    notes = tuple(Line(lead="A coach's note", words=one["text"]) for one in worker["notes"])
    said = tuple(Line(lead=_REPLIES[ReplyKind(one["kind"])], words=one["words"]) for one in worker["replies"])
    return [
        Section(heading="What a program suggested", lines=_scores(worker["suggested"]), empty="No scores."),
        Section(heading="What a coach decided", lines=(*_scores(worker["confirmed"]), *notes), empty="No scores."),
        Section(heading="Your feedback", lines=tuple(_feedback(worker["feedback"])), empty="None was released."),
        Section(heading="What was said about the feedback", lines=said, empty="Nothing."),
    ]


def _scores(found: Sequence[Mapping[str, Any]]) -> tuple[Line, ...]:
    return tuple(Line(lead=_named(one["element"]), words=_score(one)) for one in found)


def _score(one: Mapping[str, Any]) -> str:
    """With the interval of a suggestion, and the reason of a coach."""
    if one["score"] is None:
        return _NONE.get(one.get("none") or "", "no score")
    between = f", between {one['low']} and {one['high']}" if one.get("low") is not None else ""
    reason = f". {one['reason']}" if one.get("reason") else ""
    return f"{one['score']} of 5{between}{reason}"


def _feedback(found: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    for one in found:
        for strength in one["strengths"]:
            yield Line(lead=_named(strength["element"]), words=strength["words"])
            for quoted in strength["moments"]:
                out = quoted["quote"] == LEFT_OUT
                yield Line(
                    lead=place_in(quoted["start_ms"]), words=f"[{LEFT_OUT}]" if out else quoted["quote"], aside=True
                )
        yield from (Line(lead="Next step", words=step) for step in one["next_steps"])
        for scored in one["scores"]:
            words = f"{_score(scored)}. {scored['words']}" if scored["words"] else _score(scored)
            yield Line(lead=_named(scored["element"]), words=words)


def _named(element: str) -> str:
    return element.removeprefix("sup_").replace("_", " ").capitalize()
