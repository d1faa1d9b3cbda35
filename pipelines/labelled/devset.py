"""Devset-shaped folders: sessions as JSON with labelled turns, and single utterances as JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from models.coder.labels import EVIDENCE, HEAD
from models.coder.time_use.codes import CLASSES
from models.errors import BadInputError
from models.records.coding import Conversation, Line, Setting
from models.records.speech import Role
from pipelines.labelled.records import Gold, Label, Labelled
from pipelines.labelled.scores import scores_of

_MAIN = {
    "open_question": "question",
    "closed_question": "question",
    "simple_reflection": "reflection",
    "complex_reflection": "reflection",
    "giving_information": "input",
    "persuade": "input",
    "structuring": "other",
    "other": "other",
}
_QUESTIONS = {"open_question": "open", "closed_question": "closed"}
_REFLECTIONS = {"simple_reflection": "simple", "complex_reflection": "complex"}
_NO_REFLECTION = frozenset({"open_question", "closed_question", "giving_information", "structuring", "other"})


def read_devset(folder: Path, source: str = "devset") -> tuple[Labelled, ...]:
    """Every session (``*.json`` with turns) and file of single utterances (``*.jsonl``) in a folder, sorted by name.

    A single utterance becomes a conversation of one line; all of one file share a group. Raises BadInputError that
    names the file, and the turn or line, where something cannot be used.
    """
    if not folder.is_dir():
        raise BadInputError(f"There is no folder {folder.name}. Name a folder of sessions in the devset's shape.")
    found: list[Labelled] = []
    for path in sorted(folder.iterdir()):
        if path.suffix == ".json":
            found.append(read_session(path, source))
        elif path.suffix == ".jsonl":
            found += read_utterances(path, source)
    if not found:
        raise BadInputError(f"The folder {folder.name} holds no .json session and no .jsonl file of utterances.")
    return tuple(found)


def read_session(path: Path, source: str = "devset") -> Labelled:
    """One session in the devset's shape. Raises BadInputError that names the file and the turn."""
    return session_of(_json(_text(path), path.name), path.name, source)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except OSError as refused:
        raise BadInputError(f"{path.name} cannot be opened. Check the name and the folder.") from refused
    except UnicodeDecodeError as refused:
        raise BadInputError(f"{path.name} is not text in UTF-8. Save it as UTF-8 and try again.") from refused


def session_of(document: object, file: str, source: str = "devset") -> Labelled:
    """The session that a parsed document holds; ``file`` is its name in errors."""
    if not isinstance(document, dict) or not isinstance(document.get("turns"), list):
        raise BadInputError(f"{file} is not a session: it has no list of turns.")
    setting = _setting(document, file)
    goal = _goal(document, file)
    if not document["turns"]:
        raise BadInputError(f"{file} is not a session: it has no turns.")
    lines, gold = [], []
    for number, turn in enumerate(document["turns"], 1):
        where = f"{file}, turn {number}"
        line = _line(turn, number, where)
        lines.append(line)
        gold.append(_gold(turn, line, setting, where))
    name = str(document.get("session_id") or Path(file).stem)
    conversation = Conversation(setting=setting, change_goal=goal, lines=tuple(lines))
    return Labelled(
        name=name,
        group=name,
        source=source,
        conversation=conversation,
        gold=tuple(gold),
        scores=scores_of(document.get("scores"), file),
    )


def _setting(document: dict[str, Any], file: str) -> Setting:
    try:
        return Setting(document.get("setting", Setting.DIRECT_PRACTICE))
    except ValueError as refused:
        raise BadInputError(f"{file}: setting must be one of {', '.join(Setting)}.") from refused


def _goal(document: dict[str, Any], file: str) -> str | None:
    context = document.get("context") or {}
    goal = context.get("change_goal") if isinstance(context, dict) else 0
    if goal is not None and not isinstance(goal, str):
        raise BadInputError(f"{file}: context must hold fields, and its change_goal must be text or null.")
    return goal or None


def _line(turn: object, number: int, where: str) -> Line:
    if not isinstance(turn, dict) or not isinstance(turn.get("text"), str):
        raise BadInputError(f"{where}: a turn needs speaker, role and text.")
    try:
        role = Role(turn.get("role", Role.UNKNOWN))
    except ValueError as refused:
        raise BadInputError(f"{where}: role must be one of {', '.join(Role)}.") from refused
    turn_number = turn.get("turn", number)
    if not isinstance(turn_number, int) or isinstance(turn_number, bool):
        raise BadInputError(f"{where}: the turn's number is not a whole number.")
    return Line(
        id=f"u{number:04d}",
        turn=turn_number,
        speaker=str(turn.get("speaker", "SPK?")),
        role=role,
        text=turn["text"],
        role_sure=role is not Role.UNKNOWN,
    )


