"""Words of a review, for people: how a flag or an element stands, and how likely something is."""

from __future__ import annotations

from models.records.scoring import NoScore
from service.database.words import ReviewKind
from service.reviews.records import ElementState, FlagState, NoneGiven, Suggested, Verdict

KIND_WORDS: dict[ReviewKind, str] = {
    ReviewKind.OPEN: "With suggestions",
    ReviewKind.BLIND: "Blind",
    ReviewKind.SECOND: "Second view",
    ReviewKind.ADJUDICATION: "Adjudication",
}
KIND_NOTES: dict[ReviewKind, str] = {
    ReviewKind.OPEN: "What the program marked and scored is a suggestion. You decide.",
    ReviewKind.BLIND: "Score first; then see what the program suggests.",
    ReviewKind.SECOND: "You and the other coach see each other's scores once both have finished.",
    ReviewKind.ADJUDICATION: "Two coaches have scored this session. What you decide here is final.",
}
REVEALED_NOTE = "You scored first. Now you see what the program suggests; your first scores are kept."
VERDICT_WORDS: dict[Verdict, str] = {
    Verdict.ACCEPT: "Accepted",
    Verdict.CHANGE: "Changed",
    Verdict.REJECT: "Rejected",
    Verdict.UNSURE: "Unsure",
    Verdict.ADD: "Added",
}
NONE_WORDS: dict[NoneGiven, str] = {NoneGiven.NOT_SEEN: "Not seen", NoneGiven.NOT_APPLICABLE: "Does not apply"}
REASON_WORDS: dict[str, str] = {
    NoScore.NOT_APPLICABLE: "it does not apply to this session",
    NoScore.NOT_ENOUGH_EVIDENCE: "there is not enough evidence",
    NoScore.NO_ANSWER: "the program gave no answer that can be used",
}
LIKELY, UNSURE = 0.75, 0.5
"""From here on a flag is called likely; from here on unsure; below, a guess."""


def likely_word(probability: float | None) -> str:
    """How likely a flag is, in a word."""
    if probability is None:
        return ""
    return "likely" if probability >= LIKELY else "unsure" if probability >= UNSURE else "a guess"


def direction_words(element_name: str, direction: str) -> str:
    """Such as "for empathy"."""
    return f"{'for' if direction == '+' else 'against'} {element_name[:1].lower()}{element_name[1:]}"


def flag_word(flag: FlagState) -> str:
    """How a flag stands."""
    return "Suggested" if flag.verdict is None else VERDICT_WORDS[flag.verdict]


def element_word(one: ElementState) -> str:
    """How an element stands, such as "Your score: 4"."""
    if one.score is not None:
        return f"Your score: {one.score}"
    if one.none is not None:
        return NONE_WORDS[one.none]
    return "To score" if one.suggested is None or one.suggested.score is None else f"Suggested: {one.suggested.score}"


def interval_words(one: Suggested) -> str:
    """Such as "likely 2 to 4"; empty without a score."""
    if one.score is None or one.low is None or one.high is None:
        return ""
    return f"likely {one.low}" if one.low == one.high else f"likely {one.low} to {one.high}"


def take_of(one: Suggested | None) -> tuple[str, str]:
    """The value of a field that takes the suggestion, and the words of its button; empty where there is none."""
    if one is None:
        return "", ""
    if one.score is not None:
        return str(one.score), f"Confirm the suggested {one.score}"
    applies = one.reason != NoScore.NOT_APPLICABLE
    return (NoneGiven.NOT_SEEN, "Confirm: not seen") if applies else (NoneGiven.NOT_APPLICABLE, "Confirm: no score")
