"""The `practice` command: its parts, and what happens when one of them fails."""

from __future__ import annotations

import io
import json
import os
import signal
import sys
import traceback
from types import FrameType

import typer

from models.errors import PracticeError
from service.cli.commands import LazyGroup

INTERRUPTED = 130


class Stopped(BaseException):
    """A person or the system asked the program to stop; no library takes it for an error of its own."""


app = typer.Typer(
    name="practice",
    cls=LazyGroup,
    help=(
        "From a consented recording to a transcript by speaker, with the passages a person should check, "
        "and to moments of practice for a coach to confirm."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback()
def practice() -> None:
    """Nothing by itself: the commands are in `commands.COMMANDS`."""


def main() -> None:
    """Run the command; every failure becomes one sentence on standard error and an exit code that means something."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal that cannot show a character shows a sign for it
    try:
        app()
    except PracticeError as error:
        _say(str(error), type(error).__name__)
        sys.exit(error.exit_code)
    except Stopped:
        _say(
            "Stopped. Nothing is half-written; the same command starts again, or goes on from finished stages.",
            "Interrupted",
        )
        sys.exit(INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:
        _say(f"This should not have happened: {_place(error)}. Please report it, with the command.", "Unforeseen")
        if os.environ.get("PRACTICE_DEBUG"):
            traceback.print_exc()
        sys.exit(1)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped


def _say(sentence: str, code: str) -> None:
    from rich.console import Console  # here: most commands end without a word of this

    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, markup=False)
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"error": {"code": code, "message": sentence}}) + "\n")


def _place(error: Exception) -> str:
    """Where it happened, without what was being worked on: an error's own text may hold speech."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    where = "" if last is None else f" in {os.path.basename(last.filename)}, line {last.lineno}"  # noqa: PTH119 - a frame's file name is text
    return f"{type(error).__name__}{where}"
