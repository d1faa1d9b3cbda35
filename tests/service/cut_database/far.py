"""A council far from its database: acts during which the connection is cut, and what has to be true of them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product

import pytest
from httpx2 import Response

from service.database import bounded_connection
from tests.service.acts import CLAIM_MS, Act, Try
from tests.service.council import Council
from tests.service.cut_database.link import Cut, Link

RETRY_S = 5
RECOVERS_S = 10.0
SILENCES_S = (0.1, 0.6)
STRIDE = 37
"""A prime number, so that steps of it come to every point of a round."""
HURRIED = {"ANSWER_S": 0.4, "PING_S": 0.2, "CONNECT_S": 2}


@dataclass
class Far:
    council: Council
    link: Link
    terminate: Callable[[], None]

    def messages(self, act: Act) -> int:
        """How many messages a client sends for an act that goes well."""
        trying = act.ready(self.council)
        before = self.link.messages
        assert act.do(trying).status_code < 300
        return self.link.messages - before

    @contextmanager
    def cut(self, how: Cut, message: int, *, answer: bool, silent_s: float | None = None) -> Iterator[None]:
        """Cut off the n-th message, or the answer to it; at the end of the ``with`` block the network is there again.

        After ``silent_s`` seconds it is so by itself, and then answers are waited for a moment only.
        """
        self.link.cut_after(message, how, answer=answer, silent_s=silent_s, terminate=self.terminate)
        with pytest.MonkeyPatch.context() as patch:
            for name, value in HURRIED.items() if silent_s is not None else ():
                patch.setattr(bounded_connection, name, value)
            try:
                yield
            finally:
                self.link.mend()

    def cut_in(self, act: Act, how: Cut, message: int, *, answer: bool, silent_s: float | None = None) -> float | None:
        """Do an act in which something is cut off, and do it again; how long the first took, None where it was whole.

        The number of messages differs: what was cut off before has to be connected again.
        """
        trying, cuts = act.ready(self.council), self.link.cuts
        begun = time.monotonic()
        with self.cut(how, message, answer=answer, silent_s=silent_s):
            told = act.do(trying)
            took = time.monotonic() - begun
        assert told.status_code < 300 or can_be_tried_again(told), (told.status_code, told.text)
        assert act.done(trying) in ((1,) if told.status_code < 300 else (0, 1))
        self.council.clock.pass_ms(CLAIM_MS)
        self._until_done(act, trying)
        self.council.end_uploads()
        return took if self.link.cuts > cuts else None

    def cut_often(self, act: Act, often: int) -> None:
        """So many cuts of every kind, spread over all messages of an act and the answers to them."""
        points = list(product(Cut, range(self.messages(act)), (False, True)))
        for number in range(often):
            how, message, answer = points[number * STRIDE % len(points)]
            silent_s = SILENCES_S[number // len(Cut) % len(SILENCES_S)] if how is Cut.SILENT else None
            while self.cut_in(act, how, message, answer=answer, silent_s=silent_s) is None:
                message -= 1

    def _until_done(self, act: Act, trying: Try) -> None:
        begun = time.monotonic()
        while (again := act.do(trying)).status_code >= 300:
            assert can_be_tried_again(again), (again.status_code, again.text)
            assert time.monotonic() - begun < RECOVERS_S
            time.sleep(0.05)
        assert act.done(trying) == 1


def can_be_tried_again(answer: Response) -> bool:
    """A problem that says when."""
    told = answer.headers.get("content-type") == "application/problem+json" and answer.status_code == 503
    return told and 0 < int(answer.headers["retry-after"]) <= RETRY_S
