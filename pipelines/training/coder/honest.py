"""The coder's figures by cross-validation: networks, combination and thresholds all fitted without what is measured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.coder.combination import Combination
from models.coder.decide import decide, off_of
from models.records.coding import Coding
from models.records.provenance import Engine
from pipelines.evaluation.coder.coded import CodedSet, put_together
from pipelines.evaluation.coder.evaluation import CoderMeasures, evaluate_coder
from pipelines.labelled.records import Labelled
from pipelines.training.coder.combine_fit import Unseen, fit_combination
from pipelines.training.coder.material import Material
from pipelines.training.coder.unseen import VARIANTS, Scored

ENGINE = Engine(name="cross-validation", version="1")
LONG = 50
"""From how many lines on a transcript counts as long; about the middle of AnnoMI's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What was measured on one kind of data with one variant of its text."""

    data: str
    text: str
    measures: CoderMeasures


def unseen_of(material: Sequence[Material], scored: Sequence[Scored]) -> list[Unseen]:
    """Out-of-fold scores of the texts as written, for fitting the combination."""
    return [Unseen(material=material[one.place], linear=one.linear[0], network=one.network[0]) for one in scored]


def figures(
    material: Sequence[Material], scored: Sequence[Scored], gold: Sequence[Labelled]
) -> tuple[tuple[Figures, ...], CodedSet]:
    """Figures for every kind of data and variant, and the codings of AnnoMI and the sessions as written.

    ``gold`` holds, at the places of ``material``, the labels to measure against: AnnoMI's first annotator.
    """
    combinations = _by_fold(material, scored)
    found = []
    for variant, text in enumerate(VARIANTS):
        codings = {one.place: _code(material[one.place], one, variant, combinations) for one in scored}
        kinds = _kinds(material, scored) | ({} if variant else _parts(material, scored))
        for data, places in kinds.items():
            coded = put_together([gold[place] for place in places], [codings[place] for place in places])
            found.append(Figures(data=data, text=text, measures=evaluate_coder(coded, text)))
        if not variant:
            kept = [place for place in codings if len(material[place].texts) > 1]
            whole = put_together([gold[place] for place in kept], [codings[place] for place in kept])
    return tuple(found), whole


def _by_fold(material: Sequence[Material], scored: Sequence[Scored]) -> dict[int, Combination]:
    unseen = unseen_of(material, scored)
    folds = sorted({one.material.fold for one in unseen})
    return {fold: fit_combination([one for one in unseen if one.material.fold != fold]) for fold in folds}


def _code(material: Material, one: Scored, variant: int, combinations: dict[int, Combination]) -> Coding:
    combination = combinations[material.fold]
    conversation = material.conversation
    return Coding(
        engine=ENGINE,
        setting=conversation.setting,
        change_goal=conversation.change_goal,
        utterances=decide(
            conversation, combination, one.linear[variant], one.network[variant], one.indicators[variant]
        ),
        off=off_of(conversation, combination),
    )


def _kinds(material: Sequence[Material], scored: Sequence[Scored]) -> dict[str, list[int]]:
    """AnnoMI; the development set's sessions; those written besides; single utterances of both."""
    kinds: dict[str, list[int]] = {}
    for one in scored:
        labelled = material[one.place].labelled
        single = len(labelled.gold) == 1
        names = {"annomi": "annomi", "devset": "development sessions", "written": "written sessions"}
        kinds.setdefault("single utterances" if single else names[labelled.source], []).append(one.place)
        if labelled.source != "annomi" and not single:
            kinds.setdefault("all sessions", []).append(one.place)
    return kinds


def _parts(material: Sequence[Material], scored: Sequence[Scored]) -> dict[str, list[int]]:
    """AnnoMI once more, apart by the quality its authors saw in a session, and by length."""
    parts: dict[str, list[int]] = {}
    for one in scored:
        labelled = material[one.place].labelled
        if labelled.source == "annomi":
            length = f"{LONG} lines or more" if len(labelled.gold) >= LONG else f"under {LONG} lines"
            quality = f"{labelled.quality or 'unstated'} quality"
            for part in (quality, length):
                parts.setdefault(f"annomi, {part}", []).append(one.place)
    return dict(sorted(parts.items(), key=lambda part: (not part[0].endswith(" quality"), part[0])))
