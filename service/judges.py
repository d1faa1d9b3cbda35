"""The composition root for judging: the transparent judge, or the language model that the owner has set up."""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from pathlib import Path

from models.errors import BadInputError, MissingPartError
from models.ports import Answerer, Judge
from pipelines.judges.transparent import TransparentJudge
from service.settings import LanguageModelSettings, Settings


class JudgeKind(StrEnum):
    """Who suggests."""

    TRANSPARENT = "transparent"
    LLM = "llm"


def judge_for(kind: JudgeKind, settings: Settings) -> Judge:
    """The judge asked for. Raises MissingPartError or BadInputError where no language model is set up, or not fully."""
    return TransparentJudge() if kind is JudgeKind.TRANSPARENT else language_judge(settings)


def language_judge(settings: Settings) -> Judge:
    """A judge that asks the language model of the settings. Raises MissingPartError, BadInputError, EngineError."""
    from pipelines.judges.language import LanguageJudge
    from pipelines.prompts import prompt_for, prompts_digest

    return LanguageJudge(_answerer(settings.language_model, settings.device), prompt_for, prompt_set=prompts_digest())


def _answerer(chosen: LanguageModelSettings, device: str) -> Answerer:
    if chosen.url and chosen.folder:
        raise BadInputError("Both PRACTICE_LLM_URL and PRACTICE_LLM_FOLDER are set. Name one language model.")
    if chosen.folder:
        return _in_process(chosen, chosen.folder, device)
    if chosen.url:
        return _over_http(chosen, chosen.url)
    raise MissingPartError(
        "No language model is set up to judge. Set PRACTICE_LLM_URL and PRACTICE_LLM_MODEL, or PRACTICE_LLM_FOLDER "
        "(docs/language-judge.md), or use --judge transparent, which needs none."
    )


def _over_http(chosen: LanguageModelSettings, url: str) -> Answerer:
    from models.adapters.openai_answerer import OpenAIAnswerer, OpenAISettings

    if not chosen.model:
        raise BadInputError("PRACTICE_LLM_URL is set, PRACTICE_LLM_MODEL is not. Name the model that the server runs.")
    settings = OpenAISettings(
        url=url, model=chosen.model, key=chosen.key, allow_public=chosen.allow_public, ca_file=chosen.ca_file
    )
    if chosen.context_tokens is not None:
        settings = replace(settings, context_tokens=chosen.context_tokens)
    return OpenAIAnswerer(settings)


def _in_process(chosen: LanguageModelSettings, folder: Path, device: str) -> Answerer:
    from models.adapters.transformers_answerer import TransformersAnswerer, TransformersSettings

    return TransformersAnswerer(
        TransformersSettings(folder=folder, device=device, context_tokens=chosen.context_tokens)
    )
