"""From the material to figures and weights."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from models.coder.time_use.classifier import TimeUseModel
from models.coder.time_use.package import write_time_use
from pipelines.training.time_use.figures import tables
from pipelines.training.time_use.fit import fit_chain, fit_words
from pipelines.training.time_use.material import Coded, Hint, digest_of, read_coded, read_hints
from pipelines.training.time_use.unseen import NO_FLOWS, Tell, Unseen, answer_unseen, score_unseen


def fit_all(out: Path | None, tell: Tell) -> str:
    """Figures as Markdown; weights into ``out`` where it is named. Equal material gives equal bytes.

    Raises BadInputError where the material cannot be used, OSError where the folder cannot be written.
    """
    sessions, hints = read_coded(), read_hints()
    scores = score_unseen(sessions, hints, tell)
    unseen = answer_unseen(sessions, scores)
    tell("without single utterances")
    tried = [
        ("Each line by itself and its neighbours, no flow", answer_unseen(sessions, scores, NO_FLOWS)),
        ("Without the single utterances", answer_unseen(sessions, score_unseen(sessions, (), tell))),
    ]
    if out is not None:
        write_shipped(out, sessions, hints, unseen)
    return tables(sessions, unseen, tried)


def write_shipped(out: Path, sessions: Sequence[Coded], hints: Sequence[Hint], unseen: Unseen) -> None:
    """Fit both parts to everything, with what was chosen out of fold, and write the weights folder."""
    best = unseen.best
    model = TimeUseModel(
        linear=fit_words(sessions, hints, best.strength), chain=fit_chain(sessions, best.flow), sure=unseen.sure
    )
    material = digest_of(sessions, hints)
    version = hashlib.sha256(f"{material} {best}".encode()).hexdigest()[:12]
    facts = {"material": material, "sessions": str(len(sessions)), "hints": str(len(hints)), "setting": str(best)}
    write_time_use(out, model, version, facts)
