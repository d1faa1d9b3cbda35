"""The key file."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.audit.errors import KeyFileError
from service.audit.keys import Key, new_key, read_key_file
from tests.service.audit.chains import KEY, NEWER


def key_file(folder: Path, text: str, mode: int = 0o600) -> Path:
    path = folder / "keys"
    path.write_text(text)
    path.chmod(mode)
    return path


def test_keys_come_back_oldest_first_and_the_last_one_writes(tmp_path: Path) -> None:
    ring = read_key_file(key_file(tmp_path, f"# the audit's keys\n{KEY.line()}\n{NEWER.line()}"))
    assert ring.keys == (KEY, NEWER)
    assert ring.current == NEWER


@pytest.mark.parametrize("text", [
    "", "# none\n", "key-1 00\n", KEY.line().upper(), KEY.line() + KEY.line(), KEY.line() + "rest\n",
    f"a name {'0' * 64}\n", f"{KEY.line().strip()} {'0' * 64}\n",
])  # fmt: skip
def test_a_file_that_holds_anything_else_is_refused_without_being_quoted(tmp_path: Path, text: str) -> None:
    with pytest.raises(KeyFileError) as refused:
        read_key_file(key_file(tmp_path, text))
    assert KEY.secret.hex() not in str(refused.value)


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(KeyFileError, match="chmod 600"):
        read_key_file(key_file(tmp_path, KEY.line(), mode))


@pytest.mark.parametrize("name", ["missing", "."])
def test_a_file_that_is_none_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(KeyFileError):
        read_key_file(tmp_path / name)


def test_a_key_never_shows_its_secret() -> None:
    key: Key = new_key("key-9")
    assert key.secret.hex() not in repr(key)
    assert repr(key.secret)[2:-1] not in repr(key)
    assert len(key.secret) == 32
    assert key.secret != new_key("key-9").secret
