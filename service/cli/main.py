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
from rich.console import Console

from models.errors import PracticeError
from service.cli.analyse import analyse
from service.cli.audit import audit_app
from service.cli.code import code
from service.cli.demo import demo
from service.cli.doctor import doctor
from service.cli.erasing import erase, retention_app
from service.cli.evaluate import evaluate_app
from service.cli.keeping import backup, restore, rotate_keys
from service.cli.remote import remote_app
from service.cli.score import score
from service.cli.serve import first_link, recovery_link_for, serve, upgrade, worker
from service.cli.train import train_app
from service.cli.weights import models_app

INTERRUPTED = 130


class Stopped(BaseException):
    """A person or the system asked the program to stop; no library takes it for an error of its own."""


app = typer.Typer(
    name="practice",
    help=(
        "From a consented recording to a transcript by speaker, with the passages a person should check, "
        "and to moments of practice for a coach to confirm."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command()(demo)
app.command()(analyse)
app.command()(code)
app.command()(score)
app.add_typer(evaluate_app, name="evaluate")
app.add_typer(train_app, name="train")
app.add_typer(models_app, name="models")
app.command()(serve)
app.command()(worker)
app.command()(upgrade)
app.command("first-link")(first_link)
app.command("recovery-link")(recovery_link_for)
app.command()(backup)
app.command()(restore)
app.command("rotate-keys")(rotate_keys)
app.command()(erase)
app.add_typer(retention_app, name="retention")
app.add_typer(audit_app, name="audit")
app.add_typer(remote_app, name="remote")
app.command()(doctor)


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
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, markup=False)
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"error": {"code": code, "message": sentence}}) + "\n")


def _place(error: Exception) -> str:
    """Where it happened, without what was being worked on: an error's own text may hold speech."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    where = "" if last is None else f" in {os.path.basename(last.filename)}, line {last.lineno}"  # noqa: PTH119 - a frame's file name is text
    return f"{type(error).__name__}{where}"
