"""`practice score`: a transcript in, a sheet or scoring.json out; a clear outcome whatever is given."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from models.adapters.fakes import FakeCoder
from models.errors import WeightsError
from models.ports import Judge
from models.records.scoring import Circumstances, Observed, Verdict
from models.records.speech import Role
from pipelines.judges.transparent import TransparentJudge
from pipelines.outputs.schema import SCORING, schema_of
from pipelines.outputs.scoring_json import read_scoring
from pipelines.outputs.session_json import to_json
from service import engines, judges
from service.cli import main, score
from tests.outputs.sessions import empty_session, long_session
from tests.service.cli.commands import practice

ROOT = Path(__file__).parents[3]
RUBRICS = ROOT / "rubric_prompts"
WORKER, PARENT = (
    "You look tired after all of that, and nobody saw it.",
    "Yes, it has been a long week for all of us here.",
)

Run = Callable[..., tuple[int, str, str]]
SHIPPED_CODER = engines.embedded_coder
DEMO = ROOT / "pipelines/demo/demo-session.json"


@pytest.fixture(autouse=True)
def coder(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in that takes "tired" for empathy."""
    monkeypatch.setattr(engines, "embedded_coder", lambda weights=None: FakeCoder("tired"))


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    return lambda *words, **more: practice(monkeypatch, capsys, "score", *words, **more)


def stamp(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}.000"


def captions(folder: Path, *voices: str, cues: int = 60, seconds: int = 5) -> Path:
    """WebVTT in which these voices take turns, each cue this long; the first says that somebody looks tired."""
    rows = ["WEBVTT\n"]
    for n in range(cues if voices else 0):
        said = WORKER if n % len(voices) == 0 else PARENT
        rows.append(f"{stamp(n * seconds)} --> {stamp((n + 1) * seconds)}\n<v {voices[n % len(voices)]}>{said}\n")
    path = folder / "talk.vtt"
    path.write_text("\n".join(rows), encoding="utf-8")
    return path


def scores(printed: str) -> dict[str, int | None]:
    return {one["element"]: one["score"] for one in json.loads(printed)["suggestions"]}


def because(printed: str) -> set[str]:
    """The reasons in words, of which each element has one and none has a score."""
    suggestions = json.loads(printed)["suggestions"]
    assert len(suggestions) == 7
    assert {(one["score"], one["reason"]) for one in suggestions} == {(None, "not_enough_evidence")}
    return {one["because"] for one in suggestions}


def test_json_is_the_document_alone_follows_its_schema_and_suggests_from_the_evidence(run: Run, tmp_path: Path) -> None:
    rc, out, err = run(captions(tmp_path, "Social worker", "Mum"), "--json")
    assert (rc, err) == (0, "")
    document = json.loads(out)
    jsonschema.validate(document, schema_of(SCORING))
    assert scores(out)["empathy"] in (4, 5)
    assert scores(out)["child_focus"] is None
    assert document["suggestions"][0]["evidence"][0]["utterance"] == "u0001"
    assert document["judge"]["name"] == "transparent-judge"
    assert document["rubric"]["id"] == "msw"
    assert document["measures"]["talk_share_practitioner"]["value"] == 0.5


def test_the_shipped_coder_and_judge_score_the_sample_session_from_the_workers_own_words(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "embedded_coder", SHIPPED_CODER)
    rc, out, _ = run(DEMO, "--json")
    assert rc == 0
    document = json.loads(out)
    jsonschema.validate(document, schema_of(SCORING))
    with_score = [one for one in document["suggestions"] if one["score"] is not None]
    assert with_score
    roles = {turn["turn"]: turn["role"] for turn in json.loads(DEMO.read_text("utf-8"))["turns"]}
    for one in with_score:
        assert one["low"] <= one["score"] <= one["high"]
        assert {roles[piece["turn"]] for piece in one["evidence"]} == {"practitioner"}


