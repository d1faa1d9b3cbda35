"""Voices that no participant accounts for."""

from __future__ import annotations

import pytest

from models.records.speech import Role
from service.database.words import SessionState, StaffRole
from service.keybroker.errors import RefusedError
from service.parts import Parts
from service.permissions.errors import VoiceKnownError
from service.permissions.voices import account_for, match_voice
from tests.service.permissions.family import Family, add_person, add_recording


@pytest.fixture
def family(parts: Parts) -> Family:
    met = Family.met(parts)
    add_recording(met)
    met.all_say_yes()
    return met


def noted(family: Family, *roles: Role) -> list[Role]:
    return [one.role for one in account_for(family.parts, family.worker, family.session_id, roles)]


def test_voices_of_roles_that_are_on_record_add_nobody(family: Family) -> None:
    before = family.row()
    assert noted(family, Role.CHILD, Role.CHILD, Role.PRACTITIONER) == []
    assert family.row() == before


def test_a_role_that_nobody_on_record_has_quarantines_the_session(family: Family) -> None:
    assert noted(family, Role.OTHER_PROFESSIONAL, Role.OTHER_PROFESSIONAL) == [Role.OTHER_PROFESSIONAL]
    assert family.row()[0] == SessionState.QUARANTINED
    assert noted(family, Role.OTHER_PROFESSIONAL) == []


def test_every_unknown_voice_is_somebody_of_its_own(family: Family) -> None:
    assert noted(family, Role.UNKNOWN, Role.UNKNOWN) == [Role.UNKNOWN, Role.UNKNOWN]


def test_nobody_else_accounts_for_a_voice(family: Family) -> None:
    with pytest.raises(RefusedError):
        account_for(family.parts, add_person(family.parts, StaffRole.PRACTITIONER), family.session_id, [Role.UNKNOWN])
    assert family.row()[0] != SessionState.QUARANTINED


def test_an_unknown_voice_quarantines_until_somebody_says_that_it_is_nobody_new(family: Family) -> None:
    (voice,) = account_for(family.parts, family.worker, family.session_id, [Role.UNKNOWN])
    assert family.row()[0] == SessionState.QUARANTINED
    match_voice(family.parts, family.worker, family.session_id, voice.id, None)
    assert family.row()[0] != SessionState.QUARANTINED


def test_an_unknown_voice_that_was_somebody_has_to_agree(family: Family) -> None:
    (voice,) = account_for(family.parts, family.worker, family.session_id, [Role.UNKNOWN])
    matched = match_voice(family.parts, family.worker, family.session_id, voice.id, Role.CHILD)
    assert matched is not None
    assert (matched.role, matched.place) == (Role.CHILD, 2)
    assert family.row()[0] == SessionState.QUARANTINED


def test_a_participant_with_a_role_is_no_voice_to_be_matched(family: Family) -> None:
    with pytest.raises(VoiceKnownError):
        match_voice(family.parts, family.worker, family.session_id, family.people[Role.CHILD], None)
