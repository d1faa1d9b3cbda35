"""Dockerfile.gpu's steps without CUDA: does everything install, is everything imported, does the worker start?

    pip download --dest WHEELS torch==2.13.0 torchaudio==2.11.0 torchcodec==0.13.0     from a source of CPU wheels
    python -m benchmarks.debian.gpu_image --wheels WHEELS

Debian 12 with its own Python 3.11 stands for NVIDIA's image, and wheels in a folder for PyTorch's cu126 source. Nothing
is computed on a GPU. Needs root, Docker, debootstrap and a package registry.
"""

from __future__ import annotations

import argparse
import re
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from benchmarks.debian.containers import timed
from benchmarks.debian.engine import IMAGES, bases, checked_out
from benchmarks.debian.folder import StepError, ran

IMAGE = "practice-gpu:try"
IMPORTED = "ctranslate2, faster_whisper, torch, pyannote.audio, service.worker"
_IMPORTS = f"""
from models.adapters.torchaudio_shim import ensure_torchaudio
print("torchaudio:", ensure_torchaudio())
import {IMPORTED}
"""
PATIENCE_S = 120
_RUN = ("docker", "run", "--rm", "--network", "none", "--read-only", "--tmpfs", "/tmp:mode=1777")
_HARD = ("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--tmpfs", "/keys:uid=10001,mode=0700")
_OWN = ("--tmpfs", "/data:uid=10001,mode=0700", "--tmpfs", "/offsite:uid=10001,mode=0700")
_WORKS = f"""
practice upgrade && {{ practice worker & }}
i=0
until practice worker --healthy; do i=$((i+1)); test $i -lt {PATIENCE_S} || exit 1; sleep 1; done
kill -TERM $! && wait $!
"""


def main() -> int:
    """Print each step and its seconds; 1 where one did not end well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--wheels", type=Path, required=True, help="a folder with torch and what it needs, for CPU")
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/practice-containers"), help="kept")
    given = parser.parse_args()
    folder = given.folder.resolve()
    try:
        timed("images to begin from", lambda: bases(folder))
        with served(laid_out(given.wheels, folder / "wheels")) as source:
            timed("docker build", lambda: build(checked_out(folder), source))
        for sentence in looked_at():
            print(sentence)
    except StepError as failed:
        print(f"FAILED {failed}")
        return 1
    print("Every step ended well.")
    return 0


def laid_out(wheels: Path, place: Path) -> Path:
    """The wheels in a folder for each project, as a source of wheels has them."""
    shutil.rmtree(place, ignore_errors=True)
    for wheel in wheels.glob("*.whl"):
        own = place / re.sub(r"[-_.]+", "-", wheel.name.split("-")[0]).lower()
        own.mkdir(parents=True, exist_ok=True)
        (own / wheel.name).symlink_to(wheel.resolve())
    return place


class Quiet(SimpleHTTPRequestHandler):
    """Files of a folder, without a line for each request."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library calls it so
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder over http, where a build's steps reach it; its address."""
    told = ran(["ip", "-4", "-oneline", "address", "show", "docker0"], "the engine's bridge")
    address = told.split(" inet ")[1].split("/")[0]
    with ThreadingHTTPServer((address, 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://{address}:{server.server_port}/"
        server.shutdown()


def build(source: Path, wheels: str) -> None:
    """Build the image with the file's own arguments. Raises StepError."""
    told = {"CUDA_IMAGE": IMAGES["PYTHON_IMAGE"], "UV_PYTHON_PREFERENCE": "only-system", "TORCH_WHEELS": wheels}
    arguments = [word for name, value in told.items() for word in ("--build-arg", f"{name}={value}")]
    command = ["docker", "build", "--tag", IMAGE, "--file", str(source / "Dockerfile.gpu"), *arguments, str(source)]
    ran(["env", "DOCKER_BUILDKIT=1", *command], "docker build")


def looked_at() -> Iterator[str]:
    """What the image does, run as the compose file runs it. Raises StepError."""
    sizes = [
        ran(["docker", "image", "inspect", "--format", "{{.Size}}", one], one)
        for one in (IMAGE, IMAGES["PYTHON_IMAGE"])
    ]
    yield f"{(int(sizes[0]) - int(sizes[1])) / 1e6:.0f} MB more than what it begins from"
    started = [*_RUN, *_HARD, *_OWN]
    printed = ran([*started, "--entrypoint", "python", IMAGE, "-c", _IMPORTS], "imports")
    yield next(line for line in printed.splitlines() if line.startswith("torchaudio:"))
    yield f"imported: {IMPORTED}"
    yield ran([*started, IMAGE, "doctor"], "practice doctor").rstrip()
    ran([*started, "--shm-size", "1g", "--entrypoint", "sh", IMAGE, "-ec", _WORKS], "practice worker")
    yield "the worker started, said that it is well, and stopped when it was told to"


if __name__ == "__main__":
    sys.exit(main())
