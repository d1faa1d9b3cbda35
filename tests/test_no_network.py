"""Nothing opens a connection but `practice models pull`, `practice remote`, and what the settings name."""

from __future__ import annotations

import ast
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import REACHED, LeftTheMachineError
from tests.importing import importing

ROOT = Path(__file__).parents[1]
PACKAGES = ("models", "pipelines", "rubric_prompts", "service")
MEANS = {
    "aiohttp", "asyncio", "ftplib", "http", "httpx", "httpx2", "huggingface_hub", "imaplib", "obstore", "pycurl",
    "requests", "smtplib", "socket", "socketserver", "ssl", "telnetlib", "urllib", "urllib3", "websockets", "xmlrpc",
}  # fmt: skip
ALLOWED = {
    "models/adapters/hub_transfer.py": "the pull itself",
}
ENDPOINT = {
    "models/adapters/endpoint_address.py": "looks up and checks where a language model is asked",
    "models/adapters/endpoint_transport.py": "asks it",
}
SERVICE = {
    "service/api/server.py": "listens at the address that the settings name",
    "service/cli/workplace.py": "asks what this machine is called",
    "service/demo/running.py": "asks the demo's service on this machine whether it answers",
    "service/demo/ports.py": "looks whether a port of this machine is free for a demo",
    "service/people/oidc.py": "asks the council's own provider, where one is set up",
}
KEEPER = {
    "service/keeper/server.py": "the key keeper listens for workers on other machines, where one is run",
    "service/keeper/asking.py": "a worker without a keystore asks the key keeper that its settings name",
}
REMOTE = {
    "service/remote/connection.py": "`practice remote` asks the service that a person names",
    "service/remote/answers.py": "reads what it answers",
    "service/remote/uploading.py": "sends it a recording",
}
STORE = {"service/blobs/object_store.py": "keeps blobs in the S3-compatible store that the settings name"}
GUARD = """
import sys
def guard(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.bind", "socket.sendto"):
        sys.stderr.write(f"CONNECTION {event}\\n")
        raise SystemExit(99)
sys.addaudithook(guard)
"""


def modules() -> list[Path]:
    return sorted(path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The top-level names that a file imports anywhere, functions included."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module)
    return {name.partition(".")[0] for name in names - {"urllib.parse"}}  # which only takes addresses apart


def guarded(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter in which a connection ends the process."""
    return subprocess.run([sys.executable, "-c", GUARD + code], cwd=ROOT, capture_output=True, text=True)


def test_only_the_pull_imports_the_means_to_open_a_connection() -> None:
    found = {path.relative_to(ROOT).as_posix(): sorted(imported(path) & MEANS) for path in modules()}
    allowed = {**ALLOWED, **ENDPOINT, **SERVICE, **KEEPER, **REMOTE, **STORE}
    assert {path: names for path, names in found.items() if names and path not in allowed} == {}
    assert set(allowed) <= {path for path, names in found.items() if names}


def test_only_the_answerer_that_is_given_an_endpoint_reaches_one() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if "from models.adapters.endpoint_" in path.read_text("utf-8")
    }
    assert users == {"models/adapters/endpoint_transport.py", "models/adapters/openai_answerer.py"}


def test_only_the_command_reaches_the_pull() -> None:
    users = {
        path.relative_to(ROOT).as_posix()
        for path in modules()
        if "hub_transfer" in path.read_text("utf-8") or "hub_downloader" in path.read_text("utf-8")
    }
    assert users == {*ALLOWED, "models/adapters/hub_downloader.py", "service/cli/weights.py"}


def test_the_guard_ends_a_process_that_connects() -> None:
    """Without this the next tests could pass because the guard does not work."""
    done = guarded("import socket; socket.create_connection(('127.0.0.1', 9), 1)")
    assert done.returncode == 99
    assert "CONNECTION" in done.stderr


@pytest.mark.parametrize("package", PACKAGES)
def test_importing_every_module_opens_no_connection(package: str) -> None:
    names = [
        path.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".").removesuffix(".__init__")
        for path in modules()
        if path.is_relative_to(ROOT / package) and "migrations" not in path.parts  # these are run, never imported
    ]
    done = guarded(importing(names))
    assert done.returncode == 0, done.stderr[-1000:]


def test_listing_and_verifying_weights_open_no_connection(tmp_path: Path) -> None:
    code = f"""
from typer.testing import CliRunner
from service.cli.weights import models_app
for command in ("list", "verify"):
    done = CliRunner().invoke(models_app, [command, "--folder", {str(tmp_path)!r}], catch_exceptions=False)
    assert done.exit_code == 0, done.output
"""
    done = guarded(code)
    assert done.returncode == 0, done.stderr[-1000:]


@pytest.mark.parametrize(
    "reach",
    [
        lambda: socket.create_connection(("192.0.2.1", 9), 0.01),
        lambda: socket.getaddrinfo("council.example", 443),
        lambda: socket.gethostbyname("council.example"),
        lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("192.0.2.1", 53)),
    ],
)
def test_a_test_that_reaches_for_the_network_is_stopped_and_noted(reach: Callable[[], object]) -> None:
    """Without this every other test could reach it unnoticed."""
    with pytest.raises(LeftTheMachineError):
        reach()
    assert REACHED
    REACHED.clear()
