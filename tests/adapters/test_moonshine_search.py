"""Beam search, on a language of five tokens whose probabilities are written down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.adapters.moonshine_search import Path, best_path

START, END, A, B, C = range(5)


class Language:
    """Next-token probabilities by what was written so far; anything else ends."""

    def __init__(self, table: dict[tuple[int, ...], dict[int, float]]) -> None:
        self.table = table
        self.written: list[tuple[int, ...]] = [()]

    def step(self, rows: list[int], lasts: list[int]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        self.written = [
            self.written[row] if last == START else (*self.written[row], last)
            for row, last in zip(rows, lasts, strict=True)
        ]
        scores = np.zeros((len(rows), 5))
        for number, text in enumerate(self.written):
            for token, probability in self.table.get(text, {END: 1.0}).items():
                scores[number, token] = probability
        with np.errstate(divide="ignore"):
            logs = np.log(scores)
        self.last = logs
        return logs, np.array([[len(text)] for text in self.written], float)

    def note(self, row: int, token: int) -> float:
        return float(self.last[row, token])


def search(language: Language, width: int, longest: int = 20) -> Path[float]:
    return best_path(language.step, language.note, START, END, width=width, longest=longest)


GARDEN = {(): {A: 0.6, B: 0.4}, (A,): {C: 0.35, A: 0.33, END: 0.32}, (B,): {C: 1.0}, (B, C): {END: 1.0}}


def test_one_path_takes_the_likeliest_token_each_time() -> None:
    """A, then C, though that way is unlikely as a whole."""
    assert search(Language(GARDEN), 1).tokens == (A, C)


def test_more_paths_find_the_likelier_whole() -> None:
    """B C has .4 for three choices, A C .21."""
    path = search(Language(GARDEN), 3)
    assert path.tokens == (B, C)
    assert np.isclose(path.score, np.log(0.4))


def test_notes_and_looks_are_those_of_the_path_taken() -> None:
    """Not those of a path that was given up."""
    path = search(Language(GARDEN), 3)
    assert np.allclose(path.notes, [np.log(0.4), 0.0])
    assert [look[0] for look in path.looks] == [0, 1]


def test_a_loop_is_cut_to_one_round() -> None:
    """A network that would say A for ever says it once, and the path says so."""
    forever = {(A,) * n: {A: 1.0} for n in range(50)}
    path = search(Language(forever), 2)
    assert path.tokens == (A,)
    assert path.looped


def test_a_path_that_ends_is_preferred_to_a_loop() -> None:
    """Even where the loop is likelier."""
    table = {(A,) * n: {A: 0.9, END: 0.1} for n in range(50)}
    assert not search(Language(table), 2).looped


def test_an_endless_text_stops_at_the_limit() -> None:
    """The likeliest unfinished path is the answer."""
    table = {tuple([A, B, C, A, C, B, B, A][:n]): {[A, B, C, A, C, B, B, A][n]: 1.0} for n in range(8)}
    assert search(Language(table), 1, longest=5).tokens == (A, B, C, A, C)


def test_nothing_said_gives_an_empty_path() -> None:
    """The end can come first."""
    assert search(Language({}), 3).tokens == ()
