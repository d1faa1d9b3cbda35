"""Transcripts as JSON: our session.json, the development set's sessions, and plain lists of utterances."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from models.errors import BadInputError
from models.records.coding import Setting
from models.records.session import Session
from models.records.speech import Role
from pipelines.conversations.source import Source
from pipelines.conversations.spoken import Spoken, Told
from pipelines.labelled.devset import session_of
from pipelines.outputs.session_json import from_json
from pipelines.stages.classify import conversation_of

_OF_A_TURN = ("turn", "speaker", "role", "text")


def told_in(source: Source) -> Told:
    """What the document tells. Raises BadInputError that names the place where something cannot be used."""
    document = _parsed(source)
    if not isinstance(document, dict):
        raise BadInputError(f"{source.name} holds no transcript: its JSON is not one object.")
    if isinstance(document.get("turns"), list) and "utterances" not in document:
        return _session_in_turns(document, source.name)
    if "recording" in document:
        return _told_by(from_json(source.text.removeprefix("\ufeff").encode("utf-8", "replace")))
    if isinstance(document.get("utterances"), list):
        return _utterances(document, source.name)
    raise BadInputError(f"{source.name} holds no transcript: it has neither utterances nor turns.")


def _told_by(session: Session) -> Told:
    lines = conversation_of(session.utterances, Setting.DIRECT_PRACTICE, None).lines
    return Told(
        spoken=tuple(
            Spoken(
                speaker=line.speaker,
                text=line.text,
                role=line.role,
                role_sure=line.role_sure,
                turn=line.turn,
                id=line.id,
                span=line.span,
            )
            for line in lines
        )
    )


def _parsed(source: Source) -> Any:
    try:
        return json.loads(source.text.removeprefix("\ufeff"))
    except json.JSONDecodeError as refused:
        place = f"line {refused.lineno}, column {refused.colno}"
        raise BadInputError(f"{source.name} is not JSON: it breaks off or goes wrong at {place}.") from None
    except (RecursionError, ValueError):
        raise BadInputError(f"{source.name} holds what no transcript has: a value is out of range.") from None


def _session_in_turns(document: dict[str, Any], file: str) -> Told:
    """The development set's shape; labels, if there are any, are left aside."""
    context = document.get("context")
    if not isinstance(context, dict | None) or not isinstance((context or {}).get("change_goal"), str | None):
        raise BadInputError(f"{file}: context must be an object and its change_goal a text or null.")
    turns = [_without_labels(turn) for turn in document["turns"]]
    bare = {"setting": document.get("setting", Setting.DIRECT_PRACTICE), "context": context, "turns": turns}
    found = session_of(bare, file).conversation
    roles = [isinstance(turn, dict) and "role" in turn for turn in turns]
    return Told(
        spoken=tuple(
            Spoken(speaker=line.speaker, text=line.text, role=line.role if has else None, turn=line.turn, id=line.id)
            for line, has in zip(found.lines, roles, strict=True)
        ),
        setting=found.setting if "setting" in document else None,
        change_goal=found.change_goal,
    )


def _without_labels(turn: object) -> object:
    return {key: turn[key] for key in _OF_A_TURN if key in turn} if isinstance(turn, dict) else turn


def _utterances(document: dict[str, Any], file: str) -> Told:
    """A list of utterances with speaker and text, such as coding.json."""
    spoken = tuple(_utterance(item, f"{file}, utterance {n}") for n, item in enumerate(document["utterances"], 1))
    ids = [one.id for one in spoken if one.id]
    if len(set(ids)) < len(ids):
        raise BadInputError(f"{file}: two utterances have the same id. Give every one its own.")
    setting, goal = document.get("setting"), document.get("change_goal")
    if setting is not None and setting not in list(Setting):
        raise BadInputError(f"{file}: setting must be one of {', '.join(Setting)}.")
    if not isinstance(goal, str | None):
        raise BadInputError(f"{file}: change_goal must be a text or null.")
    return Told(spoken=spoken, setting=Setting(setting) if setting else None, change_goal=goal)


def _utterance(item: object, where: str) -> Spoken:
    if not isinstance(item, Mapping) or not isinstance(item.get("text"), str):
        raise BadInputError(f"{where}: an utterance needs speaker and text.")
    speaker, role, turn, identity = (item.get(key) for key in ("speaker", "role", "turn", "id"))
    if not isinstance(speaker, str | None) or not isinstance(identity, str | None):
        raise BadInputError(f"{where}: speaker and id must be texts.")
    if role is not None and role not in list(Role):
        raise BadInputError(f"{where}: role must be one of {', '.join(Role)}.")
    if turn is not None and not (type(turn) is int and 0 <= turn < 10**9):
        raise BadInputError(f"{where}: turn is not a whole number.")
    return Spoken(speaker=speaker, text=item["text"], role=Role(role) if role else None, turn=turn, id=identity)
