"""What runs here: the program's version, the rubrics it scores by, and the engines that its workers use."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field
from sqlalchemy import delete, insert, select

from service.api.principals import SignedIn, needs_scope
from service.database.engine import Database
from service.database.tables import setting

ENGINES = "engines"
"""The row of ``setting`` in which a worker says what it built: for each port the engine's name and version."""
_LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """Its version, and how to read each setting's rubric and version."""

    version: str
    rubrics: Callable[[], dict[str, str]] = dict


class About(BaseModel):
    """What runs here. ``engines`` is empty until a worker has started."""

    version: str = Field(examples=["0.1.0"])
    rubrics: dict[str, str] = Field(examples=[{"direct-practice": "msw 1"}])
    engines: dict[str, str] = Field(examples=[{"transcriber": "moonshine-tiny-en"}])


def tell_engines(database: Database, engines: dict[str, str]) -> None:
    """For the worker, once it has built its engines: names and versions, and nothing else."""
    with database.writing() as rows:
        rows.execute(delete(setting).where(setting.c.name == ENGINES))
        rows.execute(insert(setting).values(name=ENGINES, value=json.dumps(engines)[:_LONGEST]))


def engines_in_use(database: Database) -> dict[str, str]:
    """What the worker that started last told."""
    with database.reading() as rows:
        told = rows.execute(select(setting.c.value).where(setting.c.name == ENGINES)).scalar_one_or_none()
    try:
        found = json.loads(told or "{}")
    except ValueError:
        return {}
    return {str(port): str(name) for port, name in found.items()}


def about_router(program: Program, database: Database) -> APIRouter:
    """The route ``/about``."""
    router = APIRouter(tags=["about"])

    @router.get("/about", response_model=About)
    def about(who: Annotated[SignedIn, Depends(needs_scope("about:read"))]) -> About:
        """What runs here, for people who want to know what a suggestion was made by."""
        return About(version=program.version, rubrics=program.rubrics(), engines=engines_in_use(database))

    return router