def _gold(turn: dict[str, Any], line: Line, setting: Setting, where: str) -> Gold:
    time_use = _time_use(turn.get("time_use"), setting, where)
    if line.role is not setting.scored_role:
        talk = turn.get("client_code")
        if talk is None:
            return Gold(time_use=time_use)
        if talk not in HEAD["talk"].classes:
            raise BadInputError(f"{where}: client_code must be one of {', '.join(HEAD['talk'].classes)}.")
        return Gold(heads={"talk": {talk: 1.0}}, time_use=time_use)
    codes = _mi_codes(turn.get("mi_code"), where)
    labels = None if turn.get("labels") is None else tuple(_labels(turn["labels"], where))
    return Gold(heads=_heads(codes, line.text), mi_codes=codes, labels=labels, time_use=time_use)


def _time_use(value: object, setting: Setting, where: str) -> str | None:
    if value is None:
        return None
    if setting is not Setting.SUPERVISION:
        raise BadInputError(f"{where}: time_use is for supervision only. Take it out, or correct the setting.")
    if value not in CLASSES:
        raise BadInputError(f"{where}: time_use must be one of {', '.join(CLASSES)}.")
    return str(value)


def _mi_codes(value: object, where: str) -> tuple[str, ...]:
    codes = (
        ()
        if value is None
        else (value,)
        if isinstance(value, str)
        else tuple(value)
        if isinstance(value, list)
        else ("?",)
    )
    if not all(code in HEAD["mi_code"].classes for code in codes):
        raise BadInputError(f"{where}: mi_code must be one or two of {', '.join(HEAD['mi_code'].classes)}.")
    return codes


def _labels(value: object, where: str) -> Iterator[Label]:
    if not isinstance(value, list):
        raise BadInputError(f"{where}: labels must be a list.")
    for item in value:
        if not isinstance(item, dict):
            raise BadInputError(f"{where}: a label needs element, direction and indicator.")
        label = Label(
            element=str(item.get("element")),
            direction=str(item.get("direction")),
            indicator=str(item.get("indicator", "")),
        )
        if label.evidence not in EVIDENCE:
            raise BadInputError(f"{where}: a label's element or direction is not known.")
        yield label


def _heads(codes: tuple[str, ...], text: str) -> dict[str, dict[str, float]]:
    """What a main code implies for the other heads; a head it says nothing sure about stays out."""
    if not codes:
        return {}
    heads = {"mi_code": {code: 1 / len(codes) for code in codes}}
    if codes[0] in _MAIN:
        heads["behaviour"] = {_MAIN[codes[0]]: 1.0}
    for name, kinds, is_none in (
        ("question", _QUESTIONS, "?" not in text),
        ("reflection", _REFLECTIONS, set(codes) <= _NO_REFLECTION),
    ):
        kind = next((kinds[code] for code in codes if code in kinds), "none" if is_none else None)
        if kind:
            heads[name] = {kind: 1.0}
    return heads


def read_utterances(path: Path, source: str = "devset") -> tuple[Labelled, ...]:
    """Single utterances of the scored role, one JSON object a line; each becomes a conversation of one line.

    Raises BadInputError that names the file and the line.
    """
    lines = enumerate(_text(path).split("\n"), 1)
    return tuple(_utterance(path, number, text, source) for number, text in lines if text.strip())


def _utterance(path: Path, number: int, text: str, source: str) -> Labelled:
    where = f"{path.name}, line {number}"
    item = _json(text, where)
    setting = _setting_of_labels(item)
    line = _line({**item, "role": setting.scored_role} if isinstance(item, dict) else item, 1, where)
    return Labelled(
        name=f"{path.stem}-{number}",
        group=path.stem,
        source=source,
        conversation=Conversation(setting=setting, change_goal=None, lines=(line,)),
        gold=(_gold(item, line, setting, where),),
    )


def _setting_of_labels(item: object) -> Setting:
    labels = item.get("labels") if isinstance(item, dict) else None
    told = labels if isinstance(labels, list) else []
    supervision = any(isinstance(x, dict) and str(x.get("element")).startswith("sup_") for x in told)
    stated = item.get("setting") if isinstance(item, dict) else None
    return Setting.SUPERVISION if supervision or stated == Setting.SUPERVISION else Setting.DIRECT_PRACTICE


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as refused:
        raise BadInputError(f"{where} is not JSON. Check that the file is whole.") from refused
