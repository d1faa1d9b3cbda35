"""Read sessions that people scored."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.errors import BadInputError
from pipelines.labelled.devset import read_session
from pipelines.labelled.records import Labelled


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredSessions:
    """Sessions with scores, by file name; ``without`` counts those that nobody scored."""

    sessions: tuple[Labelled, ...]
    without: int = 0


def read_scored(place: Path) -> ScoredSessions:
    """Every scored session (``*.json``) of a folder, or one file. Files of single utterances are passed over.

    Raises BadInputError that names the file, and the turn or element, where something cannot be used, and where
    nothing is scored.
    """
    paths = sorted(place.glob("*.json")) if place.is_dir() else [place]
    if not place.exists() or not paths:
        raise BadInputError(f"There is no .json session at {place.name}. Name a folder of sessions, or one session.")
    read = [_checked(read_session(path, place.resolve().name), path.name) for path in paths]
    scored = tuple(one for one in read if one.scores)
    if not scored:
        raise BadInputError(f"No session of {place.name} has scores. Each needs a field scores, by element.")
    return ScoredSessions(sessions=scored, without=len(read) - len(scored))


def _checked(session: Labelled, file: str) -> Labelled:
    """The session, if the turns that its scores rest on are there."""
    turns = {line.turn for line in session.conversation.lines}
    for element, given in session.scores.items():
        for turn in given.evidence_turns:
            if turn not in turns:
                raise BadInputError(f"{file}, scores of {element}: the session has no turn {turn}.")
    return session
