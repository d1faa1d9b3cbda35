"""Labelled conversations beside what the coder made of them, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from models.errors import EngineError
from models.ports import Coder, Progress, no_progress
from models.records.coding import CodedUtterance, Coding, Line, Setting
from pipelines.labelled.records import Gold, Labelled


@dataclass(frozen=True, slots=True, kw_only=True)
class Coded:
    """One labelled conversation and its coding, with as many lines; ``group`` counts from 0."""

    labelled: Labelled
    coding: Coding
    group: int

    @property
    def setting(self) -> Setting:
        """Direct practice or supervision."""
        return self.labelled.conversation.setting

    @property
    def lines(self) -> Iterator[tuple[Line, Gold, CodedUtterance]]:
        """Each line with its labels and what the coder said."""
        return zip(self.labelled.conversation.lines, self.labelled.gold, self.coding.utterances, strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class CodedSet:
    """Conversations to be judged together, and how many groups they come in."""

    conversations: tuple[Coded, ...]
    groups: int

    @property
    def lines(self) -> int:
        """All lines, labelled or not."""
        return sum(len(one.labelled.gold) for one in self.conversations)


def code_all(labelled: Sequence[Labelled], coder: Coder, progress: Progress = no_progress) -> CodedSet:
    """Code every conversation. Raises WeightsError or EngineError, also where a coding lacks a line."""
    codings = []
    for number, one in enumerate(labelled, 1):
        codings.append(coder.code(one.conversation))
        progress(number / len(labelled))
    return put_together(labelled, codings)


def put_together(labelled: Sequence[Labelled], codings: Sequence[Coding]) -> CodedSet:
    """Each conversation with its coding; groups of the same source and name are one. Raises EngineError."""
    groups: dict[tuple[str, str], int] = {}
    conversations = []
    for one, coding in zip(labelled, codings, strict=True):
        if len(coding.utterances) != len(one.conversation.lines):
            raise EngineError(f"{one.name}: the coder gave back another number of utterances than it got.")
        group = groups.setdefault((one.source, one.group), len(groups))
        conversations.append(Coded(labelled=one, coding=coding, group=group))
    return CodedSet(conversations=tuple(conversations), groups=len(groups))
