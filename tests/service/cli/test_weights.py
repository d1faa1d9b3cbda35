"""`practice models` and `practice doctor` as a person or a script meets them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from models import weights
from models.adapters.hub_transfer import GatedError
from models.errors import WeightsError
from models.weights import Entry, Kind, WeightFile
from service.cli import doctor as doctor_command
from service.cli.weights import models_app
from service.doctor import Condition, Finding
from tests.models.adapters.checkpoints import Tensor, archive, harmful, network, write
from tests.models.adapters.local_hub import COMMIT, GOOD_TOKEN, Hub, running

PICKLE = "embedding/pytorch_model.bin"
CONFIG = b"pipeline: {}\n"


def run(*arguments: str, catch: bool = False) -> Result:
    return CliRunner().invoke(models_app, [str(argument) for argument in arguments], catch_exceptions=catch)


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub with a gated pipeline: one pickle, and one plain file without a known digest."""
    import numpy as np

    source = write(tmp_path / "made.bin", network(weight=Tensor(np.ones(3, dtype="<f4"))), monkeypatch)
    with running(Hub(files={PICKLE: source.read_bytes(), "config.yaml": CONFIG}, large={PICKLE}, gated=True)) as served:
        known(served, monkeypatch)
        monkeypatch.setenv("HF_TOKEN", GOOD_TOKEN)
        yield served


