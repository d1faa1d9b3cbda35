"""`practice code`: a transcript in, a table or coding.json out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from models.adapters.fakes import FakeCoder
from models.errors import WeightsError
from models.ports import Progress, no_progress
from models.records.coding import Coding, Conversation
from models.records.speech import Role
from pipelines.outputs.coding_json import read_coding
from pipelines.outputs.schema import CODING, schema_of
from service import engines
from service.cli import main
from service.cli.progress import LONG as LONG_TRANSCRIPT

ROOT = Path(__file__).parents[3]
LONG = "so that everybody gets out of the house without anyone shouting or losing a shoe " * 4
VTT = f"""WEBVTT

00:01.000 --> 00:02.000
<v Kim [red]Hart[/]>Hello, come in. :smile: [bold]Sit[/bold].

00:02.000 --> 00:03.000
<v Social Worker>You look tired, {LONG}finally. What would help?

00:03.000 --> 00:04.000
<v Mum>{"x" * 150}
"""
OPTIONS = ["--role", "Kim [red]Hart[/]=other_family"]


@pytest.fixture(autouse=True)
def coder(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stand-in that flags who looks tired."""
    monkeypatch.setattr(engines, "embedded_coder", lambda weights=None: FakeCoder("tired"))


@pytest.fixture
def talk(tmp_path: Path) -> Path:
    path = tmp_path / "talk.vtt"
    path.write_text(VTT, encoding="utf-8")
    return path