def test_the_sheet_names_suggestion_evidence_time_and_what_it_is_worth(run: Run, tmp_path: Path) -> None:
    rc, out, err = run(captions(tmp_path, "Social worker", "Mum"))
    assert (rc, err) == (0, "")
    assert "Empathy: suggested " in out
    assert "0:10  for" in out
    assert "You look tired" in out
    assert "Evocation: no suggestion, does not apply to this session" in out
    words = " ".join(out.split())
    assert "a suggestion for a person to confirm, change or reject" in words
    assert "is a draft that has not been validated" in words


@pytest.mark.parametrize(("out", "name"), [("new/deep", "new/deep/scoring.json"), ("new/mine.json", "new/mine.json")])
def test_out_writes_the_document_for_its_owner_alone(out: str, name: str, run: Run, tmp_path: Path) -> None:
    rc, printed, err = run(captions(tmp_path, "Social worker", "Mum"), "--json", "--out", tmp_path / out)
    target = tmp_path / name
    assert (rc, target.read_text("utf-8")) == (0, printed)
    assert read_scoring(target).suggestions[0].element == "empathy"
    assert target.stat().st_mode & 0o777 == 0o600
    assert target.name in err


def test_out_writes_into_a_folder_that_is_there_and_replaces_an_earlier_scoring(run: Run, tmp_path: Path) -> None:
    talk = captions(tmp_path, "Social worker", "Mum")
    (tmp_path / "scoring.json").write_text("before", encoding="utf-8")
    assert run(talk, "--out", tmp_path, "--quiet") == (0, "", "")
    assert read_scoring(tmp_path / "scoring.json").suggestions


def test_out_never_replaces_the_transcript_a_folder_or_another_kind_of_file(run: Run, tmp_path: Path) -> None:
    talk = captions(tmp_path, "Social worker", "Mum")
    before = talk.read_bytes()
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    (tmp_path / "out" / "scoring.json").mkdir(parents=True)
    for out in (talk, tmp_path / "notes.txt", tmp_path / "out"):
        rc, printed, err = run(talk, "--out", out)
        assert (rc, printed, len(err.splitlines())) == (2, "", 1)
    assert (talk.read_bytes(), (tmp_path / "notes.txt").read_text("utf-8")) == (before, "mine")


@pytest.mark.parametrize("columns", [80, 120, 200])
def test_an_empty_transcript_gets_no_score_and_says_why_once(columns: int, run: Run, tmp_path: Path) -> None:
    rc, out, _ = run(captions(tmp_path), columns=columns)
    assert rc == 0
    assert " ".join(out.split()).count("the transcript is empty") == 1
    assert "suggested 3" not in out


def test_a_session_in_which_nobody_speaks_gets_no_score(run: Run, tmp_path: Path) -> None:
    (tmp_path / "session.json").write_text(to_json(empty_session()), encoding="utf-8")
    assert because(run(tmp_path / "session.json", "--json")[1]) == {
        "There is nothing here to judge: the transcript is empty."
    }


def test_where_one_person_alone_speaks_there_is_no_score_and_the_measures_stand(run: Run, tmp_path: Path) -> None:
    rc, out, _ = run(captions(tmp_path, "Social worker"), "--json")
    assert rc == 0
    assert "Only the practitioner speaks here" in because(out).pop()
    assert json.loads(out)["measures"]["talk_share_practitioner"]["value"] == 1.0


def test_without_a_practitioner_there_is_no_score_and_it_says_whom_to_name(run: Run, tmp_path: Path) -> None:
    rc, out, _ = run(captions(tmp_path, "Mum", "Nan"), "--json")
    assert rc == 0
    assert "Nobody here is known as the practitioner" in because(out).pop()


def test_thirty_seconds_are_too_short_for_a_score(run: Run, tmp_path: Path) -> None:
    rc, out, _ = run(captions(tmp_path, "Social worker", "Mum", cues=6), "--json")
    assert rc == 0
    assert "shorter than 2 minutes" in because(out).pop()


