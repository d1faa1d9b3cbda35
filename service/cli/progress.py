"""Progress on a terminal: one bar a stage, with the time left. On a pipe or with --quiet, nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from models.ports import Progress as Told
from models.ports import no_progress

NAMES = {
    "decode": "Reading the recording",
    "detect": "Finding speech",
    "diarize": "Splitting by voice",
    "transcribe": "Writing it down",
    "attribute": "Who said what",
    "classify": "Marking utterances",
    "score": "Suggesting scores",
    "code": "Marking utterances",
    "judge": "Marking and scoring",
}

LONG = 300
"""From so many lines of a transcript on, progress is shown."""


class StageBars:
    """Draws the stages of a plan; implements `pipelines.execution.local.Watcher`."""

    def __init__(self, *, shown: bool) -> None:
        console = Console(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description:<24}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=not shown or not console.is_terminal,
        )
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> StageBars:
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()

    def begins(self, step: str) -> None:
        """A new bar."""
        self._tasks[step] = self._bars.add_task(NAMES.get(step, step), total=1.0, note="")

    def progresses(self, step: str, fraction: float) -> None:
        """Move the bar."""
        self._bars.update(self._tasks[step], completed=fraction)

    def ends(self, step: str, seconds: float, stored: bool) -> None:
        """Fill the bar; say so where the output was there already."""
        self._bars.update(self._tasks[step], completed=1.0, note="(kept from before)" if stored else "")


@contextmanager
def one_bar(step: str, *, shown: bool) -> Iterator[Told]:
    """Progress of one piece of work, drawn as a bar if ``shown``."""
    if not shown:
        yield no_progress
        return
    with StageBars(shown=True) as bars:
        bars.begins(step)
        yield lambda fraction: bars.progresses(step, fraction)


Watch = Callable[[str], Told]
"""From the name of a piece of work to its progress."""


@contextmanager
def named_bars(*, shown: bool) -> Iterator[Watch]:
    """A bar for each name that is asked for, drawn if ``shown`` on a terminal; the same name gives the same bar."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<26}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    hidden = not (shown and console.is_terminal)
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=hidden) as bars:
        tasks: dict[str, TaskID] = {}

        def watch(name: str) -> Told:
            task = tasks.setdefault(name, TaskID(-1))
            if task < 0:
                task = tasks[name] = bars.add_task(name, total=1.0)
            return lambda fraction: bars.update(task, completed=fraction)

        yield watch