def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object, columns: int = 80
) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of the whole command."""
    monkeypatch.setattr(sys, "argv", ["practice", "code", *map(str, words)])
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(main.signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        main.main()
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
def test_the_table_holds_every_word_at_any_width_and_nothing_runs_over(
    columns: int, talk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rc, out, _ = run(monkeypatch, capsys, talk, *OPTIONS, columns=columns)
    assert rc == 0
    assert "\x1b" not in out
    assert "…" not in out
    assert max(map(len, out.splitlines())) <= columns
    assert out.count("shoe") == 4
    assert out.count("x") >= 150
    assert ":smile:" in out.replace("\n", "") or columns == 40


def test_a_row_says_who_in_plain_words_and_what_it_looks_like(
    talk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(monkeypatch, capsys, talk, *OPTIONS, columns=160)
    rows = [re.split(r" {2,}", line.strip()) for line in out.splitlines()]
    assert rows[1] == ["1", "Kim [red]Hart[/]", "Hello, come in. :smile: [bold]Sit[/bold]."]
    assert rows[2] == ["other family"]
    assert rows[3][:2] == ["2", "Social Worker"]
    assert "question (likely)" in out
    assert "+ Empathy EM+1 (0.83)" in out


def test_it_closes_with_the_counts_what_is_off_and_that_a_person_decides(
    talk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(monkeypatch, capsys, talk, *OPTIONS)
    words = " ".join(out.split())
    assert "Flags in 1 of 3 utterances: Empathy 1 +, 0 -." in words
    assert "Off. Change talk: No change goal is stated" in words
    assert "a suggestion for a person to confirm" in words
    assert "has not been validated on social work" in words


def test_with_flags_only_the_other_rows_are_left_out(
    talk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(monkeypatch, capsys, talk, *OPTIONS, "--flags-only")
    assert "Hello" not in out
    assert "You look tired" in out


def test_an_empty_transcript_is_said_to_be_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "talk.vtt").write_text("WEBVTT\n", encoding="utf-8")
    rc, out, _ = run(monkeypatch, capsys, tmp_path / "talk.vtt")
    assert rc == 0
    assert "Nobody says anything" in out


def test_json_is_the_document_alone_and_follows_its_schema(
    talk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rc, out, err = run(monkeypatch, capsys, talk, "--json", "--goal", "sleep", "--setting", "direct_practice")
    document = json.loads(out)
    assert (rc, err) == (0, "")
    jsonschema.validate(document, schema_of(CODING))
    assert document["change_goal"] == "sleep"
    assert [len(one["flags"]) for one in document["utterances"]] == [0, 1, 0]
    assert [one["turn"] for one in document["utterances"]] == [1, 2, 3]


@pytest.mark.parametrize(("out", "written"), [("new/deep", "new/deep/coding.json"), ("new/mine.json", "new/mine.json")])
def test_out_writes_the_document_into_a_folder_or_a_file_for_its_owner_alone(
    out: str, written: str, talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    rc, printed, err = run(monkeypatch, capsys, talk, "--json", "--out", tmp_path / out)
    assert rc == 0
    target = tmp_path / written
    assert target.read_text("utf-8") == printed
    assert read_coding(target).utterances[1].role is Role.PRACTITIONER
    assert target.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert "coding.json" in err or "mine.json" in err


def test_out_never_replaces_the_transcript_or_another_kind_of_file(
    talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = tmp_path / "coding.json"
    mine.write_text('{"turns": []}', encoding="utf-8")
    for words in ((talk, "--out", talk), (mine, "--out", mine), (mine, "--out", tmp_path)):
        assert run(monkeypatch, capsys, *words)[0] == 2
    assert talk.read_text("utf-8") == VTT
    assert mine.read_text("utf-8") == '{"turns": []}'


def test_a_folder_that_cannot_be_written_is_a_plain_error(
    talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    rc, _, err = run(monkeypatch, capsys, talk, "--out", tmp_path / "file" / "under.json")
    assert rc == 2
    assert "cannot be written" in err


def test_quiet_prints_nothing(
    talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, capsys, talk, "--quiet", "--out", tmp_path / "out") == (0, "", "")
    assert (tmp_path / "out" / "coding.json").exists()


@pytest.mark.parametrize(
    "words", [["--role", "Nobody=child"], ["--role", "Mum"], ["--role", "Mum=boss"], ["--json", "--flags-only"]]
)
def test_what_cannot_be_done_ends_with_2_and_writes_nothing(
    words: list[str], talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rc, _, err = run(monkeypatch, capsys, talk, *words, "--out", tmp_path / "out")
    assert rc == 2
    assert len(err.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()


def test_weights_that_are_not_right_end_with_3(
    talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse(weights: Path | None = None) -> FakeCoder:
        assert weights == tmp_path
        raise WeightsError

    monkeypatch.setattr(engines, "embedded_coder", refuse)
    assert run(monkeypatch, capsys, talk, "--weights", tmp_path)[0] == 3


def test_stopping_leaves_nothing_half_written(
    talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Stopping(FakeCoder):
        def code(self, conversation: Conversation, progress: Progress = no_progress) -> Coding:
            raise main.Stopped

    monkeypatch.setattr(engines, "embedded_coder", lambda weights=None: Stopping())
    rc, _, err = run(monkeypatch, capsys, talk, "--out", tmp_path / "out")
    assert rc == main.INTERRUPTED
    assert "Nothing is half-written" in err
    assert not (tmp_path / "out").exists()


def test_a_stop_while_writing_leaves_the_earlier_file(
    talk: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stop(_: int) -> None:
        raise main.Stopped

    (tmp_path / "coding.json").write_text("before", encoding="utf-8")
    monkeypatch.setattr("pipelines.outputs.folder.os.fsync", stop)
    assert run(monkeypatch, capsys, talk, "--out", tmp_path)[0] == main.INTERRUPTED
    assert {path.name for path in tmp_path.iterdir()} == {"coding.json", "talk.vtt"}
    assert (tmp_path / "coding.json").read_text("utf-8") == "before"


def test_a_long_transcript_is_printed_whole_and_in_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"{'Mum' if n % 2 else 'Worker'},line {n}\n" for n in range(1, LONG_TRANSCRIPT + 101))
    (tmp_path / "talk.csv").write_text("speaker,text\n" + rows, encoding="utf-8")
    _, out, _ = run(monkeypatch, capsys, tmp_path / "talk.csv")
    found = [int(number) for number in re.findall(r"line (\d+)", out)]
    assert found == list(range(1, LONG_TRANSCRIPT + 101))
    assert out.count("Looks like") == 1


def test_a_stream_that_cannot_show_a_character_gets_a_sign_for_it(tmp_path: Path) -> None:
    (tmp_path / "talk.csv").write_text("speaker,text\nMum,Sí 😀\n", encoding="utf-8")
    script = (
        "import sys; from models.adapters.fakes import FakeCoder; from service import engines; "
        "engines.embedded_coder = lambda weights=None: FakeCoder(); "
        "from service.cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, "code", str(tmp_path / "talk.csv")],
        cwd=ROOT,
        env={"PYTHONIOENCODING": "ascii", "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "S? ?" in done.stdout
