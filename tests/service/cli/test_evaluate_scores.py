"""The command ``practice evaluate scores``."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

from models.adapters.fakes import FakeCoder
from models.errors import BadInputError, MissingPartError
from models.ports import Progress, no_progress
from models.records.provenance import Engine
from models.records.rubric import Rubric
from models.records.scoring import NoScore, Observed, Suggestion, Verdict
from service.cli.evaluate import evaluate_app

RUN = CliRunner()
ROOT = Path(__file__).resolve().parents[3]
RUBRICS = ROOT / "rubric_prompts"
WORDS = "we talked about how the week had been and what came next for all of them"


@pytest.fixture(autouse=True)
def _fake_coder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.engines.embedded_coder", lambda weights: FakeCoder("secret"))


def session(**fields: Any) -> dict[str, Any]:
    turns: list[dict[str, Any]] = []
    for number in range(1, 121):
        if number % 2:
            flags = [{"element": "empathy", "direction": "+", "indicator": "EM+1"}] if number < 12 else []
            turns.append({"role": "practitioner", "text": f"secret {WORDS}", "labels": flags})
        else:
            turns.append({"role": "parent_or_carer", "text": WORDS})
    return {"session_id": "s", "turns": turns, **fields}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two scored sessions and one that nobody scored."""
    scores = {"empathy": {"score": 5, "evidence_turns": [1, 3]}, "evocation": {"score": "not_applicable"}}
    place = tmp_path / "sessions"
    place.mkdir()
    for name, held in (("a", scores), ("b", scores), ("c", None)):
        document = session() if held is None else session(scores=held)
        (place / f"{name}.json").write_text(json.dumps(document), "utf-8")
    return place


def run(*arguments: str | Path) -> Result:
    done = RUN.invoke(evaluate_app, ["scores", *map(str, arguments)], env={"COLUMNS": "80"})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_flags_and_text_are_both_measured_by_default(folder: Path) -> None:
    found = json.loads(run(folder, "--json").stdout)
    assert [one["from"] for one in found["results"]] == ["flags", "text"]
    assert found["judge"]["name"] == "transparent-judge"
    assert found["coder"]["name"] == "fake-coder"
    assert found["left_out"] == {"without_scores": 1, "other_setting": 0}
    flags, text = (one["elements"]["empathy"] for one in found["results"])
    assert (flags["n"], text["n"]) == (2, 2)
    assert flags["turns"] == {"right": 4, "wrong": 8, "missed": 0}
    assert flags["rates"]["within_1"]["value"] == 1
    assert found["results"][0]["elements"]["evocation"]["gold_none_same_reason"] == {"part": 2, "whole": 2}


def test_from_flags_needs_no_coder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.engines.embedded_coder", lambda weights: pytest.fail("the coder was asked for"))
    found = json.loads(run(folder, "--from", "flags", "--json").stdout)
    assert [one["from"] for one in found["results"]] == ["flags"]
    assert found["coder"] is None


def test_from_text_uses_the_weights_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path | None] = []
    monkeypatch.setattr("service.engines.embedded_coder", lambda weights: asked.append(weights) or FakeCoder())
    run(folder, "--from", "text", "--weights", "trained", "--quiet")
    assert asked == [Path("trained")]


def test_the_table_fits_80_columns_and_says_what_was_left_out(folder: Path) -> None:
    printed = run(folder).stdout
    assert max(len(line) for line in printed.splitlines()) <= 80
    for words in ("Judged from people's flags", "Judged from the text", "Weighted kappa", "empathy"):
        assert words in printed
    assert "1 session that nobody scored left out." in printed


def test_quiet_prints_the_pooled_figures_only(folder: Path) -> None:
    printed = run(folder, "--quiet").stdout
    assert "Weighted kappa" in printed
    assert "By element" not in printed


def test_speech_is_never_printed(folder: Path) -> None:
    assert "secret" not in run(folder).output
    assert "secret" not in run(folder, "--json").output


def test_a_rubric_of_ones_own_is_used(folder: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    mine.write_bytes((RUBRICS / "msw.v1.yaml").read_bytes())
    assert json.loads(run(folder, "--rubric", mine, "--from", "flags", "--json").stdout)["rubric"] == "msw"


def test_sessions_of_another_setting_than_the_rubrics_are_left_out_and_counted(folder: Path) -> None:
    other = session(setting="supervision", scores={"sup_purpose": {"score": 3}})
    (folder / "d.json").write_text(json.dumps(other | {"turns": [{"role": "supervisor", "text": "So."}]}), "utf-8")
    rubric = RUBRICS / "supervision.v1.yaml"
    found = json.loads(run(folder, "--rubric", rubric, "--from", "flags", "--json").stdout)
    assert found["left_out"] == {"without_scores": 1, "other_setting": 2}


def test_a_rubric_for_none_of_the_sessions_is_refused(folder: Path) -> None:
    with pytest.raises(BadInputError, match="supervision, which this rubric is for"):
        run(folder, "--rubric", RUBRICS / "supervision.v1.yaml")


def test_a_malformed_file_is_named_with_its_place(folder: Path) -> None:
    (folder / "bad.json").write_text(json.dumps(session(scores={"empathy": {"score": 9}})), "utf-8")
    with pytest.raises(BadInputError, match=r"bad\.json, scores of empathy"):
        run(folder)


def test_a_language_model_that_is_not_set_up_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PRACTICE_LLM_URL", "PRACTICE_LLM_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(MissingPartError, match="No language model is set up"):
        run(folder, "--judge", "llm")


def test_a_language_model_that_is_set_up_judges(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Silent:
        engine = Engine(name="silent-model", version="1")

        def judge(self, observed: Observed, rubric: Rubric, progress: Progress = no_progress) -> Verdict:
            return Verdict(
                suggestions=tuple(
                    Suggestion(element=one.id, score=None, reason=NoScore.NO_ANSWER) for one in rubric.elements
                )
            )

    monkeypatch.setattr("service.judges.language_judge", lambda settings: Silent())
    found = json.loads(run(folder, "--judge", "llm", "--from", "flags", "--json").stdout)
    assert found["judge"]["name"] == "silent-model"
    assert found["results"][0]["elements"]["empathy"]["without"] == {"part": 2, "whole": 2}
    assert found["results"][0]["elements"]["evocation"]["gold_none_same_reason"] == {"part": 0, "whole": 2}


def fields(document: Any) -> set[str]:
    """The names of fields at every depth; names of elements and of pooled groups are data."""
    if isinstance(document, list):
        return {name for one in document for name in fields(one)}
    if not isinstance(document, dict):
        return set()
    data = {"empathy", "evocation", "all"}
    return (document.keys() - data) | {name for one in document.values() for name in fields(one)}


def test_every_field_of_the_json_is_explained(folder: Path) -> None:
    text = (ROOT / "docs" / "evaluation-scores.md").read_text("utf-8")
    explained = {word.split(".")[-1] for word in re.findall(r"`([\w.\[\]]+)`", text)}
    found = fields(json.loads(run(folder, "--json").stdout))
    assert "weighted_kappa" in found
    assert found - explained == set()


def test_the_command_is_there_and_loads_no_model_library() -> None:
    code = "import sys, service.cli.evaluate_scores; print({'torch', 'onnxruntime', 'sklearn'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
