"""How the web process stops: no new work, streams end at once, requests under way are finished, then the hooks."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from service.api.logs import log_failure
from service.audit.records import NOBODY


class Stopping:
    """Whether this process is about to stop; safe to use from every thread."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._lock = threading.Lock()
        self._under_way = 0
        self._hooks: list[Callable[[], None]] = []

    @property
    def asked(self) -> bool:
        """Whether streams should end and readiness be denied."""
        return self._asked.is_set()

    @property
    def under_way(self) -> int:
        """How many requests are being served."""
        return self._under_way

    def ask(self) -> None:
        """Ask streams to end; called on the signal, before the server waits for its connections."""
        self._asked.set()

    def at_end(self, hook: Callable[[], None]) -> None:
        """Call ``hook`` after the last request; the last one that was added comes first."""
        self._hooks.append(hook)

    def end(self) -> None:
        """Call the hooks, each once; one that fails does not keep the others from being called."""
        self.ask()
        while self._hooks:
            try:
                self._hooks.pop()()
            except Exception as error:
                log_failure(error, NOBODY)

    @contextmanager
    def one_request(self) -> Iterator[None]:
        """Count a request while it is served."""
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1
