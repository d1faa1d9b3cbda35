"""The model card's tables and diagrams."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from models.coder.combination import Combination, EvidenceCombination, HeadCombination
from models.coder.labels import EVIDENCE, HEADS, NONE
from models.errors import BadInputError
from pipelines.evaluation.coder.coded import code_all
from pipelines.evaluation.coder.document import INTERVALS, measures_document
from pipelines.evaluation.coder.evaluation import evaluate_coder
from pipelines.labelled.devset import read_session
from pipelines.training.coder.card import fill, main, read_metrics, write_card
from pipelines.training.coder.card_plots import card_plots, plots_of
from pipelines.training.coder.card_tables import card_tables
from pipelines.training.coder.honest import Figures
from pipelines.training.coder.material import DEVSET
from pipelines.training.coder.train import decisions_of, metrics_text
from tests.coder.table_coder import noisy

ROOT = Path(__file__).parents[2]
CARD = ROOT / "models" / "coder" / "MODEL_CARD.md"
METRICS = ROOT / "models" / "coder" / "weights" / "metrics.json"
IMAGES = ROOT / "docs" / "images" / "coder"
SVG = "{http://www.w3.org/2000/svg}"


def combination(off: str) -> Combination:
    """Everything on from .4, but for one code or evidence."""
    heads = {
        head.name: HeadCombination(
            linear=1,
            network=1,
            bias=(0.0,) * len(head.classes),
            choice=(1.0,) * len(head.classes),
            sure={code: 0.4 for code in head.codes if code not in (NONE, off)},
        )
        for head in HEADS
    }
    evidence = {
        name: EvidenceCombination(linear=1, network=1, bias=0, threshold=None if name == off else 0.4)
        for name in EVIDENCE
    }
    return Combination(heads=heads, evidence=evidence, off={off: "It is too often wrong."})


@pytest.fixture(scope="module")
def measured() -> tuple[Figures, ...]:
    sessions = [read_session(DEVSET / f"session-{number:02d}.json") for number in (1, 2, 12)]
    return tuple(
        Figures(data=data, text=text, measures=evaluate_coder(code_all(sessions, noisy(sessions, noise=noise)), text))
        for data in ("annomi", "annomi, low quality", "all sessions")
        for text, noise in (("as written", 1.2), ("bare", 1.8))
    )


@pytest.fixture(scope="module")
def metrics(measured: tuple[Figures, ...]) -> dict[str, Any]:
    whole = {
        "folds": 5,
        "seed": 3,
        "intervals": INTERVALS,
        "precision": 0.6,
        "useful_recall": 0.15,
        "material": {"lines": {"annomi": 6000, "odd": 2}, "conversations": {"annomi": 100}},
        "network": {"encoder": "digest | of it", "settings": {"rounds": 3}},
        "linear": {"rounds": 120},
        "results": [{"data": one.data, **measures_document(one.measures)} for one in measured],
        "decisions": decisions_of(combination("autonomy-")),
    }
    held: dict[str, Any] = json.loads(metrics_text(whole))
    return held


def card_of(*names: str) -> str:
    return "# Card\n\nProse.\n\n" + "".join(f"<!-- figures: {one} -->\nstale\n<!-- end -->\n\nMore.\n" for one in names)


def result(metrics: dict[str, Any], data: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in metrics["results"] if one["data"] == data)
    return found


def row(table: str, start: str) -> list[str]:
    line = next(line for line in table.splitlines() if line.startswith(f"| {start} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_a_task_stands_with_its_interval_and_what_went_before(metrics: dict[str, Any]) -> None:
    """Macro-F1 with interval, kappa and calibration error, then the baselines and people."""
    head = result(metrics, "annomi")["heads"]["question"]
    cells = row(card_tables(metrics)["tasks"], "question none, open, closed")
    rate = head["macro_f1"]
    assert cells[1] == str(head["lines"])
    assert cells[2] == f"{rate['value']:.3f} ({rate['low']:.3f} to {rate['high']:.3f})"
    assert cells[3:5] == [f"{head['kappa']['value']:.3f}", f"{head['ece']['value']:.3f}"]
    assert cells[-3:] == ["0.736", "0.722", "0.767"]


def test_the_loss_without_punctuation_is_bare_less_whole(metrics: dict[str, Any]) -> None:
    """A coder that does worse on bare text shows a negative difference."""
    held = {one["text"]: one["heads"]["behaviour"] for one in metrics["results"] if one["data"] == "annomi"}
    lost = held["bare"]["macro_f1"]["value"] - held["as written"]["macro_f1"]["value"]
    assert lost < 0
    assert row(card_tables(metrics)["bare"], "main therapist behaviour")[3] == f"{lost:+.3f}"


def test_a_flag_that_is_off_is_off_in_its_row_and_has_its_reason(metrics: dict[str, Any]) -> None:
    """The threshold of what is on, "off" for what is not, and why."""
    tables = card_tables(metrics)
    assert row(tables["element flags"], "autonomy -")[-1] == "off"
    assert row(tables["element flags"], "autonomy +")[-1] == "0.40"
    assert row(tables["off"], "autonomy-")[1] == "It is too often wrong."


def test_a_code_that_is_off_is_off_in_its_row(metrics: dict[str, Any]) -> None:
    """A class that is no code of its head has a dash instead."""
    tables = card_tables(metrics | {"decisions": decisions_of(combination("confront"))})
    assert row(tables["acts"], "mi code: confront")[-1] == "off"
    assert row(tables["acts"], "mi code: structuring")[-1] == "0.40"
    assert row(tables["acts"], "mi code: open question")[-1] == "–"


def test_supervision_flags_stand_apart(metrics: dict[str, Any]) -> None:
    """No dimension among the elements, and none of the elements among the dimensions."""
    tables = card_tables(metrics)
    assert "analysis +" in tables["dimension flags"]
    assert "analysis" not in tables["element flags"]
    assert "evocation" not in tables["dimension flags"]


def test_a_label_with_too_few_lines_says_so(metrics: dict[str, Any]) -> None:
    """Under five lines a figure is hardly one."""
    held = result(metrics, "all sessions")["flags"]["evidence"]
    table = card_tables(metrics)["element flags"]
    for name, one in held.items():
        if not name.startswith("sup_"):
            support = row(table, f"{name[:-1].replace('_', ' ')} {name[-1]}")[1]
            assert support.endswith("(too few)") == (one["support"] < 5)


def test_each_part_of_annomi_has_its_row(metrics: dict[str, Any]) -> None:
    """Quality and length come from the metrics' own names."""
    cells = row(card_tables(metrics)["parts"], "low quality")
    assert cells[1] == "3"


