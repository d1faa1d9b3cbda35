"""A transcript as it stands now, with the machine's text beside what a person made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from models.records.speech import Check, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """One voice and its role. A person ``confirmed`` the role, or it is the machine's own.

    ``suggested``, ``confidence`` in [0, 1] and ``reason`` are the machine's. ``share`` is of all that is said, in
    [0, 1], by time where there are times, else by words. ``added``: a person added this voice, the machine heard none.
    """

    speaker: str
    role: Role
    confidence: float
    reason: str
    confirmed: bool = False
    suggested: Role = Role.UNKNOWN
    share: float = 0.0
    added: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An utterance as it stands. Times are ms in the recording, None where a transcript without times was brought.

    ``id`` stays what it is through corrections. ``machine_text`` is what the machine wrote there, equal where nobody
    changed it. ``role_sure`` is False where nobody is sure who speaks. ``moved``: a person gave it to another voice.
    ``times`` are the starts of the machine's words in ms, empty where they are not known.
    """

    id: str
    speaker: str
    role: Role
    text: str
    machine_text: str
    start_ms: int | None = None
    end_ms: int | None = None
    role_sure: bool = True
    overlap: bool = False
    moved: bool = False
    times: tuple[int, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether a person changed the words."""
        return self.text != self.machine_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """A transcript as it stands. ``number`` is that of the last correction, 0 before the first; it only grows.

    ``checks`` are the passages that nobody has listened to yet, most important first; ``heard`` the others. Their
    ``utterances`` are ids as they stand. ``merged`` has for the id of an utterance that became part of another one the
    id of that one. ``given`` are the roles that people gave to the machine's voices, ``coded`` those that the codes and
    suggested scores were made with because people had given them, ``sure`` those that they were made with because the
    machine was sure of them. ``version``: equal ones are equal transcripts.
    """

    said: tuple[Said, ...]
    voices: tuple[Voice, ...]
    checks: tuple[Check, ...]
    number: int = 0
    heard: tuple[Check, ...] = ()
    merged: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Role] = field(default_factory=dict)
    coded: Mapping[str, Role] = field(default_factory=dict)
    sure: Mapping[str, Role] = field(default_factory=dict)
    version: str = ""
    ids: frozenset[str] = field(init=False, repr=False, compare=False)
    """Of the utterances that are there."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "ids", frozenset(one.id for one in self.said))

    def now(self, utterance_id: str) -> str:
        """Where what was said under an id stands now: merged into another, or whole again after a split was undone.

        An id that there never was is given back as it is.
        """
        looked = utterance_id
        while looked not in self.ids:
            if looked in self.merged:
                looked = self.merged[looked]
            elif "." in looked:
                looked = looked.rpartition(".")[0]
            else:
                return utterance_id
        return looked

    @property
    def marks_are_behind(self) -> bool:
        """Whether the codes and scores were made with other roles than people gave since."""
        other = {voice: role for voice, role in self.given.items() if self.sure.get(voice) is not role}
        return other != dict(self.coded)

    @property
    def timed(self) -> bool:
        """Whether it is known when what was said, so that it can be played."""
        return any(one.start_ms is not None for one in self.said)

    @property
    def reworded(self) -> bool:
        """Whether words, or who says them, differ from what the machine coded."""
        return bool(self.merged) or any(one.changed or one.moved or "." in one.id for one in self.said)
