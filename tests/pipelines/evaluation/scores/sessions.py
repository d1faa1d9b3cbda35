"""Scored sessions by hand, and what a judge might have suggested for them."""

from __future__ import annotations

from collections.abc import Mapping

from models.records.coding import Conversation, Line, Setting
from models.records.provenance import Engine
from models.records.rubric import RubricRef
from models.records.scoring import Evidence, NoScore, Scoring, Suggestion
from models.records.speech import Role
from pipelines.evaluation.scores.judged import Judged
from pipelines.labelled.records import Gold, GoldScore, Label, Labelled

ENGINE = Engine(name="made-by-hand", version="1")
REF = RubricRef(id="made", version="1", status="draft", digest="0" * 64)
WORDS = "we talked about how the week had been and what came next for all of them"


def session(
    name: str = "one",
    scores: Mapping[str, GoldScore] | None = None,
    flags: Mapping[int, tuple[str, ...]] | None = None,
    turns: int = 120,
    setting: Setting = Setting.DIRECT_PRACTICE,
    goal: str | None = "home by nine",
) -> Labelled:
    """Worker and parent speak in turn, the worker first; ``flags`` by turn ("empathy+")."""
    roles = (setting.scored_role, Role.PARENT_OR_CARER)
    lines = tuple(
        Line(id=f"u{turn:04d}", turn=turn, speaker=f"S{turn % 2}", role=roles[(turn + 1) % 2], text=WORDS)
        for turn in range(1, turns + 1)
    )
    held = flags or {}
    gold = tuple(
        Gold(labels=tuple(Label(element=one[:-1], direction=one[-1], indicator="X1") for one in held.get(n, ())))
        if n % 2
        else Gold()
        for n in range(1, turns + 1)
    )
    conversation = Conversation(setting=setting, change_goal=goal, lines=lines)
    return Labelled(
        name=name, group=name, source="made", conversation=conversation, gold=gold, scores=dict(scores or {})
    )


def suggest(
    element: str, score: int | None, low: int | None = None, high: int | None = None, turns: tuple[int, ...] = ()
) -> Suggestion:
    """A suggestion with evidence in these turns; None is one without enough evidence."""
    if score is None:
        return Suggestion(element=element, score=None, reason=NoScore.NOT_ENOUGH_EVIDENCE, because="-")
    shown = tuple(
        Evidence(utterance=f"u{turn:04d}", turn=turn, direction="+", indicator="X1", moved=0.1) for turn in turns
    )
    return Suggestion(element=element, score=score, low=low or score, high=high or score, evidence=shown)


def judged(labelled: Labelled, *suggestions: Suggestion) -> Judged:
    """The session beside suggestions."""
    return Judged(
        labelled=labelled, scoring=Scoring(judge=ENGINE, coder=ENGINE, rubric=REF, suggestions=suggestions, measures=())
    )