def test_what_was_not_measured_says_so(metrics: dict[str, Any]) -> None:
    """Without results every table of figures is the sentence, and nothing fails."""
    tables = card_tables(metrics | {"results": []})
    assert {tables[name] for name in ("tasks", "classes", "bare", "parts", "flag means", "talk")} == {"Not measured."}


def test_a_cell_cannot_break_the_table(metrics: dict[str, Any]) -> None:
    """A bar in a setting's value does not open another column."""
    assert row(card_tables(metrics)["run"], "network: encoder") == ["network: encoder", "digest / of it"]


def test_filling_leaves_the_prose_alone_and_can_be_repeated(metrics: dict[str, Any]) -> None:
    """Everything outside the marks stays, and a filled card filled again is the same."""
    names = tuple(card_tables(metrics))
    once = fill(card_of(*names), metrics)
    assert once.startswith("# Card\n\nProse.\n\n<!-- figures: ")
    assert once.count("More.\n") == len(names)
    assert "stale" not in once
    assert fill(once, metrics) == once


def test_a_card_without_a_tables_place_is_refused(metrics: dict[str, Any]) -> None:
    """Nothing that was measured is left out of the card by accident, and the missing one is named."""
    names = [name for name in card_tables(metrics) if name != "off"]
    with pytest.raises(BadInputError, match="off"):
        fill(card_of(*names), metrics)


def test_metrics_that_are_not_whole_are_refused(metrics: dict[str, Any]) -> None:
    """One sentence instead of a traceback."""
    broken = copy.deepcopy(metrics)
    del broken["material"]
    with pytest.raises(BadInputError, match="not whole"):
        fill(card_of(*card_tables(metrics)), broken)


