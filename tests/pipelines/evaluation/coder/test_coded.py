"""Conversations beside their codings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from models.errors import EngineError
from models.records.coding import Coding, Conversation
from pipelines.evaluation.coder.coded import code_all
from tests.coder.table_coder import TableCoder
from tests.pipelines.evaluation.coder.talks import talk, worker


class LosesALine(TableCoder):
    def code(self, conversation: Conversation, *rest: object) -> Coding:
        whole = super().code(conversation)
        return replace(whole, utterances=whole.utterances[1:])


def test_a_coding_with_another_number_of_lines_is_refused_by_the_conversations_name() -> None:
    with pytest.raises(EngineError, match="talk-7"):
        code_all([talk("talk-7", worker("said"))], LosesALine({}))


def test_groups_of_one_source_and_name_are_one() -> None:
    talks = [talk("a", worker("x"), group="g"), talk("b", worker("y"), group="g"), talk("c", worker("z"))]
    found = code_all(talks, TableCoder({}))
    assert [one.group for one in found.conversations] == [0, 0, 1]
    assert (found.groups, found.lines) == (2, 3)


def test_the_same_group_name_in_another_source_is_another_group() -> None:
    one = talk("a", worker("x"))
    assert code_all([one, replace(one, source="elsewhere")], TableCoder({})).groups == 2


def test_progress_ends_at_one() -> None:
    told: list[float] = []
    code_all([talk("a", worker("x")), talk("b", worker("y"))], TableCoder({}), told.append)
    assert told == [0.5, 1.0]
