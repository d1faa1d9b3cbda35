"""A rubric as a judge gets it: elements with their indicators and anchors, the scale, and when an element applies."""

from __future__ import annotations

from dataclasses import dataclass

from models.records.coding import Setting


@dataclass(frozen=True, slots=True, kw_only=True)
class RubricRef:
    """Which rubric a suggestion was made with; ``digest`` is the SHA-256 of the file's bytes."""

    id: str
    version: str
    status: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A wording that earns or loses evidence; ``example`` is invented and may be empty."""

    id: str
    text: str
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One of the rubric's elements (or supervision dimensions).

    ``anchors`` holds what the scores 1 to 5 mean, in this order. ``measures`` names the measures that say something
    about it. ``whole_session`` is True where the opening and the close decide: a part of a session is not enough.
    ``needs_context`` names what a judge has to know beyond the words ("legal_status"). ``listen_before`` are the scores
    that a person confirms only after listening.
    """

    id: str
    name: str
    factor: str
    question: str
    indicators_for: tuple[Indicator, ...]
    indicators_against: tuple[Indicator, ...]
    anchors: tuple[str, ...]
    not_to_confuse: tuple[str, ...] = ()
    limits: str = ""
    not_applicable_when: str = ""
    needs_change_goal: bool = False
    whole_session: bool = False
    measures: tuple[str, ...] = ()
    needs_context: tuple[str, ...] = ()
    listen_before: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Factor:
    """Elements that belong together; its mean is of confirmed scores of at least ``least`` of them."""

    id: str
    name: str
    elements: tuple[str, ...]
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeUse:
    """What a supervision was spent on, as one code."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LengthGuard:
    """Under ``counts_only_ms`` there are measures and no suggestions; under ``warn_ms`` suggestions carry a warning."""

    counts_only_ms: int
    warn_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rubric:
    """A rubric for one setting. ``labels`` name the scores 1 to 5; ``rules`` are for people to read.

    ``warning`` is shown wherever a score is shown. ``summary_band`` describes a whole supervision in three bands, the
    lowest first, for a person to choose; each may be empty.
    """

    ref: RubricRef
    setting: Setting
    labels: tuple[str, ...]
    rules: tuple[str, ...]
    length: LengthGuard
    factors: tuple[Factor, ...]
    elements: tuple[Element, ...]
    time_use: tuple[TimeUse, ...] = ()
    summary_band: tuple[str, ...] = ()
    warning: str = ""
    name: str = ""

    def element(self, name: str) -> Element:
        """The element with this id. Raises KeyError."""
        return {one.id: one for one in self.elements}[name]