def test_six_hours_are_scored_with_the_times_of_the_evidence(run: Run, tmp_path: Path) -> None:
    talk = captions(tmp_path, "Social worker", "Mum", cues=720, seconds=30)
    rc, out, _ = run(talk)
    assert rc == 0
    assert "Empathy: suggested " in out
    assert "short session" not in out
    table = run(talk, "--json")[1]
    assert json.loads(table)["measures"]["longest_monologue"] == {
        "value": 30.0, "low": 30.0, "high": 30.0, "unit": "seconds", "reason": "",
    }  # fmt: skip


def test_a_session_json_is_measured_by_its_times(run: Run, tmp_path: Path) -> None:
    session = long_session(300)
    (tmp_path / "session.json").write_text(to_json(session), encoding="utf-8")
    rc, out, _ = run(tmp_path / "session.json", "--json")
    assert rc == 0
    assert json.loads(out)["measures"]["longest_monologue"]["unit"] == "seconds"


def test_ten_thousand_utterances_are_scored_within_a_minute_and_none_is_lost(run: Run, tmp_path: Path) -> None:
    rows = "".join(f'Worker,"{WORKER}"\nMum,"{PARENT}"\n' for _ in range(5000))
    (tmp_path / "talk.csv").write_text("speaker,text\n" + rows, encoding="utf-8")
    begun = time.monotonic()
    rc, out, _ = run(tmp_path / "talk.csv", "--json")
    assert time.monotonic() - begun < 60
    assert rc == 0
    assert scores(out)["empathy"] is not None
    assert json.loads(out)["measures"]["talk_share_practitioner"]["value"] == pytest.approx(0.5, abs=0.1)


def test_more_lines_than_any_session_has_are_refused_in_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "talk.csv").write_text("speaker,text\n" + "Mum,Hi.\n" * 20_001, encoding="utf-8")
    rc, out, err = run(tmp_path / "talk.csv")
    assert (rc, out, len(err.splitlines())) == (2, "", 1)


def test_an_unknown_key_in_a_rubric_is_named_with_its_file_and_line(run: Run, tmp_path: Path) -> None:
    text = (RUBRICS / "msw.v1.yaml").read_text("utf-8")
    (tmp_path / "ours.yaml").write_text(text + "\nweights: {empathy: 2}\n", encoding="utf-8")
    rc, out, err = run(captions(tmp_path, "Social worker", "Mum"), "--rubric", tmp_path / "ours.yaml")
    line = len(text.splitlines()) + 2
    assert (rc, out) == (2, "")
    assert f"ours.yaml, line {line}, weights" in " ".join(err.split())


def test_a_rubric_for_the_other_setting_is_refused_before_anything_is_coded(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "embedded_coder", None)
    rc, out, err = run(captions(tmp_path, "Social worker", "Mum"), "--rubric", RUBRICS / "supervision.v1.yaml")
    assert (rc, out) == (2, "")
    assert "This rubric is for supervision" in err
    assert "--setting supervision" in err


