"""``practice train coder``: train and measure the utterance coder, and write its weights."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from models.errors import BadInputError
from pipelines.training.coder.linear_fit import LinearSettings
from pipelines.training.coder.material import DEVSET, WRITTEN, Material
from pipelines.training.coder.train import METRICS, Sources, TrainedCoder, metrics_text, train_coder
from pipelines.training.coder.unseen import Tell, Trainer, indicator_targets, roles_of

train_app = typer.Typer(help="Train what this program learns.", no_args_is_help=True)


@train_app.callback()
def _train() -> None:
    """Train what this program learns."""


@train_app.command()
def coder(
    annomi: Annotated[Path, typer.Option(help="AnnoMI-shaped CSV with every annotator's rows.")],
    out: Annotated[Path, typer.Option(help="Folder for the weights and metrics.json; finished folds are kept there.")],
    devset: Annotated[Path, typer.Option(help="Folder of labelled sessions and utterances.")] = DEVSET,
    written: Annotated[Path, typer.Option(help="Folder of the dialogue written for this project.")] = WRITTEN,
    encoder: Annotated[
        Path | None, typer.Option(help="A transformers encoder folder; otherwise the installed MiniLM.")
    ] = None,
    folds: Annotated[int, typer.Option(min=2, max=20, help="How many folds to cross-validate in.")] = 5,
    seed: Annotated[int, typer.Option(help="Equal seeds give equal results on the same machine.")] = 0,
    lower_layers: Annotated[int, typer.Option(min=0, help="How many of the encoder's layers stay as they are.")] = 5,
    epochs: Annotated[int, typer.Option(min=1, help="How often the network sees everything.")] = 3,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads for the network.")] = 2,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bars.")] = False,
) -> None:
    """Cross-validate, measure and train the coder. Stopped and started again, it goes on after the last whole fold."""
    from models.adapters.torch_coder_export import write_coder

    from models.adapters.encoder_folder import encoder_folder
    from models.adapters.torch_coder_trainer import CoderTrainer, Lines
    from models.adapters.torch_coder_training import NetworkSettings

    folder = encoder_folder(encoder)
    settings = NetworkSettings(lower_layers=lower_layers, epochs=epochs, seed=seed, threads=threads)
    sources = Sources(annomi=annomi, devset=devset, written=written, folds=folds, seed=seed)
    _writable(out)
    trainers: list[CoderTrainer] = []
    with _bars(shown=not quiet) as tell:

        def trainer_for(material: Sequence[Material]) -> Trainer:
            lines = [
                Lines((one.texts, one.bare), roles_of(one), one.targets, indicator_targets(one), one.weight)
                for one in material
            ]
            trainers.append(CoderTrainer(folder, settings, lines, tell))
            return trainers[0]

        trained: TrainedCoder = train_coder(sources, trainer_for, LinearSettings(), out / "folds", tell)
    write_coder(trainers[0], trained, out)
    (out / METRICS).write_text(metrics_text(trained.metrics), "utf-8")
    Console().print(f"The coder and its figures are in {out.name}.", markup=False)


def _writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise BadInputError(f"Nothing can be written to {out.name}. Name another folder with --out.") from refused


@contextmanager
def _bars(*, shown: bool) -> Iterator[Tell]:
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<26}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"))
    with Progress(*columns, TimeRemainingColumn(), console=console, disable=not (shown and console.is_terminal)) as bar:
        tasks: dict[str, object] = {}

        def tell(name: str, part: float) -> None:
            if name not in tasks:
                tasks[name] = bar.add_task(name, total=1.0)
            bar.update(tasks[name], completed=part)  # type: ignore[arg-type]

        yield tell
