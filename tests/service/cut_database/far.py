"""A council far from its database: acts during which the connection is cut, and what has to be true of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

from httpx2 import Response

from tests.service.acts import CLAIM_MS, Act
from tests.service.council import Council
from tests.service.cut_database.link import Cut, Link

RETRY_S = 5
RECOVERS_S = 10.0


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

    def cut_in(self, act: Act, how: Cut, message: int, *, answer: bool, silent_s: float | None = None) -> float:
        """Do an act whose n-th message, or the answer to it, is cut off; then do it again. Returns how long it took.

        ``silent_s``: after so many seconds the network is there again by itself.
        """
        trying, link = act.ready(self.council), self.link
        cuts = link.cuts
        link.cut_after(message, how, answer=answer, silent_s=silent_s, terminate=self.terminate)
        begun = time.monotonic()
        try:
            told = act.do(trying)
        finally:
            took = time.monotonic() - begun
            link.mend()
        assert link.cuts == cuts + 1, "nothing was cut"
        assert told.status_code < 300 or can_be_tried_again(told), (told.status_code, told.text)
        assert act.done(trying) in ((1,) if told.status_code < 300 else (0, 1))
        self.council.clock.pass_ms(CLAIM_MS)
        begun = time.monotonic()
        while (again := act.do(trying)).status_code >= 300:
            assert can_be_tried_again(again), (again.status_code, again.text)
            assert time.monotonic() - begun < RECOVERS_S
            time.sleep(0.05)
        assert act.done(trying) == 1
        return took


def can_be_tried_again(answer: Response) -> bool:
    """A problem that says when."""
    told = answer.headers.get("content-type") == "application/problem+json" and answer.status_code == 503
    return told and 0 < int(answer.headers["retry-after"]) <= RETRY_S
