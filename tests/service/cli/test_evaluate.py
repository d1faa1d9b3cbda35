"""The command ``practice evaluate speech``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.errors import BadInputError
from pipelines.demo.make_demo import HERE, REFERENCE
from service.cli.evaluate import evaluate_app, match_up

RUN = CliRunner()


def paths(*names: str) -> list[Path]:
    return [Path(name) for name in names]


def test_json_holds_the_pooled_counts() -> None:
    done = RUN.invoke(
        evaluate_app, ["speech", "--reference", str(REFERENCE), "--hypothesis", str(HERE / "demo.stm"), "--json"]
    )
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["pooled"]["measures"]["cpwer"]["length"] > 500


def test_the_table_names_every_measure_and_says_what_was_not_judged() -> None:
    done = RUN.invoke(
        evaluate_app,
        ["speech", "--reference", str(HERE / "demo.rttm"), "--hypothesis", str(REFERENCE)],
        env={"COLUMNS": "120"},
    )
    assert done.exit_code == 0, done.output
    assert "Diarization errors (DER, no collar)" in done.stdout
    assert "0.0%" in done.stdout
    assert "holds no text" in done.stdout


def test_quiet_leaves_out_the_rows_of_single_recordings() -> None:
    arguments = ["speech", "--reference", str(HERE / "demo.rttm"), *["--hypothesis", str(REFERENCE)] * 2]
    assert "By recording" in RUN.invoke(evaluate_app, arguments).stdout
    assert "By recording" not in RUN.invoke(evaluate_app, [*arguments, "--quiet"]).stdout


def test_a_bad_file_raises_an_error_that_names_it(tmp_path: Path) -> None:
    done = RUN.invoke(evaluate_app, ["speech", "--reference", str(tmp_path / "no.stm"), "--hypothesis", str(REFERENCE)])
    assert isinstance(done.exception, BadInputError)
    assert "no.stm" in str(done.exception)


def test_one_result_takes_all_references() -> None:
    assert match_up(paths("a.stm", "a.rttm"), paths("x")) == [((Path("a.stm"), Path("a.rttm")), Path("x"))]


def test_several_results_take_their_references_in_order() -> None:
    matched = match_up(paths("a.stm", "a.rttm", "b.stm", "b.rttm"), paths("x", "y"))
    assert matched == [((Path("a.stm"), Path("a.rttm")), Path("x")), ((Path("b.stm"), Path("b.rttm")), Path("y"))]


def test_one_reference_serves_all_results() -> None:
    assert match_up(paths("all.rttm"), paths("x", "y")) == [((Path("all.rttm"),), Path(x)) for x in ("x", "y")]


@pytest.mark.parametrize("references", [3, 5])
def test_references_that_do_not_fit_are_refused(references: int) -> None:
    with pytest.raises(BadInputError, match=f"{references} references do not fit 2 results"):
        match_up(paths(*"abcdef"[:references]), paths("x", "y"))
