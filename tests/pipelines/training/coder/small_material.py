"""A few conversations whose words give their labels away, and a network that half knows them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from models.coder.indicators import INDICATORS
from models.coder.labels import OUTPUTS
from models.coder.text import bare, clean
from models.records.coding import Conversation, Line, Setting
from models.records.speech import Role
from pipelines.labelled.records import Gold, Label, Labelled
from pipelines.training.coder.material import Material, targets_of

QUESTION, REFLECTION, OTHER, CHANGE, NEUTRAL = (
    "What would you like to be different?",
    "So you feel tired of it.",
    "Mm-hmm.",
    "I want to stop.",
    "It was Tuesday.",
)


def labelled(name: str, source: str = "annomi", seed: int = 0) -> Labelled:
    """Sixteen lines, practitioner and parent in turn, with labels that their words tell."""
    rng = np.random.default_rng(seed)
    lines, gold = [], []
    for number in range(16):
        worker = number % 2 == 0
        text = str(rng.choice((QUESTION, REFLECTION, OTHER) if worker else (CHANGE, NEUTRAL)))
        role = Role.PRACTITIONER if worker else Role.PARENT_OR_CARER
        lines.append(Line(id=str(number), turn=number + 1, speaker=role.value, role=role, text=text))
        gold.append(_gold(text, source))
    conversation = Conversation(setting=Setting.DIRECT_PRACTICE, change_goal="stop", lines=tuple(lines))
    return Labelled(name=name, group=name, source=source, conversation=conversation, gold=tuple(gold))


def _gold(text: str, source: str) -> Gold:
    if text in (CHANGE, NEUTRAL):
        return Gold(heads={"talk": {"change" if text == CHANGE else "neutral": 1.0}})
    kind = {QUESTION: "question", REFLECTION: "reflection", OTHER: "other"}[text]
    heads = {
        "behaviour": {kind: 1.0},
        "question": {"open" if kind == "question" else "none": 1.0},
        "reflection": {"complex" if kind == "reflection" else "none": 1.0},
        "input": {"none": 1.0},
    }
    if source == "annomi":
        return Gold(heads=heads)
    code = {"question": "open_question", "reflection": "complex_reflection", "other": "other"}[kind]
    label = Label(element="empathy", direction="+", indicator="EM+1")
    return Gold(heads={"mi_code": {code: 1.0}}, mi_codes=(code,), labels=(label,) if kind == "reflection" else ())


def material(count: int = 8, folds: int = 2) -> tuple[Material, ...]:
    """So many conversations of AnnoMI's kind and as many of the devset's."""
    found = []
    for number in range(2 * count):
        one = labelled(f"{number}", "annomi" if number < count else "devset", seed=number)
        found.append(
            Material(
                labelled=one,
                texts=tuple(clean(line.text) for line in one.conversation.lines),
                bare=tuple(bare(line.text) for line in one.conversation.lines),
                targets=targets_of(one.conversation, one.gold),
                weight=1.0,
                fold=number % folds,
            )
        )
    return tuple(found)


class HalfKnowing:
    """A trainer whose network knows the targets, blurred; it counts how often it was asked."""

    def __init__(self, held: Sequence[Material]) -> None:
        self._held = held
        self.trained: list[tuple[int, ...]] = []
        self.facts: dict[str, object] = {"name": "half knowing"}

    def train(self, places: Sequence[int], progress: Callable[[float], None]) -> HalfKnowing:
        self.trained.append(tuple(places))
        progress(1.0)
        return self

    def scores(self, place: int, *, stripped: bool) -> tuple[np.ndarray, np.ndarray]:
        targets = np.nan_to_num(self._held[place].targets, nan=0.0)
        noise = np.random.default_rng(place).normal(size=targets.shape)
        scores = (targets * 3 - 1.5 + noise).astype(np.float32)
        assert scores.shape[1] == OUTPUTS
        return scores, np.zeros((len(scores), len(INDICATORS)), np.float32)
