"""A service on this machine, a config folder of its own for each test, and nobody who waits."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer

from service.cli import main
from service.remote.connection import Connection
from service.remote.keeping import Account, Cabinet
from tests.service.cli.commands import practice
from tests.service.remote.fake_service import TOKEN, FakeService, running

Run = Callable[..., tuple[int, str, str]]
Typing = Callable[..., None]


@pytest.fixture
def service() -> Iterator[FakeService]:
    with running() as fake:
        yield fake


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that would have been waited."""
    waited: list[float] = []
    monkeypatch.setitem(Connection.__init__.__kwdefaults__, "rest", waited.append)
    return waited


@pytest.fixture
def cabinet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cabinet:
    """A config folder with nothing in it."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for name in ("PRACTICE_REMOTE_SERVER", "PRACTICE_REMOTE_TOKEN_FILE"):
        monkeypatch.delenv(name, raising=False)
    return Cabinet(tmp_path / "config" / "practice")


@pytest.fixture(scope="session")
def built() -> Callable[..., object]:
    """The whole command, built once: that takes longer than most tests."""
    return typer.main.get_command(main.app)


@pytest.fixture
def run(
    built: Callable[..., object],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    cabinet: Cabinet,
    waits: list[float],
) -> Run:
    """`practice remote` in this process."""
    monkeypatch.setattr(main, "app", built)
    return lambda *words: practice(monkeypatch, capsys, "remote", *words, columns=200)


@pytest.fixture
def signed_in(service: FakeService, cabinet: Cabinet) -> Account:
    account = Account(server=service.origin, token=TOKEN, token_id="b0" * 16, scopes=("sessions:read",))
    cabinet.keep_account(account)
    return account


@pytest.fixture
def typing(monkeypatch: pytest.MonkeyPatch) -> Typing:
    """Somebody sits at a terminal: lines that are shown, and passwords that are not."""

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    def types(*lines: str, passwords: tuple[str, ...] = ()) -> None:
        hidden = iter(passwords)
        monkeypatch.setattr("sys.stdin", Terminal("".join(f"{line}\n" for line in lines)))
        monkeypatch.setattr("getpass.getpass", lambda question: next(hidden))

    return types
