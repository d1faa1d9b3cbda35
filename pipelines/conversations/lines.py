"""From what a transcript tells to lines with roles: given by a person, by the file, by a name, or by what is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from models.errors import BadInputError
from models.records.coding import Conversation, Line, Setting
from models.records.speech import UNKNOWN_SPEAKER, Role, Utterance
from pipelines.conversations.choices import ReadingChoices
from pipelines.conversations.role_words import role_in
from pipelines.conversations.spoken import Spoken, Told
from pipelines.stages.roles import suggest_roles

MOST_LINES = 20_000


@dataclass(frozen=True, slots=True)
class _Decided:
    role: Role
    sure: bool


def conversation_from(told: Told, choices: ReadingChoices, file: str) -> Conversation:
    """The conversation, with every line's role.

    Raises BadInputError where the transcript is too long, or a person gave a role to somebody who is not in it.
    """
    if len(told.spoken) > MOST_LINES:
        raise BadInputError(f"{file} has more than {MOST_LINES:,} lines, more than any session. Split it.")
    setting = choices.setting or told.setting or Setting.DIRECT_PRACTICE
    goal = told.change_goal if choices.change_goal is None else choices.change_goal
    taken = frozenset(one.id for one in told.spoken if one.id)
    lines = tuple(_line(number, one, taken) for number, one in enumerate(told.spoken, 1))
    given = _given(lines, choices.roles)
    named = {line.speaker: role for line in lines if (role := role_in(line.speaker, setting)) is not None}
    decided = _by_line(lines, told.spoken, given, named)
    guessed = _suggested(lines, decided, given, setting)
    roles = [known or guessed[line.speaker] for line, known in zip(lines, decided, strict=True)]
    return Conversation(
        setting=setting,
        change_goal=_whole((goal or "").strip()) or None,
        lines=tuple(_with_role(line, role) for line, role in zip(lines, roles, strict=True)),
    )


def _line(number: int, one: Spoken, taken: frozenset[str]) -> Line:
    own = f"u{number:04d}"
    return Line(
        id=_whole(one.id or (own if own not in taken else f"line-{number}")),
        turn=number if one.turn is None else one.turn,
        speaker=_whole(" ".join((one.speaker or "").split())) or UNKNOWN_SPEAKER,
        role=Role.UNKNOWN,
        text=_whole(one.text),
        role_sure=False,
        span=one.span,
    )


def _whole(text: str) -> str:
    """Text that can be written anywhere: half a character, as broken JSON may hold, becomes a sign for it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _given(lines: tuple[Line, ...], roles: Mapping[str, Role]) -> dict[str, Role]:
    """A person's words by the speaker as the file writes the name. A name that is not there is an error."""
    speakers = {line.speaker for line in lines}
    found: dict[str, Role] = {}
    for name, role in roles.items():
        meant = {name} & speakers or {speaker for speaker in speakers if _key(speaker) == _key(name)}
        if not meant:
            raise BadInputError(
                "A role was given to a name that is not a speaker of this file. Write the name as the transcript does."
            )
        found |= dict.fromkeys(meant, role)
    return found


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


def _by_line(
    lines: tuple[Line, ...], spoken: tuple[Spoken, ...], given: Mapping[str, Role], named: Mapping[str, Role]
) -> list[_Decided | None]:
    """What is known without looking at what was said: by a person, by the file, by the speaker's name."""
    found: list[_Decided | None] = []
    for line, one in zip(lines, spoken, strict=True):
        if line.speaker in given:
            found.append(_Decided(given[line.speaker], True))
        elif one.role is not None:
            found.append(_Decided(one.role, one.role_sure))
        elif line.speaker in named or one.speaker is None:
            found.append(_Decided(named.get(line.speaker, Role.UNKNOWN), True))
        else:
            found.append(None)
    return found


def _suggested(
    lines: tuple[Line, ...], decided: list[_Decided | None], given: Mapping[str, Role], setting: Setting
) -> dict[str, _Decided]:
    """A role for each speaker of whom nobody told one, by what is said; unknown where that does not decide it."""
    if all(decided):
        return {}
    known = dict(given)
    for line, one in zip(lines, decided, strict=True):
        if one is not None and one.role is not Role.UNKNOWN:
            known.setdefault(line.speaker, one.role)
    utterances = [
        Utterance(start_ms=number, end_ms=number + 1, id=line.id, speaker=line.speaker, text=line.text, words=())
        for number, line in enumerate(lines)
    ]
    expected = (Role.SUPERVISOR, Role.PRACTITIONER) if setting is Setting.SUPERVISION else ()
    return {
        one.speaker: _Decided(one.role, one.role is not Role.UNKNOWN)
        for one in suggest_roles(utterances, known, expected)
    }


def _with_role(line: Line, decided: _Decided) -> Line:
    return replace(line, role=decided.role, role_sure=decided.sure and decided.role is not Role.UNKNOWN)
