"""The main job from the command line, with the real embedded engines, on the first part of the sample recording."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import wave
from pathlib import Path
from typing import Any

import pytest

from models.adapters.pyav_decoder import PyavDecoder
from models.records.span import Span
from pipelines.demo import demo_recording

FILES = {"session.json", "transcript.vtt", "turns.rttm", "transcript.txt", "coding.json", "scoring.json", "report.html"}
COMMAND = [sys.executable, "-c", "from service.cli.main import main; main()"]


def practice(*arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    command = [*COMMAND, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=280, env=environment(), cwd=cwd)


def environment() -> dict[str, str]:
    """An empty models folder, so that the embedded engines are what is tested."""
    root = str(Path(__file__).resolve().parents[2])
    return {**os.environ, "PRACTICE_MODELS": "/nonexistent", "PYTHONPATH": root}


@pytest.fixture(scope="session")
def excerpt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first 25 seconds of the sample recording as WAV."""
    folder = tmp_path_factory.mktemp("excerpt")
    audio = PyavDecoder().decode(demo_recording(), folder)
    samples = audio.read(Span(start_ms=0, end_ms=25_000))
    path = folder / "excerpt.wav"
    with wave.open(str(path), "wb") as out:
        out.setparams((1, 2, 16000, 0, "NONE", ""))
        out.writeframes((samples * 20000).astype("<i2").tobytes())
    return path


