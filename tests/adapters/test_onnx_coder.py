"""The embedded coder, with a tiny coder made of random numbers: what every coder must do, and what this one must."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from models.adapters import onnx_coder
from models.adapters.onnx_coder import OnnxCoder
from models.coder.labels import EVIDENCE, HEADS
from models.coder.package import FILES, write_package
from models.errors import WeightsError
from models.records.coding import CodedUtterance, Conversation, Line, Setting
from models.records.speech import Role
from tests.coder import made_package

ROLES = (Role.PRACTITIONER, Role.PARENT_OR_CARER, Role.CHILD, Role.UNKNOWN)
SAID = ("What do you think?", "I drink, you know.", "School is what it is", "", "mm", "you said school?", "Yes.")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("coder") / "weights"
    write_package(made, made_package.parts())
    return made


@pytest.fixture(scope="module")
def coder(folder: Path) -> OnnxCoder:
    return OnnxCoder(folder, threads=1)


def conversation(count: int, *, goal: str | None = "To drink less", setting: Setting | None = None) -> Conversation:
    lines = tuple(
        Line(
            id=f"u{number}",
            turn=number + 1,
            speaker="AB"[number % 2],
            role=ROLES[number * 3 % 4],
            text=SAID[number * number % len(SAID)],
        )
        for number in range(count)
    )
    return Conversation(setting=setting or Setting.DIRECT_PRACTICE, change_goal=goal, lines=lines)


def numbers(utterance: CodedUtterance) -> list[float]:
    """Every probability of a line, in order."""
    return [*(p for shares in utterance.heads.values() for p in shares.values()), *utterance.evidence.values()]


def test_every_line_comes_back_in_order(coder: OnnxCoder) -> None:
    """Same ids, turns, speakers, roles and texts."""
    asked = conversation(30)
    coding = coder.code(asked)
    kept = [(u.id, u.turn, u.speaker, u.role, u.text) for u in coding.utterances]
    assert kept == [(line.id, line.turn, line.speaker, line.role, line.text) for line in asked.lines]
    assert (coding.setting, coding.change_goal, coding.engine) == (asked.setting, asked.change_goal, coder.engine)


def test_probabilities_are_probabilities(coder: OnnxCoder) -> None:
    """In [0, 1], and adding to 1 in each head."""
    for utterance in coder.code(conversation(30)).utterances:
        assert all(0 <= p <= 1 for p in numbers(utterance))
        for shares in utterance.heads.values():
            assert sum(shares.values()) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("setting", Setting)
def test_only_the_scored_role_is_flagged(coder: OnnxCoder, setting: Setting) -> None:
    """In either setting; the made coder flags nearly everything it may."""
    asked = conversation(30, setting=setting)
    scored = [replace(line, role=setting.scored_role) if line.turn % 2 else line for line in asked.lines]
    utterances = coder.code(replace(asked, lines=tuple(scored))).utterances
    assert any(u.flags for u in utterances)
    assert all(u.role is setting.scored_role for u in utterances if u.flags or u.evidence)


def test_a_line_of_an_unsure_role_carries_no_flag(coder: OnnxCoder) -> None:
    sure = conversation(30)
    unsure = replace(sure, lines=tuple(replace(line, role_sure=False) for line in sure.lines))
    assert any(u.flags for u in coder.code(sure).utterances)
    assert not any(u.flags for u in coder.code(unsure).utterances)


def test_a_flag_that_is_off_is_never_raised_and_named(coder: OnnxCoder) -> None:
    coding = coder.code(conversation(60))
    assert ("autonomy", "-") not in {(flag.element, flag.direction) for u in coding.utterances for flag in u.flags}
    assert [off.name for off in coding.off] == ["autonomy-"]


def test_client_talk_needs_a_goal(coder: OnnxCoder) -> None:
    """Without a goal it is not computed."""
    assert any("talk" in u.heads for u in coder.code(conversation(30)).utterances)
    without = coder.code(conversation(30, goal=None))
    assert not any("talk" in u.heads for u in without.utterances)


def test_the_lines_around_matter(coder: OnnxCoder) -> None:
    """A neighbour's words change a line's probabilities; so do words of the network's reach, ten lines away."""
    asked = conversation(40)
    before = coder.code(asked).utterances
    for changed in (19, 10):
        lines = list(asked.lines)
        lines[changed] = replace(lines[changed], text="drink drink drink, you")
        after = coder.code(replace(asked, lines=tuple(lines))).utterances
        assert numbers(after[20]) != numbers(before[20])


def test_lines_out_of_reach_do_not_matter(coder: OnnxCoder) -> None:
    """A line's answer never depends on which lines happened to share a batch with it."""
    asked = conversation(60)
    lines = list(asked.lines)
    lines[40] = replace(lines[40], text="what " * 300)
    before, after = coder.code(asked), coder.code(replace(asked, lines=tuple(lines)))
    for number in (0, 10, 20, 29, 51, 59):
        same = pytest.approx(numbers(before.utterances[number]), abs=1e-6)
        assert numbers(after.utterances[number]) == same