def test_an_element_that_the_coder_does_not_know_gets_not_enough_evidence(run: Run, tmp_path: Path) -> None:
    text = (RUBRICS / "msw.v1.yaml").read_text("utf-8")
    ours = text.replace("child_focus", "whole_family").replace("id: msw\n", "id: ours\n").replace("CF+", "WF+")
    (tmp_path / "ours.yaml").write_text(ours.replace("CF-", "WF-"), encoding="utf-8")
    rc, out, _ = run(captions(tmp_path, "Social worker", "Mum"), "--rubric", tmp_path / "ours.yaml", "--json")
    assert rc == 0
    document = json.loads(out)
    assert document["rubric"]["id"] == "ours"
    found = {one["element"]: one for one in document["suggestions"]}
    assert found["whole_family"]["reason"] == "not_enough_evidence"
    assert found["empathy"]["score"] in (4, 5)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--rubric", "nowhere.yaml"], "nowhere.yaml cannot be opened"),
        (["--role", "Nobody=child"], "not a speaker of this file"),
    ],
)
def test_what_cannot_be_done_ends_with_2_and_writes_nothing(
    words: list[str], said: str, run: Run, tmp_path: Path
) -> None:
    rc, out, err = run(captions(tmp_path, "Social worker", "Mum"), *words, "--out", tmp_path / "out")
    assert (rc, out) == (2, "")
    assert said in " ".join(err.split())
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", [None, b"", b"\x00\x01\x02", b"PK\x03\x04", b"{", b"hello"])
def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(content: bytes | None, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "talk.vtt"
    if content is not None:
        path.write_bytes(content)
    rc, out, err = run(path)
    assert (rc, out, len(err.splitlines())) == (2, "", 1)
    assert "talk.vtt" in err


def test_weights_that_are_not_right_end_with_3(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(weights: Path | None = None) -> FakeCoder:
        assert weights == tmp_path
        raise WeightsError

    monkeypatch.setattr(engines, "embedded_coder", refuse)
    assert run(captions(tmp_path, "Social worker", "Mum"), "--weights", tmp_path)[0] == 3


def test_without_a_language_model_the_other_judge_is_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PRACTICE_LLM_URL", "PRACTICE_LLM_FOLDER"):
        monkeypatch.delenv(name, raising=False)
    rc, out, err = run(captions(tmp_path, "Social worker", "Mum"), "--judge", "llm")
    assert (rc, out) == (3, "")
    assert "--judge transparent" in err


class Listening:
    """A judge that keeps what it was told and answers as the transparent one."""

    def __init__(self) -> None:
        self.engine = TransparentJudge().engine
        self.heard: list[Observed] = []

    def judge(self, observed: Observed, *rest: Any) -> Verdict:
        """The transparent judge's answer."""
        self.heard.append(observed)
        return TransparentJudge().judge(observed, *rest)


@pytest.fixture
def listening(monkeypatch: pytest.MonkeyPatch) -> Listening:
    judge = Listening()

    def language_judge(settings: object) -> Judge:
        return judge

    monkeypatch.setattr(judges, "language_judge", language_judge)
    return judge


def test_the_judge_hears_the_circumstances_that_a_person_gives(run: Run, tmp_path: Path, listening: Listening) -> None:
    talk = captions(tmp_path, "Social worker", "Interpreter", "Mum", cues=66)
    words = ("--judge", "llm", "--legal-status", "child in need", "--roles-checked", "--goal", "sleep")
    assert run(talk, *words)[0] == 0
    told: Circumstances = listening.heard[0].circumstances
    assert (told.legal_status, told.roles_checked, told.interpreter) == ("child in need", True, True)
    assert len(told.spans) == 66
    assert listening.heard[0].coding.change_goal == "sleep"
    assert not listening.heard[0].length_estimated


def test_without_a_word_about_it_nobody_has_checked_the_roles(run: Run, tmp_path: Path, listening: Listening) -> None:
    _, out, _ = run(captions(tmp_path, "Social worker", "Mum"), "--judge", "llm")
    told: Circumstances = listening.heard[0].circumstances
    assert (told.legal_status, told.roles_checked) == (None, False)
    assert "Nobody has confirmed yet who is who" in " ".join(out.split())


def test_a_role_that_a_person_has_checked_is_sure_and_an_unknown_one_stays_unknown(tmp_path: Path) -> None:
    from pipelines.conversations.reading import read_conversation

    found = read_conversation(captions(tmp_path, "Social worker", "Kim"))
    unsure = score._confirmed(found)
    assert {line.role_sure for line in unsure.lines if line.role is not Role.UNKNOWN} == {True}
    assert not any(line.role_sure for line in unsure.lines if line.role is Role.UNKNOWN)


def test_stopping_leaves_nothing_half_written(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Stopping(FakeCoder):
        def code(self, *_: object) -> Any:
            raise main.Stopped

    monkeypatch.setattr(engines, "embedded_coder", lambda weights=None: Stopping())
    assert run(captions(tmp_path, "Social worker", "Mum"), "--out", tmp_path / "out")[0] == main.INTERRUPTED
    assert not (tmp_path / "out").exists()
