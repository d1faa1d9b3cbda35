"""A rubric's document, found to be without faults, as the record that judges and pages use."""

from __future__ import annotations

from typing import Any

from models.records.coding import Setting
from models.records.rubric import Element, Factor, Indicator, LengthGuard, Rubric, RubricRef, TimeUse

_MS_PER_MINUTE = 60_000


def rubric_of(document: dict[str, Any], digest: str) -> Rubric:
    """The rubric in a document that fulfils the schema; ``digest`` is the SHA-256 of its file's bytes."""
    scale = document["scale"]
    return Rubric(
        ref=RubricRef(
            id=document["id"], version=str(int(document["version"])), status=document["status"], digest=digest
        ),
        name=document["name"],
        setting=Setting(document["setting"]),
        labels=_in_order(scale["labels"]),
        rules=tuple(scale["rules"]),
        length=_length(document["length_guard"]),
        factors=tuple(_factor(one) for one in document["factors"]),
        elements=_elements(document),
        time_use=tuple(TimeUse(id=one["id"], text=one["text"]) for one in document.get("time_use_codes", ())),
        summary_band=_in_order(document.get("summary_band", {})),
        warning=document.get("warning", ""),
    )


def _in_order(numbered: dict[str, str]) -> tuple[str, ...]:
    return tuple(numbered[key].strip() for key in sorted(numbered))


def _length(guard: dict[str, float]) -> LengthGuard:
    return LengthGuard(
        counts_only_ms=round(guard["counts_only_under_minutes"] * _MS_PER_MINUTE),
        warn_ms=round(guard["warning_under_minutes"] * _MS_PER_MINUTE),
    )


def _factor(factor: dict[str, Any]) -> Factor:
    return Factor(
        id=factor["id"], name=factor["name"], elements=tuple(factor["elements"]), least=int(factor["min_elements"])
    )


def _elements(document: dict[str, Any]) -> tuple[Element, ...]:
    factor_of = {name: factor["id"] for factor in document["factors"] for name in factor["elements"]}
    return tuple(_element(one, factor_of[one["id"]]) for one in document["elements"])


def _element(element: dict[str, Any], factor: str) -> Element:
    return Element(
        id=element["id"],
        name=element["name"],
        factor=factor,
        question=element["question"].strip(),
        indicators_for=_indicators(element["indicators_positive"]),
        indicators_against=_indicators(element["indicators_negative"]),
        anchors=_in_order(element["anchors"]),
        not_to_confuse=tuple(element.get("do_not_confuse_with", ())),
        limits=element.get("transcript_limits", "").strip(),
        not_applicable_when=element["not_applicable_when"].strip(),
        needs_change_goal=element.get("needs_change_goal", False),
        whole_session=element.get("whole_session", False),
        measures=tuple(element.get("measures", ())),
        needs_context=tuple(element.get("needs_context", ())),
        listen_before=tuple(sorted(int(score) for score in element.get("listen_before", ()))),
    )


def _indicators(given: list[dict[str, str]]) -> tuple[Indicator, ...]:
    return tuple(
        Indicator(id=one["id"], text=one["text"].strip(), example=one.get("example", "").strip()) for one in given
    )
