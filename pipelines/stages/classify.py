"""From a conversation to its coding: the coder is asked, and what comes back is held to the house's rules.

Whoever the coder is: the machine's words are the transcript's words, only the scored role earns or loses, change talk
needs a stated goal, an utterance whose role is unsure carries no flag, and a probability is one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from models.coder.labels import HEAD, HEADS, evidence_of
from models.errors import EngineError
from models.ports import Coder, Progress, no_progress
from models.records.coding import CodedUtterance, Coding, Conversation, Line, Off, Setting
from models.records.session import SessionUtterance
from models.records.span import Span
from models.records.speech import Role
from pipelines.stages.roles import SURE

NO_GOAL = (
    "No change goal is stated, and without one nobody can say what is change talk. State the goal to have it coded."
)


def conversation_of(utterances: Sequence[SessionUtterance], setting: Setting, change_goal: str | None) -> Conversation:
    """An analysed recording as the coder gets it: a line for each utterance; the turn changes with the speaker.

    A role under the threshold of the roles stage, or not known, is unsure.
    """
    turns = [1]
    for before, after in pairwise(utterances):
        turns.append(turns[-1] + (before.speaker != after.speaker))
    lines = (
        Line(
            id=one.id,
            turn=turn,
            speaker=one.speaker,
            role=one.role,
            text=one.text,
            role_sure=one.role is not Role.UNKNOWN and one.role_confidence >= SURE,
            span=Span(start_ms=one.start_ms, end_ms=one.end_ms),
        )
        for one, turn in zip(utterances, turns, strict=False)
    )
    return Conversation(setting=setting, change_goal=change_goal, lines=tuple(lines))


def classify(conversation: Conversation, coder: Coder, progress: Progress = no_progress) -> Coding:
    """Code every line. The coder sees who is who, but no speaker's name.

    Raises EngineError where the coder's answer does not fit the conversation or is no probability, and whatever the
    coder raises.
    """
    coding = coder.code(_nameless(conversation), progress)
    if len(coding.utterances) != len(conversation.lines):
        raise EngineError(
            f"The coder gave {len(coding.utterances)} utterances for {len(conversation.lines)} lines. "
            "Please report it, with the coder's version."
        )
    pairs = zip(conversation.lines, coding.utterances, strict=True)
    return Coding(
        engine=coding.engine,
        setting=conversation.setting,
        change_goal=conversation.change_goal,
        utterances=tuple(_held(conversation, line, coded) for line, coded in pairs),
        off=_off(conversation, coding.off),
    )


def _nameless(conversation: Conversation) -> Conversation:
    """The same conversation with labels for speakers: a name tells apart, and must not tell more."""
    speakers = list(dict.fromkeys(line.speaker for line in conversation.lines))
    labels = {speaker: f"SPEAKER_{number:02d}" for number, speaker in enumerate(speakers)}
    return replace(
        conversation, lines=tuple(replace(line, speaker=labels[line.speaker]) for line in conversation.lines)
    )


def _held(conversation: Conversation, line: Line, coded: CodedUtterance) -> CodedUtterance:
    """What may stand of one utterance's codes and flags, with the line's own words."""
    if coded.id != line.id:
        raise EngineError("The coder's utterances are not in the order of the lines. Please report it.")
    _check(conversation.setting, coded)
    heads = {head.name for head in HEADS if head.applies(line.role, conversation.setting, conversation.change_goal)}
    allowed = {code for name in heads for code in HEAD[name].codes}
    speaks_for_itself = line.role is conversation.setting.scored_role and line.role_sure
    return CodedUtterance(
        id=line.id,
        turn=line.turn,
        speaker=line.speaker,
        role=line.role,
        text=line.text,
        codes=tuple(code for code in coded.codes if code.code in allowed),
        flags=coded.flags if speaks_for_itself else (),
        heads={name: classes for name, classes in coded.heads.items() if name in heads},
        choices={name: answer for name, answer in coded.choices.items() if name in heads},
        evidence=coded.evidence if speaks_for_itself else {},
        indicators=coded.indicators if speaks_for_itself else {},
    )


def _check(setting: Setting, coded: CodedUtterance) -> None:
    """Raises EngineError on a code, flag or probability that cannot be."""
    evidence = set(evidence_of(setting))
    codes = {code for head in HEADS for code in head.codes} - {"none"}
    strange = [code.code for code in coded.codes if code.code not in codes]
    strange += [name for name in coded.heads if name not in HEAD]
    strange += [name for name in _evidence_named(coded) if name not in evidence]
    if strange:
        raise EngineError("The coder used a label that this setting does not have. Please report it.")
    if not all(math.isfinite(p) and 0 <= p <= 1 for p in _probabilities(coded)):
        raise EngineError("The coder gave a probability that is not between 0 and 1. Please report it.")


def _evidence_named(coded: CodedUtterance) -> Iterator[str]:
    yield from (f"{flag.element}{flag.direction}" for flag in coded.flags)
    yield from coded.evidence


def _probabilities(coded: CodedUtterance) -> Iterator[float]:
    yield from (code.probability for code in coded.codes)
    yield from (flag.probability for flag in coded.flags)
    yield from coded.evidence.values()
    for classes in coded.heads.values():
        yield from classes.values()


def _off(conversation: Conversation, said: Iterable[Off]) -> tuple[Off, ...]:
    """What this coding does not state: the coder's own list, and what the conversation does not allow."""
    found = {one.name: one for one in _not_allowed(conversation)}
    return (*(one for one in said if one.name not in found), *found.values())


def _not_allowed(conversation: Conversation) -> Iterator[Off]:
    lines, role = conversation.lines, conversation.setting.scored_role
    if conversation.change_goal is None:
        yield Off(name="talk", reason=NO_GOAL)
    if not lines:
        return
    unsure = sum(not line.role_sure for line in lines)
    if unsure:
        reason = f"{unsure} of {len(lines)} utterances carry no flag, because nobody is sure who speaks."
        yield Off(name="unsure_roles", reason=reason)
    if not any(line.role is role for line in lines):
        reason = f"Nobody here is known as the {role.value}, whose practice is looked at. Say who it is."
        yield Off(name="flags", reason=reason)
