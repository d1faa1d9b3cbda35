"""The page docs/run-on-one-machine.md, its section "With containers", as it stands there, and then the whole way.

    python -m benchmarks.debian.containers
    python -m benchmarks.debian.containers --hub      from the images that the files name, where a hub can be reached

Builds both images of Dockerfile.web, starts compose.yaml with PostgreSQL and a worker for the processor, follows the
one-time link, sends the sample recording through `practice remote`, stops the worker in the middle of it, looks at what
the containers may do and what they wrote, and takes everything down. Needs root, Docker with Compose, the journal of
systemd, a package registry, and without a hub debootstrap. Ports are compose.yaml's, the volumes' names are not.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

from benchmarks.debian.engine import IMAGES, Composed, bases, checked_out
from benchmarks.debian.folder import StepError
from benchmarks.debian.inside import SERVICES, looked_at, stopped_well, traces
from benchmarks.debian.remote import Remote
from benchmarks.debian.units import PAGE, commands

URL = "http://localhost:8765"
PATIENCE_S = 300
Answer = TypeVar("Answer")


def main() -> int:
    """Print each step and its seconds; 1 where one did not end well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--folder", type=Path, default=Path("/var/tmp/practice-containers"), help="kept for the next time"
    )
    parser.add_argument("--hub", action="store_true", help="begin from the images that the files name")
    parser.add_argument("--keep", action="store_true", help="leave it running, and its volumes")
    given = parser.parse_args()
    folder = given.folder.resolve()
    offsite = fresh(folder / "offsite", 10001)
    told = {"PUBLIC_URL": URL, "OFFSITE_FOLDER": str(offsite), "COMPOSE_PROFILES": "cpu"}
    composed = Composed(source=checked_out(folder), told=told | ({} if given.hub else IMAGES))
    try:
        if not given.hub:
            timed("images to begin from", lambda: bases(folder))
        gone(composed)
        link = page(composed)
        whole_way(composed, folder, link)
    except StepError as failed:
        print(f"FAILED {failed}")
        return 1
    finally:
        if not given.keep:
            timed("everything is taken down", lambda: gone(composed))
    print("Every step ended well.")
    return 0


def fresh(folder: Path, owner: int) -> Path:
    """An empty folder that belongs to this user alone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    os.chown(folder, owner, owner)
    return folder


def gone(composed: Composed) -> None:
    """No containers, networks and volumes of ours. Raises StepError."""
    composed.sh("docker compose down --volumes --remove-orphans --timeout 60")


def page(composed: Composed) -> str:
    """Do what the page says, but for its example of an address and of a folder; the first administrator's link."""
    where, printed = ".", ""
    for line in commands(PAGE.read_text("utf-8"), "With containers"):
        if line.startswith("export "):
            continue
        goes, _, rest = line.partition(" && ")
        if goes.startswith("cd "):
            where, line = goes.removeprefix("cd "), rest
        printed = timed(line, partial(composed.sh, line, where))
        if " up " in line:
            for service in SERVICES:
                print(f"         {service} was healthy {composed.until_healthy(service, PATIENCE_S):.1f} s later")
    return next(word for word in printed.split() if word.startswith(URL))


def whole_way(composed: Composed, folder: Path, link: str) -> None:
    """From the link to the scores, with a stop in the middle; then what is there to see. Raises StepError."""
    remote = Remote(url=URL, folder=fresh(folder / "remote", 0))
    timed("the first administrator, and somebody invited", lambda: remote.begun(link))
    session = timed("the sample recording is uploaded", remote.uploaded)
    timed("the worker is at it", lambda: remote.until_running(session))
    timed("the worker stops meanwhile", lambda: composed.sh("docker compose stop worker"))
    stopped_well(composed, "worker")
    composed.sh("docker compose start worker")
    timed("it goes on, until the scores", lambda: remote.until_done(session))
    for sentence in looked_at(composed):
        print(f"         {sentence}")
    print(composed.sh("docker compose run --rm worker doctor").rstrip())
    timed("everything stops", lambda: composed.sh("docker compose stop"))
    for service in SERVICES:
        stopped_well(composed, service)
    for sentence in traces(composed):
        print(f"         {sentence}")
    timed("everything starts again", lambda: composed.sh("docker compose up --detach"))
    composed.until_healthy("web", PATIENCE_S)
    timed("the session is still there", lambda: remote.until_done(session))


def timed(name: str, step: Callable[[], Answer]) -> Answer:
    """Do it, and print its seconds."""
    begun = time.monotonic()
    answer = step()
    print(f"{time.monotonic() - begun:6.1f} s  {name}", flush=True)
    return answer


if __name__ == "__main__":
    sys.exit(main())
