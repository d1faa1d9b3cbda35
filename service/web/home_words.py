"""How the first page says what a session waits for, and where a person goes to do it."""

from __future__ import annotations

from dataclasses import dataclass

from service.web.home import Need, Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """``tag`` in a word or two, with GOV.UK's ``colour`` for it; ``act`` is what to do, at ``end`` of the session."""

    tag: str
    colour: str
    act: str
    end: str = ""


NEED_WORDS: dict[Need, Said] = {
    Need.PERMISSIONS: Said(tag="Permissions missing", colour="orange", act="Ask everybody, and say what they answered"),
    Need.RECORDING: Said(tag="Recording missing", colour="orange", act="Add the recording or a transcript"),
    Need.UPLOAD: Said(tag="Upload not finished", colour="orange", act="Go on with the upload"),
    Need.WAITING: Said(tag="In the queue", colour="grey", act="See where it stands"),
    Need.WORK: Said(tag="Being worked on", colour="blue", act="See how far it is"),
    Need.FAILED: Said(tag="Did not work", colour="red", act="See what to do"),
    Need.LOCKED: Said(tag="Locked", colour="red", act="See whose permission is missing or over"),
    Need.VOICES: Said(tag="Ready", colour="green", act="Say who is who", end="/voices"),
    Need.REFLECTION: Said(tag="Ready", colour="green", act="Reflect on it", end="/reflection"),
    Need.SHARING: Said(tag="Only you see it", colour="grey", act="Read it, or share it with your coach"),
    Need.COACH: Said(tag="Shared with your coach", colour="blue", act="Look at it"),
    Need.REVIEW: Said(tag="Your coach reviews it", colour="blue", act="Look at it"),
    Need.CONVERSATION: Said(
        tag="Feedback comes", colour="green", act="See what comes before you read it", end="/feedback"
    ),
    Need.FEEDBACK: Said(tag="Feedback to read", colour="green", act="Read your feedback", end="/feedback"),
    Need.NOTHING: Said(tag="Feedback answered", colour="grey", act="Read the feedback again", end="/feedback"),
}
TURN_WORDS: dict[Turn, Said] = {
    Turn.BEGIN: Said(tag="Not begun", colour="orange", act="Begin the review", end="/review"),
    Turn.GO_ON: Said(tag="In review", colour="blue", act="Go on with the review", end="/review"),
    Turn.WRITE: Said(tag="Scores confirmed", colour="blue", act="Write the feedback", end="/feedback"),
    Turn.CONFIRM: Said(tag="Feedback written", colour="blue", act="Read it through and confirm it", end="/feedback"),
    Turn.RELEASE: Said(tag="Feedback confirmed", colour="green", act="Talk about it, then release it", end="/feedback"),
    Turn.ANSWER: Said(tag="Contested", colour="red", act="Read what the worker contests, and answer", end="/feedback"),
    Turn.DONE: Said(tag="Released", colour="grey", act="Read the feedback", end="/feedback"),
}
