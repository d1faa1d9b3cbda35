"""Pieces of turns go to the voice they sound like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.voices.second_look import Piece, SecondLookSettings, look_again, plan_pieces
from models.voices.timeline import SILENCE, Floor

SETTINGS = SecondLookSettings(piece_frames=10, hop_frames=6, least_frames=4, lead=0.1)


def floor(holder: list[int], people: int = 2) -> Floor:
    held = np.array(holder)
    speaking = np.stack([held == person for person in range(people)], axis=1)
    return Floor(speaking=speaking, holder=held, margins=np.full(speaking.shape, np.nan, dtype=np.float32))


def voices(*numbers: int) -> NDArray[np.float32]:
    return np.eye(256, dtype=np.float32)[list(numbers)]


def test_pieces_cover_every_turn_and_no_silence() -> None:
    pieces = plan_pieces(np.array([0] * 31 + [SILENCE] * 5 + [1] * 4 + [0] * 3), SETTINGS)
    covered = {frame for piece in pieces for frame in range(piece.first, piece.last)}
    assert covered == {*range(31), *range(36, 40)}
    assert all(piece.last - piece.first <= 10 for piece in pieces)
    assert [piece.person for piece in pieces][-1] == 1


def test_a_piece_of_the_other_voice_changes_hands() -> None:
    pieces = tuple(Piece(first=i * 10, last=i * 10 + 10, person=1 if i > 3 else 0) for i in range(8))
    before = floor([0] * 40 + [1] * 40)
    after = look_again(before, pieces, voices(0, 1, 0, 0, 1, 1, 1, 1), SETTINGS)
    assert after.holder.tolist() == [0] * 10 + [1] * 10 + [0] * 20 + [1] * 40
    assert (after.speaking.argmax(axis=1) == after.holder).all()
    assert np.nanmin(after.margins) > 0.5


def test_pieces_that_fit_stay_where_they_are() -> None:
    pieces = tuple(Piece(first=i * 10, last=i * 10 + 10, person=i % 2) for i in range(4))
    before = floor([0] * 10 + [1] * 10 + [0] * 10 + [1] * 10)
    assert look_again(before, pieces, voices(0, 1, 0, 1), SETTINGS).holder.tolist() == before.holder.tolist()


def test_overlapping_voices_keep_their_frames() -> None:
    pieces = tuple(Piece(first=i * 10, last=i * 10 + 10, person=1 if i > 3 else 0) for i in range(8))
    before = floor([0] * 40 + [1] * 40)
    before.speaking[10:20] = True
    after = look_again(before, pieces, voices(0, 1, 0, 0, 1, 1, 1, 1), SETTINGS)
    assert after.holder[10:20].tolist() == [0] * 10
    assert after.speaking[10:20].all()
