"""The time-use classifier's weights folder, and the classifier that comes with the program."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import numpy as np
import pytest

from models.coder.time_use.classifier import Chain
from models.coder.time_use.codes import CLASSES, TIME_USE
from models.coder.time_use.package import MANIFEST, SHIPPED, TENSORS, read_time_use, write_time_use
from models.errors import WeightsError
from pipelines.training.time_use.material import digest_of, read_coded, read_hints

MOST_BYTES = 400_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (MANIFEST, TENSORS):
        (tmp_path / "weights").mkdir(exist_ok=True)
        shutil.copyfile(SHIPPED / name, tmp_path / "weights" / name)
    return tmp_path / "weights"


def chain(*, hold: float = 1.0, relief: float = 0.0) -> Chain:
    """Three classes that like to stay."""
    steps = np.log(np.full((3, 3), 0.05) + 0.85 * np.eye(3))
    even = np.log(np.full(3, 1 / 3))
    return Chain(start=even, steps=steps, prior=even, scale=1.0, hold=hold, relief=relief)


def test_it_is_whole_and_small() -> None:
    assert set(read_time_use().model.sure) <= set(TIME_USE)
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= MOST_BYTES


def test_it_was_learned_from_the_material_as_it_is() -> None:
    """Whoever changes a coded session or a single utterance fits the classifier again (docs/time-use.md)."""
    held = json.loads((SHIPPED / MANIFEST).read_text("utf-8"))["created_from"]["material"]
    assert held == digest_of(read_coded(), read_hints())


@pytest.mark.parametrize("name", [MANIFEST, TENSORS])
def test_one_wrong_byte_anywhere_is_refused(folder: Path, name: str) -> None:
    """Twenty single bytes of each file, and its first and last; the message names the file."""
    whole = (folder / name).read_bytes()
    draw = random.Random(name)
    for place in (0, len(whole) - 1, *(draw.randrange(len(whole)) for _ in range(20))):
        wrong = bytearray(whole)
        wrong[place] ^= draw.randrange(1, 256)
        (folder / name).write_bytes(wrong)
        with pytest.raises(WeightsError, match=name):
            read_time_use(folder)


@pytest.mark.parametrize("name", [MANIFEST, TENSORS])
def test_a_missing_file_and_a_link_are_refused_by_name(folder: Path, name: str) -> None:
    (folder / name).rename(folder.parent / name)
    with pytest.raises(WeightsError, match=f"{name} is missing from the time-use weights"):
        read_time_use(folder)
    (folder / name).symlink_to(folder.parent / name)
    with pytest.raises(WeightsError, match=name):
        read_time_use(folder)


def test_a_coders_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="no time-use weights"):
        read_time_use(tmp_path / "absent")


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    held = read_time_use()
    write_time_use(tmp_path / "again", held.model, "7", {"material": "x"})
    again = read_time_use(tmp_path / "again")
    texts = ["She rang on Monday.", "How did you put it to her?", "Is the form on the system?"]
    assert again.engine.version == "7"
    assert again.model.sure == held.model.sure
    assert np.allclose(again.model.probabilities(texts), held.model.probabilities(texts), atol=0.03)


@pytest.mark.parametrize("change", [{"classes": ["HOW"]}, {"chain": {}}, {"sure": {"OTHER": 0.5}}, {"sure": []}])
def test_a_sealed_but_strange_manifest_is_refused(folder: Path, change: dict[str, object]) -> None:
    from models.coder.sealed import _sealed

    document = json.loads((folder / MANIFEST).read_text("utf-8"))
    del document["sha256"]
    (folder / MANIFEST).write_bytes(_sealed({**document, **change}))
    with pytest.raises(WeightsError, match="do not hold what a classifier needs"):
        read_time_use(folder)


def test_probabilities_add_up_to_one_for_any_number_of_lines() -> None:
    model = read_time_use().model
    for texts in ([], [""], ["Mm."], ["What will you say to her?", "I don't know.", "..."]):
        found = model.probabilities(texts)
        assert found.shape == (len(texts), len(CLASSES))
        assert np.allclose(found.sum(1), 1)


@pytest.mark.slow
def test_ten_thousand_lines_are_read() -> None:
    texts = ["How will you put it to her on Thursday?", "I'd ask what a good day looks like.", "Mm."] * 3_334
    found = read_time_use().model.probabilities(texts)
    assert np.isfinite(found).all()
    assert np.allclose(found.sum(1), 1)


def test_equal_lines_give_equal_probabilities() -> None:
    texts = ["She was frightened of him.", "And what does she make of it herself?"]
    assert np.array_equal(read_time_use().model.probabilities(texts), read_time_use().model.probabilities(texts))


PLAIN = [
    (
        "Try it on me. I'm Mum, I've just opened the door. How would you put it, what's your first sentence?",
        "I'd say, hello, I've come about the letter, and I'd like to hear how it was for you.",
        "HOW",
    ),
    (
        "What would Mum say about it, how does she see it, in her own words?",
        "She'd say nobody has asked her, and that she's managing.",
        "FAM",
    ),
    ("Mm-hm.", "Yeah, right.", "-"),
]


@pytest.mark.parametrize(("text", "answer", "code"), PLAIN)
def test_it_knows_what_is_plain(text: str, answer: str, code: str) -> None:
    """In the middle of a talk, as lines are; what is said first is likely to be a greeting."""
    around = ["So there are two things I wanted to bring about the visit last week."] * 4
    found = read_time_use().model.probabilities([*around, text, answer, *around])
    assert CLASSES[int(found[4].argmax())] == code


def test_a_doubtful_line_follows_the_lines_around_it() -> None:
    scores = np.array([[4, 0, 0], [0.5, 0.6, 0], [4, 0, 0]], np.float32)
    assert chain().probabilities(scores)[1].argmax() == 0
    assert chain(hold=0.0).probabilities(scores)[1].argmax() == 1


def test_the_chain_gives_what_counting_all_paths_gives() -> None:
    """Three lines and three classes have twenty-seven paths."""
    held = chain(hold=0.7)
    scores = np.random.default_rng(3).normal(size=(3, 3)).astype(np.float32)
    own = scores - np.log(np.exp(scores).sum(1, keepdims=True))
    weight = np.zeros((3, 3, 3))
    for a, b, c in np.ndindex(3, 3, 3):
        path = own[0, a] + own[1, b] + own[2, c] + 0.7 * (held.start[a] + held.steps[a, b] + held.steps[b, c])
        weight[a, b, c] = np.exp(path)
    weight /= weight.sum()
    by_paths = np.stack([weight.sum((1, 2)), weight.sum((0, 2)), weight.sum((0, 1))])
    assert np.allclose(held.probabilities(scores), by_paths, atol=1e-5)
