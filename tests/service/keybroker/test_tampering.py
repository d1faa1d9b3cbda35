"""Whatever is changed, moved or put back in a row is refused; nothing ever gives a wrong key."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from models.errors import PracticeError
from service.keybroker.errors import KeyRefusedError, NoSuchKeyError
from service.keybroker.keystore import Keystore
from tests.service.keybroker.places import COLUMNS, Place, session

SESSIONS = 5
MANY = [pytest.param(100, id="100"), pytest.param(1000, id="1000", marks=pytest.mark.slow)]


def flipped(value: object, random_: random.Random) -> object:
    """The same with one bit changed."""
    if isinstance(value, int):
        return value ^ 1 << random_.randrange(40)
    content = bytearray(value.encode() if isinstance(value, str) else value)  # type: ignore[arg-type]
    content[random_.randrange(len(content))] ^= 1 << random_.randrange(7)
    return content.decode() if isinstance(value, str) else bytes(content)


def refused(keystore: Keystore, session_id: str) -> bool:
    try:
        keystore.unwrap(session_id)
    except KeyRefusedError:
        return True
    return False


@pytest.mark.parametrize("times", MANY)
def test_a_changed_bit_anywhere_in_a_row_is_refused(place: Place, times: int) -> None:
    keystore, random_ = place.made(SESSIONS), random.Random(1)
    keys = [keystore.unwrap(session(number)) for number in range(SESSIONS)]
    for turn in range(times):
        row = place.row(session(turn % SESSIONS))
        column = 1 + turn % (len(COLUMNS) - 1)
        place.put([flipped(value, random_) if place_ == column else value for place_, value in enumerate(row)])
        assert refused(keystore, row[0]), COLUMNS[column]
        place.put(row)
    assert [keystore.unwrap(session(number)) for number in range(SESSIONS)] == keys


@pytest.mark.parametrize("times", MANY)
def test_a_row_given_to_another_session_is_refused(place: Place, times: int) -> None:
    keystore, random_ = place.made(SESSIONS), random.Random(2)
    for turn in range(times):
        first, second = random_.sample([place.row(session(number)) for number in range(SESSIONS)], 2)
        to = second[0] if turn % 2 else f"{random_.getrandbits(128):032x}"
        place.put((to, *first[1:]))
        assert refused(keystore, to)
        with place.outside() as connection:
            connection.execute("DELETE FROM wrapped_key WHERE session_id = ?", (to,))
        place.put(second)
    assert keystore.verify().whole


@pytest.mark.parametrize("times", MANY)
def test_an_old_row_put_back_after_a_rotation_is_refused(place: Place, times: int) -> None:
    keystore, random_ = place.made(SESSIONS), random.Random(3)
    old = []
    for _ in range(4):
        old += [place.row(session(number)) for number in range(SESSIONS)]
        epoch = keystore.rotate()
    current = {number: place.row(session(number)) for number in range(SESSIONS)}
    for turn in range(times):
        row = list(random_.choice(old))
        now = current[int(row[0], 16)]
        if turn % 3 == 1:
            row[2] = epoch
        if turn % 3 == 2:
            row[1:3] = now[1:3]
        place.put(row)
        assert refused(keystore, str(row[0]))
        place.put(now)
    assert keystore.verify().whole


def test_an_old_row_of_a_destroyed_session_put_back_is_refused_after_the_next_rotation(place: Place) -> None:
    keystore = place.made()
    row = place.row(session(0))
    keystore.destroy(session(0))
    keystore.rotate()
    place.put(row)
    with pytest.raises(KeyRefusedError):
        keystore.unwrap(session(0))


@pytest.mark.parametrize(("column", "value"), [(1, b"x"), (2, "two"), (3, b""), (3, "text"), (4, b"short")])
def test_a_column_of_another_type_or_length_is_refused(place: Place, column: int, value: object) -> None:
    keystore = place.made()
    row: list[object] = list(place.row(session(0)))
    row[column] = value
    place.put(row)
    assert refused(keystore, session(0))


@pytest.mark.parametrize("times", MANY)
def test_a_changed_bit_in_the_database_file_never_gives_a_wrong_key(place: Place, tmp_path: Path, times: int) -> None:
    keystore, random_ = place.made(SESSIONS), random.Random(4)
    keys = {session(number): keystore.unwrap(session(number)) for number in range(SESSIONS)}
    whole = place.database.read_bytes()
    refusals = 0
    for _ in range(times):
        content = bytearray(whole)
        used = [spot for spot in range(len(content)) if content[spot]]
        content[random_.choice(used)] ^= 1 << random_.randrange(8)
        for beside in tmp_path.glob("keystore.sqlite3-*"):
            beside.unlink()
        place.database.write_bytes(content)
        for session_id, key in keys.items():
            try:
                assert keystore.unwrap(session_id) == key
            except PracticeError:
                refusals += 1
    assert refusals > times // 2


def test_a_row_taken_out_is_said_to_be_missing(place: Place) -> None:
    keystore = place.made()
    with place.outside() as connection:
        connection.execute("DELETE FROM wrapped_key WHERE session_id = ?", (session(1),))
    with pytest.raises(NoSuchKeyError):
        keystore.unwrap(session(1))
