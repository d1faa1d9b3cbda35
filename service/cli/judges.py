"""Which judge a command asks for."""

from __future__ import annotations

from enum import StrEnum
from typing import cast

from models.errors import MissingPartError
from models.ports import Judge
from pipelines.judges.transparent import TransparentJudge
from service.settings import Settings

NO_MODEL = "No language model is set up to judge. Use --judge transparent, which needs none."


class JudgeKind(StrEnum):
    """Who suggests."""

    TRANSPARENT = "transparent"
    LLM = "llm"


def chosen_judge(name: JudgeKind) -> Judge:
    """The judge of this name. Raises MissingPartError where no language model is set up."""
    if name is JudgeKind.TRANSPARENT:
        return TransparentJudge()
    from service import engines

    build = getattr(engines, "language_judge", None)
    if build is None:
        raise MissingPartError(NO_MODEL)
    return cast(Judge, build(Settings.from_environment()))