@pytest.fixture(scope="session")
def finished(excerpt: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An analysis that nothing disturbed."""
    out = tmp_path_factory.mktemp("finished") / "out"
    done = practice("analyse", excerpt, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["report"] == str(out / "report.html")
    return out


def without_times(out: Path) -> dict[str, Any]:
    """The results, less the seconds that each stage took."""
    session = json.loads((out / "session.json").read_text("utf-8"))
    for stage in session["stages"]:
        del stage["seconds"], stage["real_time_factor"]
    others = {name: (out / name).read_bytes() for name in FILES - {"session.json", "report.html"}}
    return {"session": session, **others}


def test_an_analysis_writes_six_files_for_their_owner_alone(finished: Path) -> None:
    """Nothing else besides the stage outputs, and nobody else may read them."""
    assert {path.name for path in finished.iterdir()} == FILES | {".stages"}
    assert {path.stat().st_mode & 0o077 for path in finished.rglob("*")} == {0}


def test_two_voices_say_what_was_written_for_them(finished: Path) -> None:
    """The sample's first exchange comes out, by two speakers."""
    session = json.loads((finished / "session.json").read_text("utf-8"))
    assert len(session["speakers"]) == 2
    said = " ".join(utterance["text"].lower() for utterance in session["utterances"])
    assert "curtains" in said
    assert "sit down" in said
    assert session["coverage"]["share"] > 0.9


def test_running_again_gives_the_same_bytes_at_once(excerpt: Path, finished: Path) -> None:
    """Every stage is taken from the store."""
    before = {name: (finished / name).read_bytes() for name in FILES}
    made = {path: path.stat().st_mtime_ns for path in (finished / ".stages").glob("*/record.json")}
    assert practice("analyse", excerpt, "--out", finished, "--quiet").returncode == 0
    assert {name: (finished / name).read_bytes() for name in FILES} == before
    assert {path: path.stat().st_mtime_ns for path in (finished / ".stages").glob("*/record.json")} == made


@pytest.mark.slow
@pytest.mark.parametrize(
    "stage",
    [
        "diarize",
        "transcribe",
        "decode",
        "detect",
    ],
)
def test_a_killed_analysis_goes_on_where_it_was(excerpt: Path, finished: Path, tmp_path: Path, stage: str) -> None:
    """Finished stages are not done again, and the results are the same."""
    out = tmp_path / "out"
    running = subprocess.Popen([*COMMAND, "analyse", excerpt, "--out", out, "--quiet"], env=environment())
    while running.poll() is None and not list(out.glob(f".stages/.part-{stage}-*")):
        time.sleep(0.005)
    running.kill()
    running.wait()
    kept = {path: path.stat().st_mtime_ns for path in out.glob(".stages/*/record.json")}
    assert not {path.name for path in out.iterdir()} & FILES
    assert practice("analyse", excerpt, "--out", out, "--quiet").returncode == 0
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert without_times(out) == without_times(finished)


def test_ctrl_c_leaves_nothing_half_written(excerpt: Path, tmp_path: Path) -> None:
    """It says so in a sentence, and exits with 130."""
    out = tmp_path / "out"
    running = subprocess.Popen(
        [*COMMAND, "analyse", excerpt, "--out", out], env=environment(), stderr=subprocess.PIPE, text=True
    )
    while running.poll() is None and not list(out.glob(".stages/.part-diarize-*")):
        time.sleep(0.005)
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "Stopped." in told
    assert "Traceback" not in told
    assert not list(out.glob(".stages/.part-*"))
    assert not {path.name for path in out.iterdir()} & FILES


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.wav", b""), ("letter.wav", b"Dear Paula, thank you for your time."), ("gone.wav", None)],
)
def test_bad_input_is_one_sentence_exit_code_2_and_nothing_written(
    tmp_path: Path, name: str, content: bytes | None
) -> None:
    """No folder, no file, no traceback, and not a word of what was in the file."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done = practice("analyse", name, "--out", "deep/out", cwd=tmp_path)
    assert done.returncode == 2
    last = done.stderr.strip().splitlines()[-1]
    assert last.endswith(".")
    assert "Traceback" not in done.stderr
    assert "Paula" not in done.stderr + done.stdout
    assert not (tmp_path / "deep").exists()


def test_a_given_role_redoes_only_the_stages_of_text(excerpt: Path, finished: Path, tmp_path: Path) -> None:
    """The transcript, its codes and its scores are new; the words are the same ones."""
    out = shutil.copytree(finished, tmp_path / "out")
    made = len(list((out / ".stages").glob("*/record.json")))
    assert practice("analyse", excerpt, "--out", out, "--role", "SPEAKER_01=practitioner", "-q").returncode == 0
    session = json.loads((out / "session.json").read_text("utf-8"))
    given = next(s for s in session["speakers"] if s["speaker"] == "SPEAKER_01")
    assert (given["role"], given["source"], given["role_confidence"]) == ("practitioner", "given", 1.0)
    assert len(list((out / ".stages").glob("*/record.json"))) == made + 3


@pytest.mark.slow
def test_a_goal_redoes_codes_and_scores_and_the_summary_tells_them(
    excerpt: Path, finished: Path, tmp_path: Path
) -> None:
    """The sound is not read again, and 25 seconds are too short for a score."""
    out = shutil.copytree(finished, tmp_path / "out")
    before = {path.parent.name for path in (out / ".stages").glob("*/record.json")}
    done = practice("analyse", excerpt, "--out", out, "--goal", "calmer mornings", "--json")
    summary = json.loads(done.stdout)
    new = {path.parent.name for path in (out / ".stages").glob("*/record.json")} - before
    assert {name.split("-")[0] for name in new} == {"classify", "score"}
    assert json.loads((out / "coding.json").read_text("utf-8"))["change_goal"] == "calmer mornings"
    assert {one["score"] for one in summary["suggestions"]} == {None}
    assert summary["rubric"]["status"] == "draft_unvalidated"


@pytest.mark.slow
def test_a_role_for_a_voice_that_is_not_there_is_bad_input(excerpt: Path, finished: Path) -> None:
    """It names the voices there are."""
    done = practice("analyse", excerpt, "--out", finished, "--role", "SPEAKER_07=practitioner")
    assert done.returncode == 2
    assert "SPEAKER_00, SPEAKER_01" in done.stderr


def test_errors_are_json_too_where_json_is_asked_for(tmp_path: Path) -> None:
    """A program that calls this one can tell failures apart."""
    done = practice("analyse", tmp_path / "gone.wav", "--out", tmp_path / "out", "--json")
    assert json.loads(done.stdout)["error"]["code"] == "BadInputError"
