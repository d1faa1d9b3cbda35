"""A web process with uploads alone, to be sent to and killed: told on stdin when to begin, with which barrier.

One parent imports everything and holds the socket; each run is a child of it, so that a start takes a moment. Each line
on stdin begins a run, ``{"barrier": "ingest.joined:2"}``; on stdout ``serving PID``, and ``ended CODE`` after its end.
"""

from __future__ import annotations

import json
import os
import socket
import sys
import traceback
from pathlib import Path

import uvicorn
from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, Response

from models.errors import PracticeError
from service.barriers import VARIABLE
from service.blobs.local_store import LocalBlobStore
from service.clock import now_ms
from service.database.engine import open_database
from service.ingest.protocol import STATUSES
from service.ingest.records import Limits
from service.ingest.routes import tus_router
from service.ingest.usecases import Ingest
from service.parts import Parts
from tests.service.ingest.material import NEXT_SESSION, SESSION, WORKER, actor, queue
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail


class Known:
    """Who the tests say they are."""

    def __init__(self, person_id: str) -> None:
        self.actor = actor(person_id)


def known(request: Request) -> Known:
    return Known(request.headers.get("x-person", WORKER))


def answered(request: Request, error: Exception) -> Response:
    status = next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)
    return JSONResponse({"detail": str(error)}, status_code=status)


def app_for(ingest: Ingest, silence_s: float = 30.0) -> FastAPI:
    app = FastAPI()
    app.include_router(tus_router(ingest, known, silence_s=silence_s))
    for kind in STATUSES:
        app.add_exception_handler(kind, answered)
    return app


def ingest_in(folder: Path, limits: Limits) -> Ingest:
    broker = OpenHandedBroker(blobs=LocalBlobStore(folder / "blobs"), known={SESSION, NEXT_SESSION})
    database = open_database(f"sqlite:///{folder / 'service.sqlite3'}")
    parts = Parts(database=database, blobs=broker.blobs, broker=broker, trail=RememberingTrail(), clock=now_ms)
    return Ingest(parts=parts, queue=queue, limits=limits)


def serve(folder: Path, limits: Limits, listening: socket.socket, silence_s: float) -> None:
    ingest = ingest_in(folder, limits)
    try:
        found = ingest.reconcile()
        assert (found.damaged_uploads, found.lost_recordings) == ((), ())
        print(f"serving {os.getpid()}", flush=True)  # noqa: T201 - how it talks to the tests
        config = uvicorn.Config(app_for(ingest, silence_s), log_level="error", timeout_graceful_shutdown=2)
        uvicorn.Server(config).run(sockets=[listening])
    except PracticeError:
        traceback.print_exc()
        os._exit(3)


def main(folder: str, told: str) -> None:
    options = json.loads(told)
    silence_s = options.pop("silence_s", 30.0)
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", 0))
    listening.listen(128)
    print(f"port {listening.getsockname()[1]}", flush=True)  # noqa: T201 - how it talks to the tests
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.environ[VARIABLE] = json.loads(line).get("barrier", "")
            serve(Path(folder), Limits(**options), listening, silence_s)
            os._exit(0)
        print(f"ended {os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}", flush=True)  # noqa: T201 - how it talks to the tests


if __name__ == "__main__":
    main(*sys.argv[1:])
