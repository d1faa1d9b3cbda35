"""A web process as `practice serve` starts one, on a port of its own: `python -m tests.service.api.web_process FOLDER`.

It prints one line of JSON once it is made: what it took, and which model libraries it loaded.
"""

from __future__ import annotations

import json
import resource
import socket
import sys
import time
from pathlib import Path

BEGUN = time.perf_counter()
HEAVY = (
    "av", "ctranslate2", "dbos", "faster_whisper", "jsonschema", "moonshine_voice", "numpy", "onnxruntime", "scipy",
    "torch", "weasyprint", "yaml",
)  # fmt: skip


def main(folder: Path) -> None:
    from service.api.server import listening, run_web
    from service.app import create_app
    from service.blobs.local_store import LocalBlobStore
    from service.database.engine import open_database
    from service.database.tables import METADATA
    from service.parts import Parts
    from service.settings_service import ServiceSettings
    from tests.service.api.people_here import web_parts
    from tests.service.api.things import Failures, things_router
    from tests.service.stand_ins import OpenHandedBroker, RememberingTrail, ToldClock

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = ServiceSettings.from_environment({"PRACTICE_DATA": str(folder), "PRACTICE_PORT": str(port)})
    database = open_database(settings.database_url)
    METADATA.create_all(database.engine)
    broker = OpenHandedBroker(blobs=LocalBlobStore(Path(settings.blobs)))
    parts = Parts(database=database, blobs=broker.blobs, broker=broker, trail=RememberingTrail(), clock=ToldClock())
    app = create_app(parts, settings, web_parts(), routers=[things_router(parts, Failures())])
    app.state.stopping.at_end(lambda: sys.stdout.write("hook called\n"))
    made = {
        "port": port,
        "seconds": time.perf_counter() - BEGUN,
        "resident_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "heavy": [name for name in HEAVY if name in sys.modules],
    }
    sys.stdout.write(json.dumps(made) + "\n")
    sys.stdout.flush()
    with listening(settings) as held:
        run_web(app, settings, held)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