@pytest.mark.parametrize("window", [1, 7, 50])
def test_windows_do_not_change_the_answers(coder: OnnxCoder, monkeypatch: pytest.MonkeyPatch, window: int) -> None:
    """A long conversation is judged window by window, with the lines around each."""
    asked = conversation(120)
    whole = coder.code(asked).utterances
    monkeypatch.setattr(onnx_coder, "_WINDOW", window)
    for one, other in zip(whole, coder.code(asked).utterances, strict=True):
        assert numbers(other) == pytest.approx(numbers(one), abs=1e-6)


def test_batches_do_not_change_the_answers(coder: OnnxCoder, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = conversation(60)
    whole = coder.code(asked).utterances
    monkeypatch.setattr(onnx_coder, "_BATCH_TOKENS", 1)
    for one, other in zip(whole, coder.code(asked).utterances, strict=True):
        assert numbers(other) == pytest.approx(numbers(one), abs=1e-6)


def test_equal_input_gives_equal_output(coder: OnnxCoder, folder: Path) -> None:
    """To the last bit, in this coder and in another one from the same folder."""
    asked = conversation(50)
    first = coder.code(asked)
    assert coder.code(asked) == first
    assert OnnxCoder(folder, threads=1).code(asked) == first


def test_lines_with_the_same_tokens_are_encoded_once(coder: OnnxCoder, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, ...]] = []
    encode = coder._encode
    monkeypatch.setattr(coder, "_encode", lambda batch: (seen.extend(batch), encode(batch))[1])
    coder.code(conversation(100))
    assert len(seen) == len(set(seen)) <= len(SAID)


def test_no_lines_give_no_utterances(coder: OnnxCoder) -> None:
    assert coder.code(conversation(0)).utterances == ()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "[unintelligible 00:01:02]",
        "x" * 100_000,
        "what " * 20_000,
        "\ud800",
        "\x00\u202e\ufffd",
        "👩‍👧 学校 é",
        "\n\t",
    ],
    ids=["empty", "spaces", "mark", "long-word", "long", "half", "control", "foreign", "breaks"],
)
def test_any_text_can_be_coded(coder: OnnxCoder, text: str) -> None:
    """Finite numbers, and the text comes back as it was."""
    asked = conversation(3)
    lines = tuple(replace(line, role=Role.PRACTITIONER, text=text) for line in asked.lines)
    for utterance in coder.code(replace(asked, lines=lines)).utterances:
        assert utterance.text == text
        assert len(utterance.evidence) == len(EVIDENCE) - 16
        assert np.isfinite(numbers(utterance)).all()


def test_a_single_line_can_be_coded(coder: OnnxCoder) -> None:
    heads = coder.code(conversation(1)).utterances[0].heads
    assert set(heads) == {head.name for head in HEADS if head.of_scored_role}


def test_progress_grows_to_one(coder: OnnxCoder) -> None:
    told: list[float] = []
    coder.code(conversation(20), told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_the_engine_names_every_weight_file(coder: OnnxCoder) -> None:
    assert coder.engine.name == "embedded-coder"
    assert {one.name.removeprefix("coder/") for one in coder.engine.weights} == {"coder.json", *FILES}


def test_nothing_is_written(folder: Path, tmp_path: Path) -> None:
    """A process that loads and codes opens no file for writing."""
    code = f"""
import sys
from pathlib import Path
from models.adapters.onnx_coder import OnnxCoder
from tests.adapters.test_onnx_coder import conversation
def watch(event, given):
    if event == "open" and (str(given[1] or "r")[0] in "wax" or "+" in str(given[1])):
        print(event)
    if event in ("os.mkdir", "os.rename", "socket.connect", "tempfile.mkstemp"):
        print(event)
sys.dont_write_bytecode = True
sys.addaudithook(watch)
OnnxCoder(Path({str(folder)!r}), threads=1).code(conversation(20))
"""
    done = subprocess.run([sys.executable, "-B", "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == ""


def test_importing_it_loads_no_library() -> None:
    code = "import sys, models.adapters.onnx_coder; print({'onnxruntime', 'tokenizers', 'onnx'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_graph_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Even where its digest is right."""
    for wrong in ({"encoder_graph": b"no graph"}, {"judge_graph": b""}, {"tokenizer": "{}"}):
        write_package(tmp_path / "weights", replace(made_package.parts(), **wrong))
        with pytest.raises(WeightsError, match="cannot be used"):
            OnnxCoder(tmp_path / "weights")


def test_graphs_for_other_codes_are_refused(tmp_path: Path) -> None:
    parts = made_package.parts()
    write_package(tmp_path / "weights", replace(parts, judge_graph=parts.encoder_graph))
    with pytest.raises(WeightsError, match="other codes"):
        OnnxCoder(tmp_path / "weights")
