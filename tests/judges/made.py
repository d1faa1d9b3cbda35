"""A small rubric, sessions and prompts to judge in tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from models.records.coding import CodedUtterance, Coding, Setting
from models.records.prompt import Prompt, PromptRef
from models.records.provenance import Engine
from models.records.rubric import Element, Indicator, LengthGuard, Rubric, RubricRef
from models.records.scoring import Circumstances, Observed
from models.records.speech import Role

P, F = Role.PRACTITIONER, Role.PARENT_OR_CARER
TALK = (
    (P, "Hello, how have you been since we last met?"),
    (F, "Not good. I hardly sleep and nobody listens."),
    (P, "So you feel alone with all of it, and worn out."),
    (F, "Yes. That is exactly it."),
    (P, "What was that night like for you?"),
    (F, "I was frightened."),
    (P, "You need to fill in this form by Friday."),
)


def element(name: str = "empathy", **more: Any) -> Element:
    known: dict[str, Any] = {
        "id": name,
        "name": name.capitalize(),
        "factor": "f",
        "question": "?",
        "indicators_for": (Indicator(id="E+1", text="says it back"), Indicator(id="E+2", text="asks")),
        "indicators_against": (Indicator(id="E-1", text="turns to a task"),),
        "anchors": ("1", "2", "3", "4", "5"),
    }
    return Element(**{**known, **more})


def rubric(*elements: Element) -> Rubric:
    return Rubric(
        ref=RubricRef(id="r", version="1", status="draft", digest="0"),
        setting=Setting.DIRECT_PRACTICE,
        labels=("1", "2", "3", "4", "5"),
        rules=(),
        length=LengthGuard(counts_only_ms=120_000, warn_ms=600_000),
        factors=(),
        elements=elements or (element(),),
    )


def observed(
    talk: Sequence[tuple[Role, str]] = TALK,
    *,
    goal: str | None = None,
    length_ms: int = 1_800_000,
    circumstances: Circumstances | None = None,
) -> Observed:
    utterances = tuple(
        CodedUtterance(id=f"x{number:03d}", turn=number, speaker=str(role), role=role, text=text)
        for number, (role, text) in enumerate(talk, 1)
    )
    engine = Engine(name="coder", version="1")
    return Observed(
        coding=Coding(engine=engine, setting=Setting.DIRECT_PRACTICE, change_goal=goal, utterances=utterances),
        measures=(),
        circumstances=circumstances or Circumstances(),
        length_ms=length_ms,
        length_estimated=False,
    )


def prompts(rubric: Rubric, element: Element, transcript: str, context: str) -> Prompt:
    return Prompt(
        text=f"RULES about {element.id}\nCONTEXT\n{context}\nTRANSCRIPT\n{transcript}\nANSWER",
        schema={"type": "object"},
        ref=PromptRef(id=element.id, version="1", digest="0"),
    )


def piece(utterance: str, direction: str, indicator: str, quote: str) -> dict[str, str]:
    return {"utterance": utterance, "direction": direction, "indicator": indicator, "quote": quote}


SAYS_BACK = piece("u3", "+", "E+1", "you feel alone with all of it")
ASKS = piece("u5", "+", "E+2", "What was that night like for you?")
TASK = piece("u7", "-", "E-1", "fill in this form by Friday")
HELLO = piece("u1", "-", "E-1", "how have you been")


def answer(score: int | None, *evidence: dict[str, str], reason: str | None = None, **more: Any) -> str:
    document = {
        "evidence": list(evidence),
        "rationale": "words",
        "reason": reason,
        "score": score,
        "low": None,
        "high": None,
    }
    return json.dumps({**document, **more})
