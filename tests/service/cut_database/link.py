"""A network between the service and its PostgreSQL that can be cut: closed, reset, or silent, now or in mid-talk."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

_PIECE = 64 * 1024
_RESET = struct.pack("ii", 1, 0)


class Cut(StrEnum):
    """How a connection ends: as when the other side stops, crashes, is no longer heard of at all, or is told to end."""

    CLOSED = "closed"
    RESET = "reset"
    SILENT = "silent"
    TERMINATED = "terminated"


@dataclass(frozen=True)
class _Due:
    """A cut that is to come. ``left``: messages until then."""

    how: Cut
    left: int
    answer: bool
    silent_s: float | None = None
    terminate: Callable[[], None] = lambda: None


class Link:
    """Passes bytes on between a port of this machine and a server's socket, until it is cut.

    `cut_after` cuts before the client's n-th message from then on is passed on, or before the answer to it is.
    """

    def __init__(self, server: Path) -> None:
        self._server = server
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._lock = threading.Lock()
        self._how: Cut | None = None
        self._due: _Due | None = None
        self._answer_is_next = False
        self._timer: threading.Timer | None = None
        self.messages, self.cuts = 0, 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def cut_after(
        self, messages: int, how: Cut, *, answer: bool, silent_s: float | None = None,
        terminate: Callable[[], None] = lambda: None,
    ) -> None:  # fmt: skip
        """Cut at the n-th message of the client's, counted from 0; with ``answer`` the server gets it still.

        Silence ends after ``silent_s`` seconds, with None at `mend`. ``terminate`` ends the server's side of all.
        """
        with self._lock:
            self._due, self._answer_is_next = _Due(how, messages, answer, silent_s, terminate), False

    def cut(self, how: Cut) -> None:
        """Cut every connection, and each that is made from now on, until `mend`."""
        with self._lock:
            self._cut(_Due(how, 0, False))

    def mend(self) -> None:
        """New connections are passed on again; those that were cut stay cut."""
        with self._lock:
            self._mend()

    def _mend_by_itself(self, cut: int) -> None:
        with self._lock:
            if self.cuts == cut and self._how is Cut.SILENT:
                self._mend()

    def _mend(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        silent = self._how is Cut.SILENT
        self._how, self._due, self._answer_is_next, self._timer = None, None, False, None
        if silent:
            self._end(Cut.RESET)

    def close(self) -> None:
        with self._lock:
            self._end(Cut.RESET)
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            self._begin(client)

    def _begin(self, client: socket.socket) -> None:
        with self._lock:
            if self._how is not None and self._how is not Cut.SILENT:
                _end(client, self._how)
                return
            server = socket.socket(socket.AF_UNIX)
            server.connect(str(self._server))
            self._pairs.append((client, server))
        for source, target, asking in ((client, server, True), (server, client, False)):
            threading.Thread(target=self._pass_on, args=(source, target, asking), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, asking: bool) -> None:
        while True:
            try:
                piece = source.recv(_PIECE)
            except OSError:
                piece = b""
            with self._lock:
                self._count(asking)
                if self._how is Cut.SILENT and piece:
                    continue
                if not piece:
                    self._gone(source, target)
                    return
                with suppress(OSError):
                    target.sendall(piece)

    def _count(self, asking: bool) -> None:
        """See `cut_after`."""
        self.messages += asking
        if self._due is None or asking == self._answer_is_next:
            return
        if self._answer_is_next or (self._due.left == 0 and not self._due.answer):
            self._cut(self._due)
        elif self._due.left == 0:
            self._answer_is_next = True
        else:
            self._due = replace(self._due, left=self._due.left - 1)

    def _cut(self, due: _Due) -> None:
        self._how, self._due, self._answer_is_next = due.how, None, False
        self.cuts += 1
        if due.how is Cut.TERMINATED:
            self._how = None
            due.terminate()
        elif due.how is not Cut.SILENT:
            self._end(due.how)
        elif due.silent_s is not None:
            self._timer = threading.Timer(due.silent_s, self._mend_by_itself, (self.cuts,))
            self._timer.start()

    def _end(self, how: Cut) -> None:
        for client, server in self._pairs:
            _end(client, how)
            _end(server, Cut.CLOSED)
        self._pairs.clear()

    def _gone(self, source: socket.socket, target: socket.socket) -> None:
        for pair in [one for one in self._pairs if source in one]:
            self._pairs.remove(pair)
        for one in (source, target):
            _end(one, Cut.CLOSED)


def _end(one: socket.socket, how: Cut) -> None:
    with suppress(OSError):
        if how is Cut.RESET:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        one.shutdown(socket.SHUT_RD if how is Cut.RESET else socket.SHUT_RDWR)  # wakes the thread that waits there
    one.close()


@contextmanager
def linked(server: Path) -> Iterator[Link]:
    """A link to a server's socket for as long as this lasts."""
    made = Link(server)
    try:
        yield made
    finally:
        made.close()
