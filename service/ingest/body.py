"""Hands a request's body, which arrives on the event loop, to a use case in a thread: one chunk at a time."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import TypeVar

from anyio import CapacityLimiter, fail_after, from_thread, to_thread
from starlette.requests import Request

from service.ingest.errors import CrowdedError, SlowUploadError

_Result = TypeVar("_Result")


class Threads:
    """Threads for uploads alone, so that slow senders do not take those that pages are made in."""

    def __init__(self, most: int) -> None:
        self._limiter = CapacityLimiter(most)

    async def run(self, work: Callable[[], _Result]) -> _Result:
        """Do the work in a thread. Raises CrowdedError where all are taken."""
        if self._limiter.available_tokens <= 0:
            raise CrowdedError
        return await to_thread.run_sync(work, limiter=self._limiter)


def chunks_of(request: Request, silence_s: float) -> Iterator[bytes]:
    """The body's chunks, for a thread of `Threads`; the next is read only when it is asked for.

    So the sender is slowed down by the network itself, and no more than a chunk waits here. Raises SlowUploadError
    after ``silence_s`` seconds without a byte, and ClientDisconnect where the connection ends early.
    """
    stream = request.stream()
    while chunk := from_thread.run(_next, stream, silence_s):
        yield chunk


async def _next(stream: AsyncIterator[bytes], silence_s: float) -> bytes:
    try:
        with fail_after(silence_s):
            async for chunk in stream:
                if chunk:
                    return chunk
            return b""
    except TimeoutError:
        raise SlowUploadError from None
