"""What containers may do and what they wrote, looked at from within and from outside."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.debian.engine import PROJECT, Composed
from benchmarks.debian.folder import StepError, ran
from pipelines.demo import demo_recording

SERVICES = ("postgres", "web", "worker")
_HELD = re.compile(r"^(Uid|CapEff|CapBnd|NoNewPrivs|Seccomp):\s+(\S+)", re.MULTILINE)
_WALLS = {"CapEff": "0000000000000000", "NoNewPrivs": "1", "Seccomp": "2"}
_MIRROR = "grep -rhoE 'http://[^/ ]+' /etc/apt/sources.list* | head -n 1"
_INIT = {Path("/sbin/docker-init"), Path("/usr/sbin/docker-init")}
"""Where the engine puts what `init: true` asks for."""
_TRIES = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5)
except OSError as failed:
    sys.exit(f"no way: {failed}")
"""
_NAMES = """
import socket, sys
try:
    print(socket.gethostbyname(sys.argv[1]))
except OSError as failed:
    sys.exit(f"no way: {failed}")
"""
_PEAK = "cat /sys/fs/cgroup/memory.peak 2>/dev/null || cat /sys/fs/cgroup/memory/memory.max_usage_in_bytes"


def looked_at(composed: Composed) -> Iterator[str]:
    """A sentence for each thing that was found as it has to be. Raises StepError."""
    for service in SERVICES:
        held = dict(_HELD.findall(composed.inside(service, "cat", "/proc/1/status")))
        if any(held[name] != value for name, value in _WALLS.items()):
            raise StepError(f"{service} may do more than it should: {held}")
        peak = int(composed.inside(service, "sh", "-c", _PEAK)) / 1e6
        yield f"{service}: user {held['Uid']}, no capability or new privilege, a filter of calls; {peak:.0f} MB at most"
        if written := written_outside(composed, service):
            raise StepError(f"{service} wrote outside of its volumes: {written}")
    address, name = outside()
    for service in ("web", "worker"):
        for way, words in (("address", (_TRIES, address, "80")), ("name", (_NAMES, name))):
            yield f"{service}: no way out by {way} ({_refused(composed, service, *words)})"


def _refused(composed: Composed, service: str, *words: str) -> str:
    """Why that did not work in the container. Raises StepError where it did."""
    try:
        composed.inside(service, "python", "-c", *words)
    except StepError as failed:
        if "no way: " in str(failed):
            return str(failed).rsplit("no way: ", 1)[-1].strip()
        raise
    raise StepError(f"{service} got out: {words[1:]}")


def written_outside(composed: Composed, service: str) -> list[str]:
    """What is new below the container's own root, but for the places that something is mounted on."""
    places = {Path(mount["Destination"]) for mount in composed.seen(service)["Mounts"]}
    known = {str(one) for place in places | _INIT for one in (place, *place.parents)}
    changes = ran(["docker", "diff", composed.container(service)], "docker diff").splitlines()
    return [path for _, path in (change.split(" ", 1) for change in changes) if path not in known]


def outside() -> tuple[str, str]:
    """Where Debian's packages come from, by address and name: a container without walls does get there."""
    started = ["docker", "run", "--rm", "--entrypoint"]
    mirror = ran([*started, "sh", "practice-web:0.1.0", "-c", _MIRROR], "the mirror of Debian").strip()
    name, python = mirror.removeprefix("http://"), [*started, "python", "practice-web:0.1.0", "-c"]
    address = ran([*python, _NAMES, name], "a name of the outside").strip()
    ran([*python, _TRIES, address, "80"], "the outside from a container without walls")
    return address, name


def stopped_well(composed: Composed, service: str) -> None:
    """It ended by itself within its time. Raises StepError."""
    state = composed.seen(service)["State"]
    if state["Running"] or state["ExitCode"] or state["OOMKilled"]:
        raise StepError(f"{service} did not end well: {state}")


def traces(composed: Composed) -> Iterator[str]:
    """The sound that was sent lies in no volume and in no log. Raises StepError."""
    sound = demo_recording().read_bytes()
    part, ids = sound[len(sound) // 2 :][:48], [composed.container(service) for service in SERVICES]
    volumes = ran(["docker", "volume", "ls", "--quiet", "--filter", f"name={PROJECT}_"], "volumes").split()
    files = 0
    for volume in volumes:
        place = Path(ran(["docker", "volume", "inspect", "--format", "{{.Mountpoint}}", volume], volume).strip())
        for file in (one for one in place.rglob("*") if one.is_file()):
            files += 1
            if part in file.read_bytes():
                raise StepError(f"the recording lies in {volume} as it came")
    yield f"the recording's bytes are in none of the {files} files of {len(volumes)} volumes"
    lines = [ran(["docker", "logs", one], "logs") for one in ids]
    yield f"the logs have {sum(map(len, lines))} characters"
