"""``practice train coder`` from end to end, with a tiny encoder of random numbers and made conversations."""

from __future__ import annotations

import csv
import json
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from models.errors import BadInputError
from pipelines.labelled.devset import read_devset
from pipelines.training.judge.unseen import read_unseen
from service.cli.main import app
from tests.coder import made_package
from tests.pipelines.training.coder.small_material import labelled

torch = pytest.importorskip("torch")
pytest.importorskip("onnx")
if find_spec("transformers") is None:
    pytest.skip("needs transformers", allow_module_level=True)
pytestmark = pytest.mark.torch

COLUMNS = [
    "transcript_id", "video_title", "topic", "utterance_id", "interlocutor", "utterance_text", "annotator_id",
    "therapist_input_exists", "reflection_exists", "reflection_subtype", "question_exists", "question_subtype",
    "therapist_input_subtype", "main_therapist_behaviour", "client_talk_type",
]  # fmt: skip


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("encoder")
    from models.adapters.torch_coder_network import offline_transformers

    transformers = offline_transformers()
    config = transformers.BertConfig(
        vocab_size=len(made_package.PIECES), hidden_size=24, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=48, max_position_embeddings=128,
    )  # fmt: skip
    transformers.BertModel(config).save_pretrained(folder, safe_serialization=True)
    (folder / "tokenizer.json").write_text(made_package.tokenizer(), "utf-8")
    return folder


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("data")
    with (folder / "annomi.csv").open("w", newline="") as handle:
        rows = csv.DictWriter(handle, COLUMNS, restval="n/a")
        rows.writeheader()
        for number in range(6):
            for row in _rows(number):
                rows.writerow(row)
    (folder / "devset").mkdir()
    for number in range(4):
        _session(folder / "devset" / f"s{number}.json", number)
    return folder


def _rows(number: int) -> list[dict[str, str]]:
    one = labelled(f"t{number}", seed=number)
    found = []
    for line, gold in zip(one.conversation.lines, one.gold, strict=True):
        row = {"transcript_id": one.name, "video_title": one.name, "topic": "stop", "utterance_id": line.id}
        row |= {"utterance_text": line.text, "annotator_id": "1"}
        if talk := gold.choice("talk"):
            found.append(row | {"interlocutor": "client", "client_talk_type": talk})
            continue
        question, reflection = gold.choice("question"), gold.choice("reflection")
        row |= {"interlocutor": "therapist", "main_therapist_behaviour": str(gold.choice("behaviour"))}
        row |= {"therapist_input_exists": "False", "question_exists": str(question != "none")}
        row |= {"reflection_exists": str(reflection != "none")}
        row |= {"question_subtype": str(question).replace("none", "n/a")}
        row |= {"reflection_subtype": str(reflection).replace("none", "n/a")}
        found.append(row)
    return found


def _session(path: Path, number: int) -> None:
    one = labelled(path.stem, "devset", seed=50 + number)
    turns = []
    for line, gold in zip(one.conversation.lines, one.gold, strict=True):
        turn = {"turn": line.turn, "speaker": line.speaker, "role": line.role.value, "text": line.text}
        if gold.labels is None:
            turns.append(turn | {"client_code": gold.choice("talk")})
        else:
            labels = [{"element": x.element, "direction": x.direction, "indicator": x.indicator} for x in gold.labels]
            turns.append(turn | {"labels": labels, "mi_code": gold.mi_codes[0]})
    document = {"session_id": path.stem, "setting": "direct_practice", "context": {"change_goal": "stop"}}
    path.write_text(json.dumps(document | {"turns": turns}), "utf-8")


def train(data: Path, encoder: Path, out: Path, *more: str) -> None:
    command = ["train", "coder", "--annomi", str(data / "annomi.csv"), "--devset", str(data / "devset")]
    command += ["--written", str(data / "nothing"), "--out", str(out), "--encoder", str(encoder), "--folds", "2"]
    done = CliRunner().invoke(app, [*command, "--lower-layers", "1", "--epochs", "1", "--quiet", *more])
    if done.exception:
        raise done.exception


def test_a_trained_coder_codes_and_has_its_figures(data: Path, encoder: Path, tmp_path: Path) -> None:
    """The --out folder is a whole weights folder, with metrics.json, and the finished folds beside it."""
    out = tmp_path / "out"
    train(data, encoder, out)
    metrics = json.loads((out / "metrics.json").read_text("utf-8"))
    assert metrics["material"]["conversations"] == {"annomi": 6, "devset": 4}
    assert {one["data"] for one in metrics["results"]} >= {"annomi", "development sessions"}
    folds = sorted(path.name for path in (out / "folds").iterdir())
    assert len(folds) == 2
    coded = CliRunner().invoke(app, ["code", str(data / "devset" / "s0.json"), "--weights", str(out), "--json"])
    assert len(json.loads(coded.stdout)["utterances"]) == 16
    sessions = [one for one in read_devset(data / "devset") if len(one.gold) > 1]
    assert set(read_unseen(out / "unseen.safetensors", sessions)) == {one.name for one in sessions}


@pytest.mark.slow
def test_trained_again_it_takes_the_finished_folds_and_gives_the_same(
    data: Path, encoder: Path, tmp_path: Path
) -> None:
    """Deterministic by seed, and resumable."""
    first, again = tmp_path / "first", tmp_path / "again"
    train(data, encoder, first)
    train(data, encoder, again)
    for name in ("coder.json", "coder.safetensors", "encoder.onnx", "judge.onnx", "metrics.json"):
        assert (first / name).read_bytes() == (again / name).read_bytes(), name
    changed = {path.name: path.stat().st_mtime_ns for path in (first / "folds").iterdir()}
    train(data, encoder, first)
    assert changed == {path.name: path.stat().st_mtime_ns for path in (first / "folds").iterdir()}


def test_a_folder_that_is_no_encoder_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"not an encoder folder: config\.json is missing"):
        train(data, tmp_path, tmp_path / "out")