def known(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the hub's pipeline into the registry in place of the real ones."""
    pickled = hub.files[PICKLE]
    files = (
        WeightFile(path=PICKLE, size=len(pickled), sha256=hashlib.sha256(pickled).hexdigest(), convert=True),
        WeightFile(path="config.yaml", size=len(CONFIG)),
    )
    entry = Entry(
        name="pipe", engine="pyannote", kind=Kind.HUB, repo="some/pipe", revision=COMMIT, licence="CC-BY-4.0",
        files=files, gated=True,
    )  # fmt: skip
    entries = {"pipe": entry, "silero-vad-v6": weights.entry("silero-vad-v6")}
    monkeypatch.setattr(weights, "registry", lambda: entries)


def test_a_pull_fetches_checks_and_converts_and_says_so(hub: Hub, tmp_path: Path) -> None:
    done = run("pull", "pipe", "--folder", tmp_path / "models", "--endpoint", hub.endpoint)
    assert done.exit_code == 0
    said = " ".join(done.stderr.split())
    assert "licence CC-BY-4.0" in said
    assert "Trusted on first pull, as no digest is known beforehand: config.yaml" in said
    assert f"Converted from pickles, which were deleted: {PICKLE}" in said
    assert "asks for attribution: name some/pipe" in said
    assert done.stdout == ""
    assert sorted(path.name for path in (tmp_path / "models/pipe").rglob("*") if path.is_file()) == [
        "config.yaml", "model.safetensors", "network.json",
    ]  # fmt: skip
    assert run("verify", "--folder", tmp_path / "models").exit_code == 0


def test_a_second_pull_after_the_conversion_asks_the_hub_for_nothing(hub: Hub, tmp_path: Path) -> None:
    run("pull", "pipe", "--folder", tmp_path / "models", "--endpoint", hub.endpoint)
    hub.requests.clear()
    done = run("pull", "pipe", "--folder", tmp_path / "models", "--endpoint", hub.endpoint, "--json", "--quiet")
    assert hub.requests == []
    assert json.loads(done.stdout)[0]["kept"] == [PICKLE, "config.yaml"]
    assert done.stderr == ""


def test_a_pull_prints_its_result_as_json(hub: Hub, tmp_path: Path) -> None:
    done = run("pull", "pipe", "--folder", tmp_path / "models", "--endpoint", hub.endpoint, "--json")
    (result,) = json.loads(done.stdout)
    assert result["converted"] == [PICKLE]
    assert result["trusted_on_first_pull"] == ["config.yaml"]


def test_a_harmful_pickle_that_was_pinned_by_mistake_is_still_not_run(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marker = tmp_path / "marker"
    hub.files[PICKLE] = archive(tmp_path / "bad.bin", harmful(marker)["a call"]).read_bytes()
    known(hub, monkeypatch)
    with pytest.raises(WeightsError, match="must not be used"):
        run("pull", "pipe", "--folder", tmp_path / "models", "--endpoint", hub.endpoint)
    assert not marker.exists()


def test_without_a_token_a_gated_pull_says_where_to_go(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HF_TOKEN")
    with pytest.raises(GatedError, match="Accept its conditions at"):
        run("pull", "pipe", "--folder", tmp_path / "models", "--endpoint", hub.endpoint)


def test_verify_names_every_file_that_is_not_right(hub: Hub, tmp_path: Path) -> None:
    run("pull", "pipe", "--folder", tmp_path / "models", "--endpoint", hub.endpoint)
    (tmp_path / "models/pipe/config.yaml").write_bytes(b"changed\n")
    with pytest.raises(WeightsError, match=r"pipe/config\.yaml \(wrong\)") as caught:
        run("verify", "pipe", "--folder", tmp_path / "models")
    assert caught.value.exit_code == 3


def test_verify_looks_at_what_packages_carry_even_without_a_models_folder(tmp_path: Path) -> None:
    rows = json.loads(run("verify", "--folder", tmp_path / "none", "--json").stdout)
    assert {row["name"] for row in rows} == {"moonshine-tiny-en", "silero-vad-v6"}
    assert {row["state"] for row in rows} == {"ok"}


def test_the_list_shows_every_entry_and_opens_no_connection(tmp_path: Path) -> None:
    rows = json.loads(run("list", "--folder", tmp_path, "--json").stdout)
    assert [row["name"] for row in rows] == list(weights.registry())
    states = {row["name"]: row["state"] for row in rows}
    assert states["small.en"] == "not here"
    assert states["silero-vad-v6"] == "carried by faster-whisper==1.2.1"
    assert "large-v3-turbo" in run("list", "--folder", tmp_path).stdout
    assert run("list", "--folder", tmp_path, "--quiet").stdout == ""


def test_the_list_fits_in_80_columns_with_its_notes_in_whole_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = run("list", "--folder", tmp_path).stdout.splitlines()[:-1]
    assert max(map(len, lines)) <= 80
    assert "    The embedded transcriber. English only." in [line.rstrip() for line in lines]


def test_the_models_folder_comes_from_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PRACTICE_MODELS", str(tmp_path / "elsewhere"))
    assert str(tmp_path / "elsewhere") in run("list").stdout.replace("\n", "")


def test_a_pull_without_a_name_or_with_an_unknown_one_says_which_there_are() -> None:
    with pytest.raises(WeightsError, match="practice models list"):
        run("pull")
    with pytest.raises(WeightsError, match="There are:"):
        run("pull", "nothing")


def doctor(monkeypatch: pytest.MonkeyPatch, *arguments: str, problem: bool) -> Result:
    state = Condition.PROBLEM if problem else Condition.MISSING
    findings = (
        Finding(name="Good part", state=Condition.OK, detail="here"),
        Finding(name="Other part", state=state, detail="not here", advice="Do that."),
    )
    monkeypatch.setattr(doctor_command, "examine", lambda folder: findings)
    app = typer.Typer()
    app.command()(doctor_command.doctor)
    return CliRunner().invoke(app, list(arguments), catch_exceptions=False)


def test_the_doctor_succeeds_while_only_optional_parts_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    done = doctor(monkeypatch, problem=False)
    assert done.exit_code == 0
    assert "Do that." in done.stdout


def test_the_doctor_fails_on_a_problem_and_is_quiet_about_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    done = doctor(monkeypatch, "--quiet", problem=True)
    assert done.exit_code == 3
    assert "Other part" in done.stdout
    assert "Good part" not in done.stdout
    assert doctor(monkeypatch, "--quiet", problem=False).stdout == ""


def test_the_doctor_speaks_json(monkeypatch: pytest.MonkeyPatch) -> None:
    done = doctor(monkeypatch, "--json", problem=True)
    assert [finding["state"] for finding in json.loads(done.stdout)] == ["ok", "problem"]
    assert done.exit_code == 3
