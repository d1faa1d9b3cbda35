"""Whether an act can be kept, and what is kept of it. Pure: it knows the review so far and what the act says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from service.database.words import DecisionKind
from service.ids import is_id
from service.reviews.errors import ActError, EvidenceNotOpenedError, NothingToRedoError, NothingToUndoError
from service.reviews.folding import Kept, added_flags, opened_elements, standing, to_redo, to_undo
from service.reviews.records import Act, ActKind, NoneGiven, Verdict

MOST_TEXT = 4_000
MOST_OPENED = 50
LONGEST_ABOUT = 64
SCORES = (1, 2, 3, 4, 5)
_UTTERANCE = re.compile(r"[A-Za-z0-9._-]{1,40}")
_FLAG = re.compile(rf"({_UTTERANCE.pattern}):([a-z_]{{1,40}})([+-])")
_AIM = re.compile(r"([a-z_]{1,40})[+-]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What acts of one review are about.

    ``flags``: those that there are before the first act. ``evidence``: for each element the utterances behind it.
    ``utterances``: those that acts may name. ``blind``: nothing by the machine is shown yet.
    """

    elements: frozenset[str]
    flags: frozenset[str] = frozenset()
    evidence: Mapping[str, frozenset[str]] = field(default_factory=dict)
    utterances: frozenset[str] = frozenset()
    blind: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A row to be: what of an act is kept."""

    kind: DecisionKind
    about: str
    body: Mapping[str, object] = field(default_factory=dict)
    undoes: int | None = None


def utterances_named(acts: Sequence[Act]) -> frozenset[str]:
    """The utterances that flags to be added and notes name; which of them there are is to be looked up."""
    named = set()
    for act in acts:
        if act.kind is ActKind.FLAG and act.body.get("verdict") == Verdict.ADD:
            named.add(act.about.rpartition(":")[0])
        elif act.kind is ActKind.NOTE and isinstance(about := act.body.get("utterance"), str):
            named.add(about)
    return frozenset(named - {""})


def drafted(act: Act, ground: Ground, rows: Sequence[Kept]) -> Draft:
    """What is kept of an act after these rows.

    Raises ActError for what has not the right form, EvidenceNotOpenedError, NothingToUndoError, NothingToRedoError.
    """
    if not is_id(act.act_id):
        raise ActError("An act needs an id of 32 hexadecimal digits. Load the page again, then repeat it.")
    match act.kind:
        case ActKind.FLAG:
            return _flag(act, ground, rows)
        case ActKind.SCORE:
            return _score(act, ground, rows)
        case ActKind.NOTE:
            return _note(act, ground)
        case ActKind.OPENED:
            return _opened(act, ground, rows)
        case ActKind.UNDO:
            return _back(to_undo(rows), NothingToUndoError())
        case ActKind.REDO:
            return _back(to_redo(rows), NothingToRedoError())


def _flag(act: Act, ground: Ground, rows: Sequence[Kept]) -> Draft:
    _only(act, "verdict", "to", "note")
    match = _FLAG.fullmatch(act.about) if len(act.about) <= LONGEST_ABOUT else None
    verdict = act.body.get("verdict")
    if match is None or match[2] not in ground.elements:
        raise ActError("This is not a flag of this session. Choose an utterance and an element.")
    if verdict not in tuple(Verdict):
        raise ActError("Accept, change or reject a flag, say that you are unsure, or add one.")
    if verdict == Verdict.ADD and match[1] not in ground.utterances | {one.partition(":")[0] for one in ground.flags}:
        raise ActError("This utterance is not in the transcript any more. Load the page again, then choose it anew.")
    if verdict != Verdict.ADD and act.about not in ground.flags | added_flags(standing(rows)):
        raise ActError("There is no such flag. Add it first.")
    body: dict[str, object] = {"verdict": verdict}
    if verdict == Verdict.CHANGE:
        body["to"] = _aim(act, ground)
    elif act.body.get("to") is not None:
        raise ActError("Only a flag that is changed is given another element.")
    return Draft(kind=DecisionKind.FLAG, about=act.about, body=body | _text(act, "note"))


def _aim(act: Act, ground: Ground) -> str:
    to = act.body.get("to")
    match = _AIM.fullmatch(to) if isinstance(to, str) else None
    if match is None or match[1] not in ground.elements or act.about.endswith(f":{to}"):
        raise ActError("Say which other element, or direction, this flag is evidence of.")
    return match[0]


def _score(act: Act, ground: Ground, rows: Sequence[Kept]) -> Draft:
    _only(act, "score", "none", "reason")
    _element(act, ground)
    score, none = act.body.get("score"), act.body.get("none")
    if score is not None and (type(score) is not int or score not in SCORES):
        raise ActError("A score is a whole number from 1 to 5.")
    if none is not None and none not in tuple(NoneGiven):
        raise ActError("An element without a score was not seen, or does not apply. Choose one of both.")
    if score is not None and none is not None:
        raise ActError("Give an element a score, or say why it has none; not both.")
    body = {"score": score, "none": none} | _text(act, "reason")
    settles, looked = score is not None or none is not None, act.about in opened_elements(standing(rows))
    if settles and not (looked or ground.blind or body.get("reason")):
        raise EvidenceNotOpenedError
    return Draft(kind=DecisionKind.SCORE, about=act.about, body=body)


def _note(act: Act, ground: Ground) -> Draft:
    _only(act, "text", "utterance")
    utterance, body = act.body.get("utterance"), _text(act, "text")
    if not body:
        raise ActError("A note needs words. Write something, then keep it.")
    if utterance is not None and utterance not in ground.utterances:
        raise ActError("This utterance is not in the transcript any more. Load the page again, then choose it anew.")
    return Draft(kind=DecisionKind.NOTE, about=str(utterance or ""), body=body)


def _opened(act: Act, ground: Ground, rows: Sequence[Kept]) -> Draft:
    _only(act, "utterances")
    _element(act, ground)
    told = _utterances(act.body.get("utterances"))
    behind = ground.evidence.get(act.about, frozenset()) | _found(act.about, rows)
    if behind and not behind & set(told):
        raise ActError("None of these utterances is evidence of this element. Open one that is.")
    return Draft(kind=DecisionKind.OPENED, about=act.about, body={"utterances": told})


def _utterances(told: object) -> list[str]:
    found = told if isinstance(told, list | tuple) else []
    named = [one for one in found if isinstance(one, str) and _UTTERANCE.fullmatch(one)]
    if not 0 < len(named) == len(found) <= MOST_OPENED:
        raise ActError(f"Name 1 to {MOST_OPENED} utterances that were opened.")
    return named


def _found(element: str, rows: Sequence[Kept]) -> set[str]:
    """The utterances in which the coach found flags of an element, or gave it another element's."""
    acts = [row for row in standing(rows) if row.kind is DecisionKind.FLAG]
    aims = [(row.about, row.body.get("to")) for row in acts] + [(about, about) for about in added_flags(acts)]
    return {about.rpartition(":")[0] for about, aim in aims if str(aim).rpartition(":")[2][:-1] == element}


def _back(stack: Sequence[Kept], nothing: Exception) -> Draft:
    if not stack:
        raise nothing
    return Draft(kind=stack[-1].kind, about=stack[-1].about, undoes=stack[-1].number)


def _element(act: Act, ground: Ground) -> None:
    if act.about not in ground.elements:
        raise ActError("This session has no such element. Load the page again, then choose one.")


def _only(act: Act, *names: str) -> None:
    if not set(act.body) <= set(names):
        raise ActError


def _text(act: Act, name: str) -> dict[str, object]:
    """The text without blanks around it, under its name; nothing where there is none."""
    text = act.body.get(name)
    if text is None:
        return {}
    if not isinstance(text, str) or len(text) > MOST_TEXT or "\0" in text:
        raise ActError(f"A note or a reason holds up to {MOST_TEXT:,} characters. Shorten it, then keep it again.")
    return {name: text.strip()} if text.strip() else {}
