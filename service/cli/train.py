"""``practice train coder``: train and measure the utterance coder, and write its weights."""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer
from rich.console import Console

from models.coder.indicators import RUBRIC
from models.coder.package import Parts, write_package
from models.errors import BadInputError
from pipelines.training.coder.material import DEVSET, WRITTEN, Material
from service.cli.progress import named_bars

if TYPE_CHECKING:
    from models.adapters.torch_coder_export import Exported
    from pipelines.training.coder.train import Sources, TrainedCoder
    from pipelines.training.coder.unseen import Trainer

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
    lower_layers: Annotated[int, typer.Option(min=0, help="How many of the encoder's layers stay as they are.")] = 3,
    epochs: Annotated[int, typer.Option(min=1, help="How often the network sees everything.")] = 3,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads for the network.")] = 2,
    quiet: Annotated[bool, typer.Option("--quiet", help="No progress bars.")] = False,
) -> None:
    """Cross-validate, measure and train the coder. Stopped and started again, it goes on after the last whole fold."""
    from models.adapters.encoder_folder import encoder_folder
    from models.adapters.torch_coder_export import export
    from models.adapters.torch_coder_trainer import CoderTrainer, Lines, TrainedNetwork
    from models.adapters.torch_coder_training import NetworkSettings
    from pipelines.training.coder.card_plots import card_plots
    from pipelines.training.coder.linear_fit import LinearSettings
    from pipelines.training.coder.train import METRICS, Sources, metrics_text, train_coder
    from pipelines.training.coder.unseen import indicator_targets, roles_of
    from pipelines.training.judge.unseen import UNSEEN, write_unseen

    folder = encoder_folder(encoder)
    settings = NetworkSettings(lower_layers=lower_layers, epochs=epochs, seed=seed, threads=threads)
    sources = Sources(annomi=annomi, devset=devset, written=written, folds=folds, seed=seed)
    _writable(out)
    trainers: list[CoderTrainer] = []
    with named_bars(shown=not quiet) as watch:

        def tell(name: str, part: float) -> None:
            watch(name)(part)

        def trainer_for(material: Sequence[Material]) -> Trainer:
            lines = [
                Lines((one.texts, one.bare), roles_of(one), one.targets, indicator_targets(one), one.weight)
                for one in material
            ]
            trainers.append(CoderTrainer(folder, settings, lines, tell))
            return trainers[0]

        trained: TrainedCoder = train_coder(sources, trainer_for, LinearSettings(), out / "folds", tell)
    network = cast(TrainedNetwork, trained.network).network
    exported = export(trainers[0].trainer.lower, network, trained.texts)
    write_package(out, _parts(trained, exported, sources))
    (out / METRICS).write_text(metrics_text(trained.metrics), "utf-8")
    write_unseen(trained.unseen, out / UNSEEN.name)
    for name, svg in card_plots(trained.figures).items():
        (out / name).write_text(svg, "utf-8")
    Console().print(f"The coder and its figures are in {out.name}.", markup=False)


def _parts(trained: TrainedCoder, exported: Exported, sources: Sources) -> Parts:
    """What goes into the weights folder. ``version`` is the digest of everything that decided the training."""
    made_from = {
        "annomi": sources.annomi.name,
        "folds": str(sources.folds),
        "seed": str(sources.seed),
        "encoder": str(trained.metrics["network"]["encoder"]),
        "lines": str(sum(trained.metrics["material"]["lines"].values())),
    }
    facts = json.dumps([trained.metrics["network"], trained.metrics["linear"], made_from], sort_keys=True, default=str)
    return Parts(
        version=sha256("\n".join([facts, *trained.texts]).encode("utf-8", "replace")).hexdigest()[:12],
        rubric=RUBRIC,
        created_from=made_from,
        combination=trained.combination,
        linear=trained.linear,
        encoder=exported.encoder,
        words=exported.words,
        encoder_graph=exported.encoder_graph,
        judge_graph=exported.judge_graph,
        tokenizer=exported.tokenizer,
    )


def _writable(out: Path) -> None:
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as refused:
        raise BadInputError(f"Nothing can be written to {out.name}. Name another folder with --out.") from refused
