"""Small labelled conversations for tests, written as (role, text, gold) lines."""

from __future__ import annotations

from models.records.coding import Conversation, Line, Setting
from models.records.speech import Role
from pipelines.evaluation.coder.coded import CodedSet, code_all
from pipelines.labelled.records import Gold, Label, Labelled
from tests.coder.table_coder import Answer, TableCoder

Said = tuple[Role, str, Gold]


def talk(name: str, *said: Said, group: str = "", setting: Setting = Setting.DIRECT_PRACTICE) -> Labelled:
    """A conversation whose lines are numbered from 1."""
    lines = tuple(
        Line(id=f"u{number:04d}", turn=number, speaker="A", role=role, text=text)
        for number, (role, text, _) in enumerate(said, 1)
    )
    return Labelled(
        name=name,
        group=group or name,
        source="test",
        conversation=Conversation(setting=setting, change_goal="a goal", lines=lines),
        gold=tuple(gold for _, _, gold in said),
    )


def worker(text: str, *, labels: tuple[str, ...] | None = None, codes: tuple[str, ...] = (), **heads: str) -> Said:
    """A practitioner's line with labels such as "empathy+" (indicator EM+1 after a space), MI codes and classes."""
    told = None if labels is None else tuple(_label(one) for one in labels)
    gold = Gold(heads={head: {name: 1.0} for head, name in heads.items()}, mi_codes=codes, labels=told)
    return Role.PRACTITIONER, text, gold


def parent(text: str, talk: str | None = None) -> Said:
    """A parent's line, with its client talk if anybody said."""
    return Role.PARENT_OR_CARER, text, Gold(heads={} if talk is None else {"talk": {talk: 1.0}})


def _label(text: str) -> Label:
    evidence, _, indicator = text.partition(" ")
    return Label(element=evidence[:-1], direction=evidence[-1], indicator=indicator)


def coded(*talks: Labelled, sure: float = 0.6, **answers: Answer) -> CodedSet:
    """The talks as a table coder codes them."""
    return code_all(talks, TableCoder(answers, sure=sure))
