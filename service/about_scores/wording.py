"""What the program looks for and how often it is right, in words that a parent could follow."""

from __future__ import annotations

from service.about_scores.records import Marked, Scored

MOSTLY, MORE_THAN_NOT = 0.75, 0.55
"""From here on a mark is called mostly right, and right more often than not."""
USUALLY, OFTEN, HALF = 0.75, 0.55, 0.45
"""From here on a suggested score is called usually the same, more often than not, and about half the time."""
NEAR = 0.9
"""From here on scores that are not the same are called one point apart."""
FEW, FEW_FOUND = 30, 10
"""With fewer examples, or fewer findings, a rate says next to nothing."""

CODES: dict[str, tuple[str, str]] = {
    "question": ("Question", "The worker asks something."),
    "reflection": ("Reflection", "The worker says back what they heard."),
    "input": ("Information or advice", "The worker tells, advises or offers something."),
    "open_question": ("Open question", "A question that invites more than yes or no."),
    "closed_question": ("Closed question", "A question with a short answer."),
    "simple_reflection": ("Simple reflection", "Says back much the same words."),
    "complex_reflection": ("Complex reflection", "Says back what was meant, in fresh words."),
    "information": ("Giving information", "Tells the family something."),
    "advice": ("Advice", "Says what to do."),
    "options": ("Options", "Offers more than one way."),
    "negotiation": ("Negotiation", "Works out a plan together."),
    "change": ("Talk of change", "A parent speaks of wanting things to be different."),
    "sustain": ("Talk of staying the same", "A parent speaks of reasons to leave things as they are."),
    "persuade": ("Persuading", "Tries to change somebody's mind."),
    "affirm": ("Affirming", "Names a strength or an effort."),
    "seeking_collaboration": ("Seeking collaboration", "Asks to decide something together."),
    "emphasizing_autonomy": ("Emphasising choice", "Says what is the person's own choice."),
    "confront": ("Confronting", "Argues, blames or warns."),
    "structuring": ("Structuring", "Says what comes next in the visit."),
}
"""A title and a definition for each code."""
SWAPS: dict[str, str] = {
    "ages and numbers": "other ages and numbers",
    "east european names": "East European names",
    "south asian names": "South Asian names",
    "west african names": "West African names",
    "gender words": "he and she changed round",
    "gender words and names": "he and she and the names changed round",
    "other English names": "other English names",
    "american": "American spelling",
    "mam": "\u201cmam\u201d for \u201cmum\u201d",
    "northern": "spelt as spoken in the north of England",
    "scots": "spelt in Scots",
}
"""The ways in which sessions were said again."""


def in_ten(rate: float | None) -> str:
    """A rate as people say it: "about 7 in 10", "nearly all", "all", "none"."""
    if rate is None:
        return "not known"
    if rate in (0.0, 1.0):
        return "all" if rate else "none"
    tenths = round(rate * 10)
    return {0: "nearly none", 10: "nearly all"}.get(tenths, f"about {tenths} in 10")


def percent(rate: float | None) -> str:
    """A rate in percent, without decimals; a dash where none is known."""
    return "\N{EN DASH}" if rate is None else f"{rate:.0%}"


def band(marked: Marked) -> str:
    """How often a mark is right, in a word or two."""
    if marked.off:
        return "switched off"
    right = marked.precision
    if marked.there < FEW or marked.right + marked.wrong < FEW_FOUND or right is None:
        return "hardly tested"
    if right >= MOSTLY:
        return "mostly right"
    return "right more often than not" if right >= MORE_THAN_NOT else "often wrong"


def score_band(scored: Scored) -> str:
    """How near suggested scores come to a person's, in a few words."""
    if scored.same is None:
        return "not known"
    if scored.same >= USUALLY:
        return "usually the same score"
    if scored.same >= HALF:
        return "the same more often than not" if scored.same >= OFTEN else "the same about half the time"
    return "often one point apart" if (scored.within_one or 0) >= NEAR else "often far apart"


def code_title(name: str) -> str:
    """What a code is called."""
    return CODES[name][0] if name in CODES else name.replace("_", " ").capitalize()


def code_words(name: str) -> str:
    """What a code means; empty for one without words."""
    return CODES[name][1] if name in CODES else ""


def swap_words(name: str) -> str:
    """In which way sessions were said again."""
    return SWAPS.get(name, name)
