"""Docker on this machine: images to begin from where no hub can be reached, and compose.yaml with its own names.

Debian's own docker.io and docker-compose will do. That docker-compose is of the first kind, which knows no ``name:``,
so the line is left out for it; the project's name is our own anyway, so that no real one is ever stopped or removed.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.debian.folder import CERTIFICATES, ROOT, StepError, ran

PROJECT = "practice-try"
STAND_INS = ROOT / "benchmarks" / "debian" / "stand_ins"
DEBIAN = "practice-stand-in-debian:12"
IMAGES = {
    "PYTHON_IMAGE": "practice-stand-in-python:3.11",
    "POSTGRES_IMAGE": "practice-stand-in-postgres:15",
    "CUDA_IMAGE": DEBIAN,
}
_SHELL = 'command -v sudo > /dev/null || sudo() { "$@"; }\n'


def bases(folder: Path) -> None:
    """Debian 12 from a folder of its own, and from it what stands for the images of a hub. Raises StepError."""
    debian = folder / "debian"
    if subprocess.run(["docker", "image", "inspect", DEBIAN], capture_output=True, check=False).returncode:
        _imported(debian)
    for name in ("python", "postgres"):
        image = IMAGES[f"{name.upper()}_IMAGE"]
        file = STAND_INS / f"{name}.Dockerfile"
        ran(["docker", "build", "--tag", image, "--file", str(file), str(STAND_INS)], f"docker build of {image}")


def _imported(debian: Path) -> None:
    if not (debian / "etc/debian_version").exists():
        ran(["debootstrap", "--variant=minbase", "--include=ca-certificates", "bookworm", str(debian)], "debootstrap")
    shutil.copy(f"/{CERTIFICATES}", debian / CERTIFICATES)
    told = f"ENV SSL_CERT_FILE=/{CERTIFICATES} PIP_CERT=/{CERTIFICATES}"
    line = f"tar -C {debian} --exclude='./var/cache/apt/archives/*.deb' -c . | docker import -c '{told}' - {DEBIAN}"
    ran(["sh", "-c", line], line)


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """The service of a checkout's compose.yaml. ``told``: what it takes from the environment."""

    source: Path
    told: Mapping[str, str]

    def sh(self, line: str, where: str = "deploy") -> str:
        """Run a line of the page, whichever kind of Compose is here. Raises StepError."""
        words = f'docker() {{ if [ "$1" = compose ]; then shift; {compose()} "$@"; else command docker "$@"; fi; }}\n'
        own = {"COMPOSE_PROJECT_NAME": PROJECT, "DOCKER_BUILDKIT": "1", "COMPOSE_DOCKER_CLI_BUILD": "1"}
        done = subprocess.run(
            ["sh", "-c", _SHELL + words + line], cwd=self.source / where, env={**os.environ, **self.told, **own},
            stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False,
        )  # fmt: skip
        if done.returncode:
            raise StepError(f"exit code {done.returncode}: {line}\n{(done.stdout + done.stderr)[-3000:]}")
        return done.stdout

    def container(self, service: str) -> str:
        """The id of the service's container."""
        labels = {"project": PROJECT, "service": service, "oneoff": "False"}
        wanted = [word for name in labels for word in ("--filter", f"label=com.docker.compose.{name}={labels[name]}")]
        return ran(["docker", "ps", "--all", "--quiet", *wanted], service).strip()

    def seen(self, service: str) -> Any:
        """What the engine says of the service's container."""
        return json.loads(ran(["docker", "inspect", self.container(service)], service))[0]

    def inside(self, service: str, *words: str, as_root: bool = False) -> str:
        """Run something in the service's container. Raises StepError."""
        who = ("--user", "0") if as_root else ()
        return ran(["docker", "exec", *who, self.container(service), *words], " ".join(words))

    def until_healthy(self, service: str, patience_s: float) -> float:
        """Seconds until its own health check says yes. Raises StepError."""
        begun = time.monotonic()
        while time.monotonic() < begun + patience_s:
            if self.seen(service)["State"]["Health"]["Status"] == "healthy":
                return time.monotonic() - begun
            time.sleep(0.5)
        raise StepError(f"{service} is not healthy: {json.dumps(self.seen(service)['State'])[-2000:]}")


def compose() -> str:
    """How Compose is called here: the engine's own command, or a program of its own."""
    own = subprocess.run(["docker", "compose", "version"], capture_output=True, check=False).returncode == 0
    return "command docker compose" if own else "docker-compose"


def checked_out(folder: Path) -> Path:
    """The last commit's files, as they come from a checkout; an earlier time's secrets are gone."""
    source = folder / "src"
    shutil.rmtree(source, ignore_errors=True)
    source.mkdir(parents=True)
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, check=True, capture_output=True).stdout
    subprocess.run(["tar", "x", "-C", str(source)], input=archive, check=True)
    if compose() == "docker-compose":
        file = source / "deploy" / "compose.yaml"
        lines = file.read_text("utf-8").splitlines(keepends=True)
        file.write_text("".join(line for line in lines if not line.startswith("name:")), "utf-8")
    return source
