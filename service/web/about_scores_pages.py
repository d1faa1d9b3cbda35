"""About scores: what the program does and cannot do, how often it is right, what is off. For whoever is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from models.records.coding import Setting
from models.records.rubric import Element, Rubric
from pipelines.rubrics import shipped_rubric
from service.about_scores import wording
from service.about_scores.records import Figures, Marked, Scored, figures
from service.api.principals import SignedIn
from service.web.forms import page_for
from service.web.kit import Kit
from service.web.words import SETTING_WORDS

Here = Annotated[SignedIn, Depends(page_for())]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementFigures:
    """One element with how its suggested scores and its flags were measured."""

    element: Element
    scored: Scored | None
    flags: tuple[Marked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingFigures:
    """A rubric with the figures of its elements."""

    title: str
    rubric: Rubric
    sessions: int
    elements: tuple[ElementFigures, ...]

    @property
    def scored(self) -> bool:
        """Whether suggested scores were compared with a person's at all."""
        return any(one.scored for one in self.elements)


def about_scores_pages(kit: Kit) -> APIRouter:
    """The page, which can be printed."""
    router, pages = APIRouter(include_in_schema=False), kit.pages

    @router.get("/about-scores")
    def about(request: Request, who: Here) -> Response:
        """How far scores and marks can be relied on."""
        told = figures()
        return pages.page(
            request, "about_scores.html", who, figures=told, settings=[_setting(told, one) for one in Setting],
            off=_off(told), w=wording,
        )  # fmt: skip

    return router


def _setting(told: Figures, setting: Setting) -> SettingFigures:
    rubric, scored = shipped_rubric(setting), {one.name: one for one in told.elements}
    return SettingFigures(
        title=SETTING_WORDS[setting],
        rubric=rubric,
        sessions=told.fitted_to[setting],
        elements=tuple(
            ElementFigures(
                element=one,
                scored=scored.get(one.id),
                flags=tuple(flag for flag in told.flags if flag.name[:-1] == one.id),
            )
            for one in rubric.elements
        ),
    )


def _off(told: Figures) -> Sequence[Marked]:
    return [one for one in (*told.demonstrated, *told.invented) if one.off]
