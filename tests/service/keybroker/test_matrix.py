"""Every cell of the policy has an answer that was written down before, and the broker gives it."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.audit.records import Action, Outcome, Purpose
from service.blobs.local_store import LocalBlobStore
from service.database.engine import Database
from service.database.words import Content
from service.keybroker.broker import KeyBroker
from service.keybroker.errors import RefusedError
from service.keybroker.policy import POLICY, Question, Why, decide
from tests.service.keybroker.cells import CASES, FORMER, LETTERS, ROLES, TIES, Cell, built, expected, facts_for
from tests.service.keybroker.worlds import MadeUpKeys, World
from tests.service.stand_ins import RememberingTrail, ToldClock

CELLS = len(ROLES) * len(TIES) * len(CASES) * len(Purpose) * len(Content) * len(LETTERS)
THROUGH_THE_BROKER = 100
"""Cells drawn for the real broker, besides one of every kind that is allowed and those of the database alone."""


@dataclass(frozen=True)
class Answers:
    """What `decide` said of all cells: how many there were, which were not as written down, and the allowed ones."""

    asked: int
    wrong: list[Cell]
    allowed: list[Cell]
    refused: list[Cell]


@pytest.fixture(scope="module")
def answers() -> Answers:
    asked, wrong, allowed, refused = 0, [], [], []
    draw = random.Random(5)
    for role, tie, case in itertools.product(ROLES, TIES, CASES):
        facts = facts_for(role, tie, case)
        for purpose, content, action in itertools.product(Purpose, Content, LETTERS):
            asked += 1
            wanted = expected(role, tie, case, purpose, content, action)
            if wanted is not decide(Question(facts=facts, content=content, purpose=purpose, action=action)).allowed:
                wrong.append(Cell(role, tie, case, purpose, content, action))
            elif wanted:
                allowed.append(Cell(role, tie, case, purpose, content, action))
            elif draw.random() < 0.004:
                refused.append(Cell(role, tie, case, purpose, content, action))
    return Answers(asked, wrong, allowed, refused)


def test_every_cell_of_the_policy_is_answered_as_it_was_written_down(answers: Answers) -> None:
    assert answers.wrong == []
    assert answers.asked == CELLS == 315_000


def test_an_action_that_no_line_names_is_refused_to_everybody() -> None:
    for role, tie, action in itertools.product(ROLES, TIES, set(Action) - set(LETTERS)):
        facts = facts_for(role, tie, CASES[0])
        for purpose, content in itertools.product(Purpose, Content):
            verdict = decide(Question(facts=facts, content=content, purpose=purpose, action=action))
            assert verdict.why is Why.NOT_FORESEEN


def test_every_line_of_the_policy_is_reached_by_a_cell_that_was_written_down(answers: Answers) -> None:
    """A line that no cell reaches would be a line that no test holds."""
    reached = {
        number
        for number, row in enumerate(POLICY)
        for cell in answers.allowed
        if (row.role, row.purpose) == (cell.role, cell.purpose)
        and cell.content in row.contents
        and cell.action in row.actions
    }
    assert reached == set(range(len(POLICY)))


def sampled(answers: Answers) -> list[Cell]:
    """One of every kind that is allowed; ties that were or will be; and a draw of allowed and of refused cells."""
    kinds = {cell.kind: cell for cell in answers.allowed}
    near = [cell for cell in answers.refused if cell.kind[3:] in {kind[3:] for kind in kinds}]
    draw = random.Random(6)
    half = THROUGH_THE_BROKER // 2
    former = [
        Cell(role, tie, CASES[0], purpose, Content.TRANSCRIPT, Action.VIEW)
        for role, tie in itertools.product(ROLES, (*FORMER, "lead", "team"))
        for purpose in (Purpose.REFLECTION, Purpose.COACHING, Purpose.RESEARCH)
    ]
    written = [
        Cell(role, tie, case, Purpose.COACHING, Content.FEEDBACK, Action.VIEW)
        for role, tie in (("coach", "coach"), ("practitioner", "own"), ("manager", "own"))
        for case in CASES
    ]
    spoilt = [cell for cell in answers.allowed if cell.case is not CASES[0]]
    drawn = [cell for cells in (spoilt, near, answers.refused) for cell in draw.sample(cells, half)]
    return [*kinds.values(), *former, *written, *drawn]


def test_the_broker_answers_a_sample_of_cells_as_they_were_written_down(
    answers: Answers, database: Database, trail: RememberingTrail, clock: ToldClock, tmp_path: Path
) -> None:
    """With one audit row for each question, and a key unwrapped for each that is allowed and for no other."""
    cells, keys = sampled(answers), MadeUpKeys()
    with database.writing() as rows:
        world = World(rows, clock())
        made = [built(world, cell.role, cell.tie, cell.case) for cell in cells]
    broker = KeyBroker(
        database=database, keystore=keys, trail=trail, blobs=LocalBlobStore(tmp_path / "blobs"), clock=clock
    )
    wrong, allowed = [], []
    for cell, (who, session_id) in zip(cells, made, strict=True):
        before = len(trail.events)
        try:
            broker.open(who, session_id, cell.content, purpose=cell.purpose, action=cell.action).close()
            opened = True
            allowed.append(session_id)
        except RefusedError:
            opened = False
        outcomes = [event.outcome for event in trail.events[before:]]
        if opened is not expected(*cell) or outcomes != [Outcome.DONE if opened else Outcome.DENIED]:
            wrong.append(cell)
    assert wrong == []
    assert keys.unwrapped == allowed
    assert len(cells) >= 200
    assert len(allowed) >= 80
