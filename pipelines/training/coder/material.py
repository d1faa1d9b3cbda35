"""What the coder learns from: AnnoMI, the development set, and the dialogue written for this project."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.coder.labels import EVIDENCE, HEADS, OUTPUTS, evidence_of, output_slices
from models.coder.text import bare, clean
from models.records.coding import Conversation
from pipelines.labelled.annomi import read_annomi
from pipelines.labelled.devset import read_devset
from pipelines.labelled.records import Gold, Labelled

WRITTEN = Path(__file__).parent / "data"
DEVSET = WRITTEN / "devset"
INVENTED_DIALOGUES = "dialogues"
_WEIGHTS = {"annomi": 1.0, INVENTED_DIALOGUES: 0.5, "devset": 1.0, "written": 1.0}
"""How much a line of each source counts: invented dialogues in AnnoMI's scheme only help, they do not outvote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One conversation to learn from: its texts twice (as written, and bare), targets, and how much it counts.

    ``targets`` [lines, outputs] holds shares of annotators; NaN where nobody judged. ``fold`` is -1 where it is only
    ever trained on, as invented dialogues in AnnoMI's scheme are.
    """

    labelled: Labelled
    texts: tuple[str, ...]
    bare: tuple[str, ...]
    targets: NDArray[np.float32]
    weight: float
    fold: int

    @property
    def conversation(self) -> Conversation:
        """What the coder reads."""
        return self.labelled.conversation

    def variant(self, *, stripped: bool) -> tuple[str, ...]:
        """The texts as written, or without punctuation and case."""
        return self.bare if stripped else self.texts


def read_material(annomi: Path, devset: Path, written: Path, *, folds: int, seed: int) -> tuple[Material, ...]:
    """All sources, each conversation in one fold; groups (videos, sessions) stay whole. Raises BadInputError."""
    sources: list[Labelled] = [*read_annomi(annomi, every_annotator=True), *read_devset(devset)]
    if written.is_dir():
        for folder in ("sessions", "utterances"):
            sources += read_devset(written / folder, "written")
        sources += [
            Labelled(
                name=one.name, group=one.group, source=INVENTED_DIALOGUES, conversation=one.conversation, gold=one.gold
            )
            for one in read_annomi(written / "dialogues.csv")
        ]
    return tuple(_material(one, fold) for one, fold in zip(sources, _folds(sources, folds, seed), strict=True))


def _folds(sources: Sequence[Labelled], folds: int, seed: int) -> list[int]:
    """Folds by group within each source; the devset's single utterances line by line; -1 where never tested on."""
    groups = {one.source: sorted({_group(other) for other in sources if other.source == one.source}) for one in sources}
    place: dict[tuple[str, str], int] = {}
    for source, names in groups.items():
        random.Random(f"{seed} {source}").shuffle(names)  # noqa: S311 - folds, not secrets
        place.update({(source, name): number % folds for number, name in enumerate(names)})
    return [-1 if one.source == INVENTED_DIALOGUES else place[one.source, _group(one)] for one in sources]


def _group(one: Labelled) -> str:
    """A file of single utterances by one author holds near twins and stays whole, but for the devset's only one."""
    return one.name if one.source == "devset" and len(one.gold) == 1 else one.group


def _material(labelled: Labelled, fold: int) -> Material:
    conversation = labelled.conversation
    return Material(
        labelled=labelled,
        texts=tuple(clean(line.text) for line in conversation.lines),
        bare=tuple(bare(line.text) for line in conversation.lines),
        targets=targets_of(conversation, labelled.gold),
        weight=_WEIGHTS[labelled.source],
        fold=fold,
    )


def targets_of(conversation: Conversation, gold: Iterable[Gold]) -> NDArray[np.float32]:
    """[lines, outputs]: shares of annotators by class, 1 or 0 by evidence of the setting, NaN where nobody judged."""
    slices = output_slices()
    evidence = [EVIDENCE.index(name) for name in evidence_of(conversation.setting)]
    targets = np.full((len(conversation.lines), OUTPUTS), np.nan, np.float32)
    for row, said in zip(targets, gold, strict=True):
        for head in HEADS:
            shares = said.heads.get(head.name)
            if shares:
                row[slices[head.name]] = [shares.get(name, 0.0) for name in head.classes]
        if said.labels is not None:
            part = row[slices["evidence"]]
            part[evidence] = 0.0
            for label in said.labels:
                part[EVIDENCE.index(label.evidence)] = 1.0
    return targets
