"""The two stores that the compliance suite runs on, the second against a real S3-compatible server of its own."""

from __future__ import annotations

import importlib.util
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from service.blobs.local_store import LocalBlobStore
from service.blobs.object_store import Bucket, ObjectBlobStore
from service.blobs.store import BlobStore

NEEDED = ("moto", "flask", "flask_cors", "obstore")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bucket]:
    """A bucket of an S3-compatible server in a process of its own, on this machine's loopback."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        pytest.skip(f"no S3-compatible server to test on: {', '.join(missing)} is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    with (tmp_path_factory.mktemp("s3") / "log").open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        endpoint = f"http://127.0.0.1:{port}"
        made_bucket(f"{endpoint}/sessions", running)
        yield Bucket(
            name="sessions",
            endpoint=endpoint,
            region="us-east-1",
            access_key_id="test",
            secret_access_key="test-secret",
            allow_http=True,
            timeout_s=20,
        )
    finally:
        running.kill()
        running.wait()


def made_bucket(address: str, running: subprocess.Popen[bytes]) -> None:
    """Create the bucket as soon as the server answers; fails after half a minute."""
    deadline = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(urllib.request.Request(address, method="PUT"), timeout=5):
                return
        except OSError:
            assert running.poll() is None, "the server ended"
            assert time.monotonic() < deadline, "the server never answered"
            time.sleep(0.1)


@pytest.fixture
def bucket(server: Bucket) -> Bucket:
    """A place of its own in the bucket."""
    return replace(server, prefix=uuid4().hex)


@pytest.fixture(params=["local", "object"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    """An empty store of each kind."""
    if request.param == "local":
        return LocalBlobStore(tmp_path / "blobs")
    return ObjectBlobStore(request.getfixturevalue("bucket"))