@pytest.mark.parametrize("text", ["no json", "[]", '{"results": 3}'])
def test_a_file_that_holds_no_metrics_is_refused(text: str, tmp_path: Path) -> None:
    """The sentence names the file."""
    (tmp_path / "metrics.json").write_text(text, "utf-8")
    with pytest.raises(BadInputError, match=r"metrics\.json"):
        read_metrics(tmp_path / "metrics.json")


def test_writing_fills_the_card_and_lays_down_the_plots(metrics: dict[str, Any], tmp_path: Path) -> None:
    """A card that is refused leaves no plot behind either."""
    card, images = tmp_path / "CARD.md", tmp_path / "images"
    card.write_text(card_of("tasks"), "utf-8")
    with pytest.raises(BadInputError):
        write_card(metrics, {"a.svg": "<svg/>"}, card, images)
    assert not images.exists()
    card.write_text(card_of(*card_tables(metrics)), "utf-8")
    write_card(metrics, {"a.svg": "<svg/>"}, card, images)
    assert (images / "a.svg").read_text("utf-8") == "<svg/>"
    assert "stale" not in card.read_text("utf-8")


def test_the_command_fills_a_card_from_a_file(
    metrics: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Card and diagrams, without training."""
    held, card = tmp_path / "metrics.json", tmp_path / "CARD.md"
    held.write_text(metrics_text(metrics), "utf-8")
    card.write_text(card_of(*card_tables(metrics)), "utf-8")
    monkeypatch.setattr("sys.argv", ["card", str(held), str(card), str(tmp_path / "images")])
    main()
    assert card.read_text("utf-8") == fill(card_of(*card_tables(metrics)), metrics)
    assert {path.name for path in (tmp_path / "images").iterdir()} == {"heads.svg", "evidence.svg"}


def test_the_command_refuses_with_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit status 2 and the file's name, and the card as it was."""
    card = tmp_path / "CARD.md"
    card.write_text("as it was", "utf-8")
    monkeypatch.setattr("sys.argv", ["card", str(card), str(card)])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    assert "CARD.md is not JSON" in capsys.readouterr().err
    assert card.read_text("utf-8") == "as it was"


def test_plots_from_memory_and_from_the_file_are_the_same(
    measured: tuple[Figures, ...], metrics: dict[str, Any]
) -> None:
    """What training draws can be drawn again without training."""
    assert card_plots(measured) == plots_of(metrics)


def test_every_head_and_every_evidence_with_support_has_its_panel(metrics: dict[str, Any]) -> None:
    """Panels do not lie over each other, ids are not repeated, and every head has one."""
    plots = plots_of(metrics)
    heads, evidence = (ElementTree.fromstring(plots[name]) for name in ("heads.svg", "evidence.svg"))
    enough = [one for one in result(metrics, "all sessions")["flags"]["evidence"].values() if one["support"] >= 5]
    for drawing, count in ((heads, sum("macro_f1" in h for h in _heads(metrics))), (evidence, len(enough))):
        panels = drawing.findall(f"{SVG}svg")
        assert len(panels) == count > 1
        assert len({(panel.get("x"), panel.get("y")) for panel in panels}) == count
        ids = [one.get("id") for one in drawing.iter() if one.get("id")]
        assert len(ids) == len(set(ids))
        assert len(list(drawing.iter(f"{SVG}style"))) == 1


def _heads(metrics: dict[str, Any]) -> list[dict[str, Any]]:
    annomi, sessions = result(metrics, "annomi")["heads"], result(metrics, "all sessions")["heads"]
    return [sessions[head.name] if head.name == "mi_code" else annomi[head.name] for head in HEADS]


def test_the_cards_tables_have_their_places(metrics: dict[str, Any]) -> None:
    """The card in the repository can be filled."""
    fill(CARD.read_text("utf-8"), metrics)


def test_the_card_states_what_the_shipped_metrics_give() -> None:
    """No figure in the card's tables or diagrams was typed by hand or left from an earlier training."""
    if not METRICS.is_file():
        pytest.skip("models/coder/weights/metrics.json is not there: the coder has not been trained here yet")
    metrics = read_metrics(METRICS)
    card = CARD.read_text("utf-8")
    assert fill(card, metrics) == card
    assert {path.name: path.read_text("utf-8") for path in IMAGES.glob("*.svg")} == plots_of(metrics)
