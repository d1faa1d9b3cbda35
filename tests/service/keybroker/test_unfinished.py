"""Starts that find a rotation unfinished and something else wrong besides; and several starts at once."""

from __future__ import annotations

import logging
import os

import pytest

from service.keybroker.epochs import EpochFolder
from service.keybroker.errors import KeyRefusedError, LostEpochError
from service.keybroker.steps import Step
from service.keybroker.wrapping import new_kek
from tests.service.keybroker.places import Place, session


class DeadError(Exception):
    """As a death within this process."""


def stopped(place: Place, at: Step) -> None:
    """Begin a rotation that stops at a step."""

    def reached(step: Step) -> None:
        if step is at:
            raise DeadError

    with pytest.raises(DeadError):
        place.open(reached=reached).rotate()


def damage(place: Place, session_id: str) -> None:
    place.put((*place.row(session_id)[:4], bytes(48)))


def test_a_damaged_row_does_not_keep_the_others_from_a_start(place: Place, caplog: pytest.LogCaptureFixture) -> None:
    key = place.made().unwrap(session(0))
    stopped(place, Step.EPOCH_SYNCED)
    damage(place, session(1))
    caplog.set_level(logging.ERROR)
    keystore = place.open()
    assert "unfinished" in caplog.text
    assert keystore.unwrap(session(0)) == key
    report = keystore.verify()
    assert (report.epoch, report.refused, report.other_epochs) == (1, (session(1),), 1)


def test_a_rotation_goes_on_when_the_damaged_row_is_destroyed(place: Place) -> None:
    key = place.made().unwrap(session(0))
    stopped(place, Step.EPOCH_SYNCED)
    damage(place, session(1))
    keystore = place.open()
    with pytest.raises(KeyRefusedError):
        keystore.rotate()
    keystore.destroy(session(1))
    keystore.rotate()
    assert keystore.verify().whole
    assert keystore.unwrap(session(0)) == key


def test_an_old_epoch_is_not_destroyed_while_a_key_does_not_open_under_the_new_one(place: Place) -> None:
    place.made()
    stopped(place, Step.ROTATION_STORED)
    damage(place, session(1))
    assert place.open().verify().epoch == 2
    assert len(place.epoch_files()) == 2


def test_an_epoch_of_another_time_beside_the_current_one_is_refused_and_left(place: Place) -> None:
    place.made()
    EpochFolder(place.epochs, lambda step: None).write(new_kek(5))
    with pytest.raises(LostEpochError):
        place.open()
    assert len(place.epoch_files()) == 2


def test_processes_that_start_at_once_for_the_first_time_share_one_keystore(place: Place) -> None:
    children = []
    for number in range(4):
        child = os.fork()
        if not child:
            try:
                place.open(first_start=True).create(session(number))
            except BaseException:
                os._exit(3)
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 4
    report = place.open().verify()
    assert (report.epoch, report.keys, report.whole) == (1, 4, True)


def test_processes_that_rotate_at_once_rotate_one_after_the_other(place: Place) -> None:
    key = place.made().unwrap(session(0))
    children = []
    for _ in range(3):
        child = os.fork()
        if not child:
            try:
                place.open().rotate()
            except BaseException:
                os._exit(3)
            os._exit(0)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0] * 3
    keystore = place.open()
    assert keystore.verify().epoch == 4
    assert keystore.verify().whole
    assert keystore.unwrap(session(0)) == key
