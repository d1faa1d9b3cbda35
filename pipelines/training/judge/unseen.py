"""Evidence that a coder gave to sessions it had not learned from, kept in a file for measuring the judge on them.

For each session two tensors: ``NAME/lines``, int32 [K], the zero-based places of the scored role's lines that carry
evidence, and ``NAME/evidence``, float16 [K, E], their probabilities in the order of ``evidence_of(setting)``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from models.coder.indicators import INDICATORS_OF
from models.coder.labels import evidence_of
from models.errors import BadInputError
from models.records.coding import CodedUtterance, Coding
from models.records.provenance import Engine
from pipelines.labelled.records import Labelled

UNSEEN = Path(__file__).parent / "data" / "unseen.safetensors"
ENGINE = Engine(name="cross-validation", version="1")


def write_unseen(codings: Mapping[str, Coding], path: Path) -> None:
    """Keep the evidence of codings, by the session's name; of the rest nothing is kept."""
    tensors: dict[str, NDArray[np.generic]] = {}
    for name, coding in codings.items():
        order = evidence_of(coding.setting)
        places = [place for place, one in enumerate(coding.utterances) if one.evidence]
        rows = [[coding.utterances[place].evidence.get(one, 0.0) for one in order] for place in places]
        tensors[f"{name}/lines"] = np.asarray(places, np.int32)
        tensors[f"{name}/evidence"] = np.asarray(rows, np.float16).reshape(len(places), len(order))
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    save_file(tensors, unfinished)
    unfinished.replace(path)


def read_unseen(path: Path, sessions: Sequence[Labelled]) -> dict[str, Coding]:
    """Codings of those of the sessions that the file holds: evidence alone, no codes and no flags.

    An evidence's indicator is the first of its list: which one was likeliest is not kept. Raises BadInputError where
    the file cannot be read or is of other sessions.
    """
    try:
        tensors = load_file(path)
    except (OSError, SafetensorError) as refused:
        raise BadInputError(f"{path.name} cannot be read as evidence. Write it again.") from refused
    return {one.name: _coding(one, tensors, path.name) for one in sessions if f"{one.name}/lines" in tensors}


def _coding(session: Labelled, tensors: Mapping[str, NDArray[np.generic]], file: str) -> Coding:
    conversation = session.conversation
    order = evidence_of(conversation.setting)
    places = [int(place) for place in tensors[f"{session.name}/lines"]]
    held = tensors.get(f"{session.name}/evidence")
    role = conversation.setting.scored_role
    lines = conversation.lines
    fits = all(0 <= place < len(lines) and lines[place].role is role for place in places)
    if held is None or held.shape != (len(places), len(order)) or not fits:
        raise BadInputError(f"{file} holds the evidence of another {session.name}. Write it again.")
    rows = {place: [float(one) for one in row] for place, row in zip(places, held, strict=True)}
    bare = [
        CodedUtterance(id=line.id, turn=line.turn, speaker=line.speaker, role=line.role, text=line.text)
        for line in lines
    ]
    coded = [
        replace(
            one,
            evidence=dict(zip(order, rows[place], strict=True)),
            indicators={evidence: INDICATORS_OF[evidence][0] for evidence in order},
        )
        if place in rows
        else one
        for place, one in enumerate(bare)
    ]
    return Coding(
        engine=ENGINE,
        setting=conversation.setting,
        change_goal=conversation.change_goal,
        utterances=tuple(coded),
    )
