"""The parent's side of the media child: start it, listen to it, end it at the deadline, believe nothing unchecked."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.adapters.media_refusals import NoRoomError, RefusedRecordingError, refusal
from models.errors import MissingPartError

_START = (
    "import json,sys;sys.path[:]=json.loads(sys.argv[1]);from models.adapters.media_child import main;main(sys.argv[2])"
)
_MOST_ANSWER_BYTES = 65_536
_POLL_S = 0.25


class MissingDecoderError(MissingPartError):
    """PyAV with FFmpeg 8.1 or later is not installed, so no recording can be read. Run the set-up again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """How long the child may take: some seconds to start with, and more for every second that it has decoded."""

    start_s: float
    per_decoded_s: float
    max_decoded_s: float

    def allowed(self, decoded_s: float) -> float:
        """Seconds from the start at which the child is ended, given how much it has decoded."""
        return self.start_s + self.per_decoded_s * min(max(decoded_s, 0.0), self.max_decoded_s)


def run_child(
    request: dict[str, Any], descriptors: tuple[int, ...], deadline: Deadline, progress: Callable[[float], None]
) -> dict[str, Any]:
    """Run one child to its end and return its last answer, a dict with ``result`` or ``sandbox``.

    Raises RefusedRecordingError, NoRoomError or MissingDecoderError; the child is gone in any case.
    """
    child = _start(request, descriptors)
    try:
        answer = _listen(child, deadline, progress)
        child.wait(timeout=10)
    except subprocess.TimeoutExpired:
        raise refusal("too_slow") from None
    finally:
        _end(child)
    return _judged(answer, child.returncode)


def _start(request: dict[str, Any], descriptors: tuple[int, ...]) -> subprocess.Popen[bytes]:
    paths = json.dumps([str(Path(path).absolute()) for path in sys.path])
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}
    quiet = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "LC_ALL": "C.UTF-8"}
    return subprocess.Popen(
        [sys.executable, "-I", "-S", "-B", "-c", _START, paths, json.dumps(request)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=kept | quiet,
        pass_fds=descriptors,
        cwd=request["empty_folder"],
        start_new_session=True,
    )


def _end(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is None:
        child.kill()
        child.wait()
    if child.stdout is not None:
        child.stdout.close()


def _listen(child: subprocess.Popen[bytes], deadline: Deadline, progress: Callable[[float], None]) -> dict[str, Any]:
    """The last message before the child closes its output. Raises RefusedRecordingError at the deadline."""
    began, decoded = time.monotonic(), 0.0
    last: dict[str, Any] = {}

    def is_late() -> bool:
        return time.monotonic() - began > deadline.allowed(decoded)

    for message in _messages(child, is_late):
        if "done" in message:
            decoded = max(decoded, _number(message.get("seconds")))
            progress(min(1.0, max(0.0, _number(message["done"]))))
        else:
            last = message
    return last


def _messages(child: subprocess.Popen[bytes], is_late: Callable[[], bool]) -> Iterator[dict[str, Any]]:
    assert child.stdout is not None
    pipe = child.stdout.fileno()
    buffer = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if is_late():
                raise refusal("too_slow")
            if not selector.select(_POLL_S):
                continue
            piece = os.read(pipe, 65_536)
            buffer += piece
            if len(buffer) > _MOST_ANSWER_BYTES:
                raise refusal("reader_stopped")
            *lines, buffer = buffer.split(b"\n")
            yield from (_parsed(line) for line in lines)
            if not piece:
                return


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        raise refusal("reader_stopped") from None
    if not isinstance(message, dict):
        raise refusal("reader_stopped")
    return message


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) and abs(value) < 1e12 else 0.0


def _judged(answer: dict[str, Any], code: int) -> dict[str, Any]:
    """Turn an answer and the way the child ended into a result or an error."""
    if "refused" in answer:
        raise refusal(str(answer["refused"]))
    if answer.get("unable") == "no_room":
        raise NoRoomError
    if "unable" in answer:
        raise MissingDecoderError
    if code == 0 and ("result" in answer or "sandbox" in answer):
        return answer
    raise _ending(code)


def _ending(code: int) -> RefusedRecordingError:
    """What a child that ended without an answer most likely died of."""
    with contextlib.suppress(ValueError):
        if code < 0 and signal.Signals(-code) is signal.SIGXCPU:
            return refusal("too_slow")
    return refusal("reader_stopped")
