"""The commands of `practice`, each imported only when it is named: the service does not wait for the coder's tables."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

COMMANDS = {
    "demo": "demo:demo",
    "analyse": "analyse:analyse",
    "code": "code:code",
    "score": "score:score",
    "evaluate": "evaluate:evaluate_app",
    "train": "train:train_app",
    "models": "weights:models_app",
    "serve": "serve:serve",
    "worker": "serve:worker",
    "keeper": "keeper:keeper_app",
    "upgrade": "serve:upgrade",
    "first-link": "serve:first_link",
    "recovery-link": "serve:recovery_link_for",
    "backup": "keeping:backup",
    "restore": "keeping:restore",
    "rotate-keys": "keeping:rotate_keys",
    "erase": "erasing:erase",
    "retention": "erasing:retention_app",
    "audit": "audit:audit_app",
    "remote": "remote:remote_app",
    "doctor": "doctor:doctor",
}
"""Each command's module below service.cli, and what it is there: a function, or an app with commands of its own."""


class Commands(MutableMapping[str, Any]):
    """COMMANDS as typer's groups hold theirs. What is added to it stays beside them."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _command(name)
        return self._made[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._made[name] = command

    def __delitem__(self, name: str) -> None:
        raise KeyError(name)

    def __contains__(self, name: object) -> bool:
        return name in self._made or name in COMMANDS

    def __iter__(self) -> Iterator[str]:
        yield from dict.fromkeys((*COMMANDS, *self._made))

    def __len__(self) -> int:
        return len({*COMMANDS, *self._made})


class LazyGroup(TyperGroup):
    """A group whose commands are COMMANDS."""

    def __init__(self, **told: Any) -> None:
        super().__init__(**{**told, "commands": None})
        self.commands = Commands()


def _command(name: str) -> Any:
    """The command of that name, made by typer. Raises KeyError."""
    module, _, attribute = COMMANDS[name].partition(":")
    found = getattr(import_module(f"service.cli.{module}"), attribute)
    if not isinstance(found, typer.Typer):
        alone = typer.Typer(add_completion=False)
        alone.command(name)(found)
        return typer.main.get_command(alone)
    group = typer.main.get_group(found)
    group.name = name
    return group
