"""Which judge is asked, and what the owner's settings have to say before a language model is."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.errors import BadInputError, MissingPartError
from pipelines.judges.language import LanguageJudge
from pipelines.judges.transparent import TransparentJudge
from service.judges import JudgeKind, judge_for, language_judge
from service.settings import Settings


def settings(**given: str) -> Settings:
    return Settings.from_environment({f"PRACTICE_LLM_{name}": value for name, value in given.items()})


def test_without_any_setting_the_transparent_judge_judges() -> None:
    assert isinstance(judge_for(JudgeKind.TRANSPARENT, settings()), TransparentJudge)


def test_no_language_model_is_asked_unless_one_is_named() -> None:
    with pytest.raises(MissingPartError, match="PRACTICE_LLM_URL"):
        judge_for(JudgeKind.LLM, settings())


def test_a_server_of_the_own_network_is_taken_with_its_model() -> None:
    judge = language_judge(settings(URL="http://127.0.0.1:9/v1", MODEL="small", CONTEXT="32000"))
    assert isinstance(judge, LanguageJudge)
    assert judge.engine.options["model"] == "small"
    assert judge.engine.options["context_tokens"] == "32000"
    assert len(judge.engine.options["prompts"]) == 64


def test_a_server_without_a_model_is_asked_for_one() -> None:
    with pytest.raises(BadInputError, match="PRACTICE_LLM_MODEL"):
        language_judge(settings(URL="http://127.0.0.1:9/v1"))


def test_a_public_address_needs_the_flag() -> None:
    with pytest.raises(BadInputError, match=r"private|network"):
        language_judge(settings(URL="http://8.8.8.8/v1", MODEL="small"))
    assert language_judge(settings(URL="http://8.8.8.8/v1", MODEL="small", ALLOW_PUBLIC="1"))


def test_two_models_at_once_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="one language model"):
        language_judge(settings(URL="http://127.0.0.1:9/v1", MODEL="small", FOLDER=str(tmp_path)))


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises((BadInputError, MissingPartError)):
        language_judge(settings(FOLDER=str(tmp_path)))


@pytest.mark.parametrize(("name", "value"), [("CONTEXT", "many"), ("CONTEXT", "-5"), ("ALLOW_PUBLIC", "perhaps")])
def test_a_setting_that_cannot_be_meant_is_named_without_its_value(name: str, value: str) -> None:
    with pytest.raises(BadInputError, match=f"PRACTICE_LLM_{name}") as refused:
        settings(**{name: value})
    assert value not in str(refused.value)


def test_the_key_is_in_no_text_of_the_settings() -> None:
    assert "hunter2" not in repr(settings(URL="http://127.0.0.1:9/v1", MODEL="m", KEY="hunter2"))
