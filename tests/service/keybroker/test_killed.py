"""kill -9 at every step of a first start, a creation, a rotation and a destruction: the next start finishes it."""

from __future__ import annotations

import hashlib
import os
import signal
import traceback
from pathlib import Path

import pytest

from service.keybroker.errors import KeyDestroyedError, MissingKeystoreError, NoSuchKeyError
from service.keybroker.keystore import Keystore
from service.keybroker.steps import Step
from tests.service.keybroker.places import Place, session

SESSIONS = 3
ONCE = {Step.DATABASE_MADE, Step.EPOCH_ADOPTED}
TURNS = [(step, turn) for step in Step for turn in (1, 2) if turn == 1 or step not in ONCE]


class DeadError(Exception):
    """As a death within this process."""


def digest(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()


def work(place: Place, step: Step, turn: int, heard: int) -> None:
    """Everything that changes a keystore, and a word after each; death the ``turn``-th time it comes to ``step``."""
    left = turn

    def reached(now: Step) -> None:
        nonlocal left
        left -= now == step
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    def say(*words: str) -> None:
        os.write(heard, " ".join(words).encode() + b"\n")

    keystore = place.open(first_start=True, reached=reached)
    for number in range(SESSIONS):
        keystore.create(session(number))
        say("key", session(number), digest(keystore.unwrap(session(number))))
    for number in range(2):
        row, secret = place.row(session(number)), place.secret()
        say("row", session(number), row[4].hex())
        say("rotating", secret.hex())
        keystore.rotate()
        say("rotated", secret.hex())
        row = place.row(session(number))
        say("row", session(number), row[4].hex())
        say("destroying", session(number))
        keystore.destroy(session(number))
        say("destroyed", session(number))


def killed(place: Place, step: Step, turn: int) -> list[list[str]] | None:
    """What a process said before it died at a step; None where it came to its end alive."""
    ours, theirs = os.pipe()
    child = os.fork()
    if not child:
        try:
            work(place, step, turn, theirs)
        except BaseException:
            traceback.print_exc()
            os._exit(3)
        os._exit(0)
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        said = [line.split() for line in pipe.read().splitlines()]
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    assert status in (0, -signal.SIGKILL)
    return None if status == 0 else said


def started_again(place: Place, said: list[list[str]]) -> Keystore:
    """A start after the first; one that had not ended has to be begun again, and nothing was acknowledged by it."""
    try:
        return place.open()
    except MissingKeystoreError:
        assert said == []
        return place.open(first_start=True)


def check(place: Place, said: list[list[str]]) -> None:
    """Every acknowledged key is there and the same, what was to go has gone, and one epoch is left."""
    keystore = started_again(place, said)
    destroying = [line[1] for line in said if line[0] == "destroying"]
    destroyed = [line[1] for line in said if line[0] == "destroyed"]
    for word, session_id, known in (line for line in said if len(line) == 3):
        try:
            there = digest(keystore.unwrap(session_id))
        except KeyDestroyedError:
            assert session_id in destroying
            if word == "row":
                assert place.hits(bytes.fromhex(known)) == 0
        else:
            assert session_id not in destroyed
            assert word == "row" or there == known
    assert [path.name for path in place.epoch_files()] == [f"epoch-{keystore.verify().epoch:019d}.key"]
    rotated = [bytes.fromhex(line[1]) for line in said if line[0] == "rotated"]
    assert place.hits(*rotated) == 0
    assert keystore.verify().whole
    assert keystore.rotate() == keystore.verify().epoch


@pytest.mark.parametrize(("step", "turn"), TURNS)
def test_a_death_at_any_step_is_finished_by_the_next_start(step: Step, turn: int, place: Place) -> None:
    said = killed(place, step, turn)
    assert said is not None, "the process never came to this step"
    check(place, said)


@pytest.mark.slow
@pytest.mark.parametrize("step", list(Step))
def test_a_hundred_deaths_at_each_step_are_finished_by_the_next_start(step: Step, tmp_path: Path) -> None:
    deaths, turn = 0, 1
    while deaths < 100:
        folder = tmp_path / f"{deaths}-{turn}"
        folder.mkdir()
        said = killed(Place(folder), step, turn)
        if said is None:
            assert turn > 1, "the process never came to this step"
            turn = 1
            continue
        check(Place(folder), said)
        deaths, turn = deaths + 1, turn + 1


@pytest.mark.parametrize("step", [Step.EPOCH_NAMED, Step.REWRAPPED, Step.ROTATION_STORED, Step.OLD_OVERWRITTEN])
def test_a_rotation_that_has_its_new_epoch_is_finished_and_not_undone(step: Step, place: Place) -> None:
    turn = 2 if step is Step.EPOCH_NAMED else 1
    said = killed(place, step, turn)
    assert said is not None
    assert said[-1][0] == "rotating"
    assert place.open().verify().epoch == 2


def test_a_death_while_a_start_finishes_a_rotation_is_finished_too(place: Place) -> None:
    said = killed(place, Step.REWRAPPED, 1)
    assert said is not None

    def reached(step: Step) -> None:
        if step is Step.OLD_OVERWRITTEN:
            raise DeadError

    with pytest.raises(DeadError):
        place.open(reached=reached)
    check(place, said)


def test_a_creation_that_was_not_stored_can_be_made_again(place: Place) -> None:
    assert killed(place, Step.KEY_INSERTED, 1) == []
    keystore = place.open()
    with pytest.raises(NoSuchKeyError):
        keystore.unwrap(session(0))
    keystore.create(session(0))
    assert len(keystore.unwrap(session(0))) == 32
