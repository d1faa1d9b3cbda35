"""What the commands that read an existing transcript have in common: their options, and the file that they write."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from models.errors import BadInputError
from models.records.coding import Conversation, Setting
from pipelines.conversations.choices import ReadingChoices
from pipelines.conversations.reading import read_conversation
from pipelines.outputs.folder import write_whole
from service.cli.roles import given_roles

TranscriptFile = Annotated[
    Path, typer.Argument(help="The transcript: session.json, WebVTT, SRT, or CSV with the columns speaker,text.")
]
SettingOption = Annotated[
    Setting | None,
    typer.Option("--setting", help="Whose practice is looked at, where the file does not say.", show_default=False),
]
RoleOption = Annotated[
    list[str] | None, typer.Option("--role", help="A speaker's role, such as NAME=practitioner. Can be repeated.")
]
TranscriptOption = Annotated[
    str | None, typer.Option("--transcript", help="Which transcript, where a file holds several.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
WeightsOption = Annotated[
    Path | None, typer.Option("--weights", help="A folder of weights of your own, made by `practice train coder`.")
]


def teller(*, quiet: bool) -> Console:
    """Standard error, for words about the work."""
    return Console(stderr=True, quiet=quiet, highlight=False, soft_wrap=True, markup=False, emoji=False)


def conversation_in(
    file: Path, setting: Setting | None, goal: str | None, role: list[str] | None, transcript: str | None, told: Console
) -> Conversation:
    """The conversation in a file, read as the options say. Raises BadInputError."""
    choices = ReadingChoices(setting=setting, change_goal=goal, roles=given_roles(role or []), transcript=transcript)
    return read_conversation(file, choices, told.print)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """The file that --out names."""

    path: Path

    def write(self, text: str) -> None:
        """Write it whole, in a folder made where there is none. Raises BadInputError where that is refused."""
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(self.path, text.encode("utf-8"))
        except OSError as refused:
            raise BadInputError(
                f"{self.path.name} cannot be written there. Check the folder, and that the disk is not full."
            ) from refused


def target_of(out: Path | None, source: Path, name: str) -> Target | None:
    """The file to write, called ``name`` in a folder that --out names; None without --out.

    Raises BadInputError where that would replace something else.
    """
    if out is None:
        return None
    if out.is_dir() or (not out.exists() and out.suffix.lower() != ".json"):
        path = out / name
    elif out.suffix.lower() == ".json" and (not out.exists() or out.is_file()):
        path = out
    else:
        raise BadInputError(
            f"{out.name} is there already and is no .json file. Name a folder or a .json file with --out."
        )
    if path.exists() and source.exists() and path.samefile(source):
        raise BadInputError("--out names the transcript itself. Name another folder or file.")
    if path.is_dir():
        raise BadInputError(f"{path.name} is a folder. Name another one with --out.")
    return Target(path=path)
