"""The scores that people gave a session, as the devset's shape holds them."""

from __future__ import annotations

from models.errors import BadInputError
from models.records.scoring import SCORES, NoScore
from pipelines.labelled.records import GoldScore


def scores_of(held: object, file: str) -> dict[str, GoldScore]:
    """Element -> score, from the field ``scores`` of a session; empty where there is none.

    Raises BadInputError that names the file and the element.
    """
    if held is None:
        return {}
    if not isinstance(held, dict):
        raise BadInputError(f"{file}: scores must give each element a score.")
    return {str(element): _score(one, f"{file}, scores of {element}") for element, one in held.items()}


def _score(held: object, where: str) -> GoldScore:
    turns = held.get("evidence_turns") or [] if isinstance(held, dict) else None
    if not isinstance(held, dict) or not isinstance(turns, list) or not all(_whole(turn) for turn in turns):
        raise BadInputError(f"{where}: a score needs the field score, and evidence_turns as a list of turn numbers.")
    score = held.get("score")
    if _whole(score) and score in SCORES:
        return GoldScore(score=int(score), evidence_turns=tuple(turns))
    if score in (NoScore.NOT_APPLICABLE, NoScore.NOT_ENOUGH_EVIDENCE):
        return GoldScore(score=NoScore(score), evidence_turns=tuple(turns))
    raise BadInputError(f"{where}: score must be a whole number from 1 to 5, not_applicable or not_enough_evidence.")


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)
