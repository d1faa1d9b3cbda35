"""Taking the port that the service is reached at."""

from __future__ import annotations

import socket
from dataclasses import replace
from pathlib import Path

import pytest

from service.api.server import listening
from service.settings_service import ServiceSettings, SettingError


def settings(tmp_path: Path, port: int) -> ServiceSettings:
    return replace(ServiceSettings.from_environment({"PRACTICE_DATA": str(tmp_path)}), port=port)


def test_a_port_that_something_else_uses_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(SettingError, match="PRACTICE_PORT"):
        listening(settings(tmp_path, other.getsockname()[1]))


def test_a_free_port_is_held_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
    with listening(settings(tmp_path, port)) as held:
        assert held.getsockname()[1] == port
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            pass


def test_a_host_that_is_not_this_machine_is_refused(tmp_path: Path) -> None:
    elsewhere = replace(settings(tmp_path, 8765), host="192.0.2.1")
    with pytest.raises(SettingError, match="PRACTICE_HOST"):
        listening(elsewhere)
