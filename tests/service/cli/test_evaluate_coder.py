"""The command ``practice evaluate coder``."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from models.coder.labels import HEADS
from models.errors import BadInputError
from models.records.coding import Conversation, Line, Setting
from models.records.speech import Role
from pipelines.evaluation.coder.coded import code_all
from pipelines.evaluation.coder.evaluation import evaluate_coder
from pipelines.labelled.records import Gold, Label, Labelled
from service.cli.evaluate import evaluate_app
from tests.coder.table_coder import Answer, TableCoder, noisy

RUN = CliRunner()
ROOT = Path(__file__).resolve().parents[3]
COLUMNS = ("transcript_id", "utterance_id", "interlocutor", "utterance_text", "main_therapist_behaviour")
CSV_ROWS = (
    ("1", "0", "therapist", "Is it, Sam?", "question"),
    ("1", "1", "client", "Yes.", "n/a"),
    ("2", "0", "therapist", "You tried.", "reflection"),
    ("2", "1", "therapist", "Right.", "other"),
)
SESSION = {
    "session_id": "s1",
    "context": {"change_goal": "g"},
    "turns": [
        {"role": "practitioner", "text": "Before\u001b[2J", "labels": []},
        {"role": "parent_or_carer", "text": "It is secret-word", "client_code": "change"},
        {
            "role": "practitioner",
            "text": "[bold]You tried.",
            "mi_code": "simple_reflection",
            "labels": [{"element": "empathy", "direction": "+", "indicator": "EM+1"}],
        },
    ],
}


def behaviour(name: str, chance: float) -> Answer:
    others = [one for one in ("question", "reflection", "input", "other") if one != name]
    return Answer(heads={"behaviour": {name: chance} | dict.fromkeys(others, (1 - chance) / 3)})


CODER = TableCoder(
    {
        "Is it, Sam?": behaviour("question", 0.9),
        "is it sam": behaviour("other", 0.7),
        "You tried.": behaviour("reflection", 0.8),
        "you tried": behaviour("reflection", 0.8),
        "Right.": behaviour("input", 0.7),
        "right": behaviour("other", 0.7),
        "[bold]You tried.": Answer(
            heads=behaviour("question", 0.95).heads | {"question": {"none": 0.9, "open": 0.1}},
            evidence={"empathy+": 0.8},
            indicators={"empathy+": "EM+2"},
        ),
        "It is secret-word": Answer(heads={"talk": {"change": 0.8, "neutral": 0.2}}),
    }
)


@pytest.fixture(autouse=True)
def _fake_coder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.engines.embedded_coder", lambda weights: CODER)


@pytest.fixture
def talks(tmp_path: Path) -> Path:
    path = tmp_path / "talks.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows([COLUMNS, *CSV_ROWS])
    return path


@pytest.fixture
def session(tmp_path: Path) -> Path:
    path = tmp_path / "devset" / "one.json"
    path.parent.mkdir()
    path.write_text(json.dumps(SESSION), "utf-8")
    return path


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    path = tmp_path / "pairs.jsonl"
    pair = {"id": "p1", "kind": "warm_words", "evidence": "empathy+", "yes": "[bold]You tried.", "no": "Right."}
    path.write_text(json.dumps(pair), "utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    done = RUN.invoke(evaluate_app, ["coder", *map(str, arguments)], env={"COLUMNS": "80"})
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_csv_is_measured_and_printed_as_json(talks: Path) -> None:
    found = json.loads(run("--data", talks, "--json").stdout)
    assert found["schema_version"] == 1
    assert found["engine"] == {"name": "table-coder", "version": "1", "weights": []}
    (result,) = found["results"]
    assert (result["shape"], result["data"], result["text"]) == ("annomi", ["talks.csv"], "as given")
    assert (result["conversations"], result["groups"], result["lines"]) == (2, 2, 4)
    behaviours = result["heads"]["behaviour"]
    assert behaviours["accuracy"]["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert behaviours["classes"]["question"]["f1"]["value"] == 1
    assert result["heads"]["talk"] == {"lines": 0, "not_coded": 0, "reason": "The data hold no such label."}


def test_a_folder_a_session_and_both_shapes_are_measured(talks: Path, session: Path) -> None:
    for data in (session, session.parent):
        (result,) = json.loads(run("--data", data, "--json").stdout)["results"]
        assert result["shape"] == "devset"
        assert result["heads"]["talk"]["accuracy"]["value"] == 1
        assert result["flags"]["evidence"]["empathy+"]["right"] == 1
        assert result["flags"]["evidence"]["empathy+"]["indicators"] == {"part": 0, "whole": 1}
        assert result["mi_codes"]["codes"]["simple_reflection"]["missed"] == 1
    both = json.loads(run("--data", talks, "--data", session, "--json").stdout)["results"]
    assert [one["shape"] for one in both] == ["annomi", "devset"]


def test_two_files_of_one_shape_are_judged_together(talks: Path) -> None:
    (result,) = json.loads(run("--data", talks, "--data", talks, "--json").stdout)["results"]
    assert (result["data"], result["lines"], result["groups"]) == (["talks.csv", "talks.csv"], 8, 2)


def test_degraded_text_is_coded_and_both_rows_are_given(talks: Path) -> None:
    plain, degraded = json.loads(run("--data", talks, "--degrade", "both", "--json").stdout)["results"]
    assert (plain["text"], degraded["text"]) == ("as given", "both")
    assert plain["heads"]["behaviour"]["classes"]["question"]["recall"]["value"] == 1
    assert degraded["heads"]["behaviour"]["classes"]["question"]["recall"]["value"] == 0
    assert degraded["heads"]["behaviour"]["classes"]["other"]["recall"]["value"] == 1
    printed = run("--data", talks, "--degrade", "both").stdout
    assert "behaviour" in printed
    assert "both" in printed


def test_tables_fit_into_80_columns(talks: Path, session: Path, pairs: Path) -> None:
    printed = run("--data", talks, "--data", session, "--contrasts", pairs).stdout
    assert max(len(line) for line in printed.splitlines()) <= 80
    for word in ("Macro-F1", "reflection", "empathy +", "simple reflection", "warm words"):
        assert word in printed


def test_quiet_prints_the_main_figures_only(talks: Path) -> None:
    printed = run("--data", talks, "--quiet").stdout
    assert "Macro-F1" in printed
    assert "Precision" not in printed


def test_speech_is_printed_only_where_mistakes_are_asked_for(session: Path) -> None:
    assert "secret-word" not in run("--data", session).output
    assert "secret-word" not in run("--data", session, "--json").output
    printed = run("--data", session, "--errors", "5").stdout
    assert "parent or carer: It is secret-word" in printed
    assert "> practitioner: [bold]You tried." in printed
    assert "behaviour: question (0.95), labelled reflection" in printed
    assert "Before [2J" in printed


def test_mistakes_as_json_are_refused(session: Path) -> None:
    with pytest.raises(BadInputError, match="printed as text only"):
        run("--data", session, "--errors", "5", "--json")


def test_pairs_are_measured_with_or_without_data(talks: Path, pairs: Path) -> None:
    alone = json.loads(run("--contrasts", pairs, "--json").stdout)
    assert alone["results"] == []
    assert alone["contrasts"]["kinds"]["warm_words"]["separated"] == {"part": 1, "whole": 1, "rate": 1.0}
    assert alone["contrasts"]["outcomes"][0]["yes"] == 0.8
    assert json.loads(run("--data", talks, "--json").stdout)["contrasts"] is None
    assert "warm words" in run("--contrasts", pairs).stdout


def test_out_receives_the_json_and_a_diagram_for_each_head(talks: Path, tmp_path: Path) -> None:
    folder = tmp_path / "new" / "out"
    printed = run("--data", talks, "--degrade", "lower", "--out", folder, "--json").stdout
    assert (folder / "coder-evaluation.json").read_text("utf-8") == printed
    drawn = sorted(path.name for path in folder.glob("*.svg"))
    assert drawn == ["reliability-annomi-as-given-behaviour.svg"]
    assert ElementTree.parse(folder / drawn[0]).getroot().tag.endswith("svg")


def test_an_out_that_is_a_file_is_refused(talks: Path) -> None:
    with pytest.raises(BadInputError, match=r"Nothing can be written to the folder talks\.csv"):
        run("--data", talks, "--out", talks)


def test_nothing_to_measure_on_is_refused() -> None:
    with pytest.raises(BadInputError, match="Give --data, --contrasts or both"):
        run("--json")


@pytest.mark.parametrize("name", ["talks.txt", "absent.csv", "absent"])
def test_data_of_no_known_kind_is_refused_by_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "talks.txt").write_text("said", "utf-8")
    with pytest.raises(BadInputError, match=name):
        run("--data", tmp_path / name)


def test_a_malformed_row_is_refused_by_file_line_and_reason(talks: Path) -> None:
    talks.write_text(talks.read_text("utf-8") + "3,0,someone,x,n/a\n", "utf-8")
    with pytest.raises(BadInputError, match=r"talks\.csv, line 6: interlocutor"):
        run("--data", talks)


def test_what_the_coder_leaves_out_is_said_once_with_the_reason(talks: Path) -> None:
    (result,) = json.loads(run("--data", talks, "--json").stdout)["results"]
    assert result["off"] == [{"name": "sup_analysis-", "reason": "Nobody has measured it."}]
    assert run("--data", talks).stdout.count("Off, sup_analysis-: Nobody has measured it.") == 1


def test_weights_are_handed_to_the_coder(talks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Path | None] = []
    monkeypatch.setattr("service.engines.embedded_coder", lambda weights: asked.append(weights) or CODER)
    run("--data", talks, "--weights", "trained", "--quiet")
    run("--data", talks, "--quiet")
    assert asked == [Path("trained"), None]


def test_no_learning_library_is_loaded() -> None:
    code = "import sys, service.cli.evaluate_coder as c; print({'torch', 'sklearn', 'pandas'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def many(lines: int, groups: int) -> Sequence[Labelled]:
    draw = np.random.default_rng(1)
    made = []
    for group in range(groups):
        said = [(f"{group} {at}", at % 2 == 0) for at in range(lines // groups)]
        gold = [
            Gold(
                heads={
                    head.name: {head.classes[draw.integers(len(head.classes))]: 1.0}
                    for head in HEADS
                    if head.of_scored_role == worker
                },
                mi_codes=("affirm",) if worker else (),
                labels=(Label(element="empathy", direction="+", indicator="EM+1"),) if worker and at % 6 == 0 else (),
            )
            for at, (_, worker) in enumerate(said)
        ]
        spoken = tuple(
            Line(id=text, turn=1, speaker="A", role=Role.PRACTITIONER if worker else Role.PARENT_OR_CARER, text=text)
            for text, worker in said
        )
        talk = Conversation(setting=Setting.DIRECT_PRACTICE, change_goal="g", lines=spoken)
        made.append(Labelled(name=str(group), group=str(group), source="made", conversation=talk, gold=tuple(gold)))
    return made


def test_5000_lines_are_measured_within_five_seconds() -> None:
    """Counts are added by group before they are drawn, so that 2,000 draws cost little."""
    labelled = many(5000, 100)
    coded = code_all(labelled, noisy(labelled, noise=1.5))
    started = time.process_time()
    found = evaluate_coder(coded)
    assert time.process_time() - started < 5
    assert found.lines == 5000
    assert found.heads["behaviour"].rates["macro_f1"].low is not None
