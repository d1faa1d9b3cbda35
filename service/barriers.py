"""Named points at which a test can kill this process, to prove that nothing acknowledged is lost there.

``barrier("upload.part-synced")`` does nothing unless the environment variable ``PRACTICE_BARRIER`` names that point;
then the process sends itself SIGKILL. ``NAME:3`` kills at the third pass. A name that is not in `NAMES` is refused
there; a test compares `NAMES` with every call in the source.
"""

from __future__ import annotations

import os
import re
import signal
import threading
from collections.abc import Mapping

from models.errors import BadInputError

NAMES: tuple[str, ...] = (
    "job.dispatched",
    "job.submitted",
    "job.claimed",
    "job.recording-in-memory",
    "job.stage-computed",
    "job.result-sealed",
    "job.result-kept",
    "job.documents-sealed",
    "job.finished",
    "job.resumed",
    "job.forgotten",
)
"""Every barrier of the program, as ``part.what-has-just-happened``; the packages add theirs when they are built."""

VARIABLE = "PRACTICE_BARRIER"
_GIVEN = re.compile(r"(?P<name>[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::(?P<passes>[1-9][0-9]{0,8}))?")


class _Armed:
    """One barrier that kills at a given pass; counts passes of all threads together."""

    def __init__(self, name: str, passes: int) -> None:
        self.name = name
        self._left = passes
        self._lock = threading.Lock()

    def passed(self, name: str) -> None:
        """Count a pass of ``name``; at the last one this process ends without a chance to clean up."""
        if name != self.name:
            return
        with self._lock:
            self._left -= 1
            if self._left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class _Unread:
    """Stands in until the first barrier, so that importing this module reads nothing."""

    def passed(self, name: str) -> None:
        """Read the environment, then count this pass."""
        arm(os.environ)
        barrier(name)


_armed: _Armed | _Unread | None = _Unread()


def barrier(name: str) -> None:
    """Die here if a test asked for it; otherwise nothing. ``name`` is a literal that stands in `NAMES`.

    Raises BadInputError at the first barrier of a process whose ``PRACTICE_BARRIER`` names none.
    """
    if _armed is not None:
        _armed.passed(name)


def arm(environment: Mapping[str, str]) -> None:
    """Read which barrier kills, if any, and count its passes from nought.

    Raises BadInputError where the variable does not name a barrier of `NAMES`, so that a kill test with a misspelt name
    cannot pass by never being killed.
    """
    global _armed  # noqa: PLW0603 - one switch per process; anything passed around would cost at every barrier
    given = environment.get(VARIABLE, "")
    if not given:
        _armed = None
        return
    read = _GIVEN.fullmatch(given)
    if read is None or read["name"] not in NAMES:
        raise BadInputError(f"{VARIABLE} does not name a barrier of this program; unset it outside of tests.")
    _armed = _Armed(read["name"], int(read["passes"] or 1))
