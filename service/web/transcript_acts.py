"""Forms of the pages of a transcript as acts."""

from __future__ import annotations

from models.records.speech import Role
from service.database.words import AmendmentKind
from service.ids import is_id, new_id
from service.transcripts.amendments import Act, Change
from service.transcripts.errors import NoSuchVoiceError, SplitPlaceError, TranscriptChangeError
from service.transcripts.planning import act_of
from service.web.forms import Fields

MOST_VOICES = 40
MOST_TEXTS = 50
_ROLES = frozenset(role.value for role in Role)


def act_id_of(sent: Fields) -> str:
    """The id that the form brought along; one that was sent twice has the same twice."""
    given = sent.one("act_id")
    return given if is_id(given) else new_id()


def roles_acts(sent: Fields) -> list[Act]:
    """Who is who, of the whole page: joined voices first, then the role of every other voice that has one."""
    changes: list[Change] = []
    voices = [(place, sent.one(f"voice-{place}")) for place in range(1, MOST_VOICES + 1)]
    joined = set()
    for place, voice in voices:
        same = sent.one(f"same-{place}")
        if voice and same and same != voice:
            joined.add(voice)
            changes.append(Change(kind=AmendmentKind.VOICE, about=voice, of_voice=True, speaker=same))
    for place, voice in voices:
        role = sent.one(f"role-{place}")
        if voice and voice not in joined and role in _ROLES:
            changes.append(Change(kind=AmendmentKind.ROLE, about=voice, of_voice=True, role=Role(role)))
    return _numbered(sent, changes)


def checked_acts(sent: Fields) -> list[Act]:
    """A passage that was listened to, with the words as they are now."""
    changes = [
        Change(kind=AmendmentKind.WORDS, about=said, text=sent.one(f"text-{place}"))
        for place in range(1, MOST_TEXTS + 1)
        if (said := sent.one(f"said-{place}"))
    ]
    changes += [Change(kind=AmendmentKind.HEARD, about=check) for check in sent.all("heard") or [sent.one("passage")]]
    return _numbered(sent, changes)


def acts_of(sent: Fields) -> list[Act]:
    """What the editor of one utterance asks for. Raises TranscriptChangeError, SplitPlaceError, NoSuchVoiceError."""
    about, what = sent.one("about"), sent.one("do")
    if what == "words":
        change = Change(kind=AmendmentKind.WORDS, about=about, text=sent.one("text"))
    elif what == "split":
        if not sent.one("at").isdecimal():
            raise SplitPlaceError
        change = Change(kind=AmendmentKind.SPLIT, about=about, at=int(sent.one("at")[:9]))
    elif what == "join":
        change = Change(kind=AmendmentKind.MERGE, about=about)
    elif what == "voice":
        change = _voice(sent, about)
    else:
        raise TranscriptChangeError
    return _numbered(sent, [change])


def _voice(sent: Fields, about: str) -> Change:
    speaker, reach = sent.one("speaker"), sent.one("reach")
    if not speaker:
        raise NoSuchVoiceError
    if reach == "all":
        return Change(kind=AmendmentKind.VOICE, about=sent.one("voice"), of_voice=True, speaker=speaker)
    last = sent.one("last") if reach == "range" else ""
    return Change(kind=AmendmentKind.VOICE, about=about, last=last or None, speaker=speaker)


def _numbered(sent: Fields, changes: list[Change]) -> list[Act]:
    act_id = act_id_of(sent)
    return [Act(act_id=act_of(act_id, place), change=change) for place, change in enumerate(changes)]
