"""Barriers kill where a test asks for it, cost nothing otherwise, and their list agrees with the source."""

from __future__ import annotations

import ast
import signal
import subprocess
import sys
import timeit
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from models.errors import BadInputError
from service import barriers

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("models", "pipelines", "rubric_prompts", "service")
PROGRAM = """
from service import barriers
barriers.NAMES = ("made.first", "made.second")
for turn in range(3):
    barriers.barrier("made.first")
    print("first", turn, flush=True)
    barriers.barrier("made.second")
    print("second", turn, flush=True)
"""


def run(given: str | None) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(ROOT)} | ({} if given is None else {"PRACTICE_BARRIER": given})
    return subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def used(sources: Iterable[str]) -> Iterator[str]:
    """The name in every call of ``barrier``; a call or an import that hides its name gives a complaint instead."""
    for source in sources:
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.ImportFrom) and node.module == "service.barriers":
                yield from ("an import under another name" for one in node.names if one.asname)
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == "barrier":
                given = node.args[0] if len(node.args) == 1 else None
                literal = isinstance(given, ast.Constant) and isinstance(given.value, str)
                yield given.value if literal else "a call without a literal name"


def disagreement(sources: Iterable[str], names: Iterable[str]) -> set[str]:
    return set(used(sources)) ^ set(names)


def test_every_registered_barrier_is_used_and_every_used_one_is_registered() -> None:
    paths = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    own = ROOT / "service" / "barriers.py"
    assert disagreement((path.read_text("utf-8") for path in paths if path != own), barriers.NAMES) == set()
    assert len(set(barriers.NAMES)) == len(barriers.NAMES)


@pytest.mark.parametrize(
    ("source", "names", "wrong"),
    [
        ('barrier("a.b")', ["a.b"], set()),
        ('barriers.barrier("a.b")', [], {"a.b"}),
        ("", ["a.b"], {"a.b"}),
        ('name = "a.b"\nbarrier(name)', ["a.b"], {"a.b", "a call without a literal name"}),
        ("from service.barriers import barrier as b", [], {"an import under another name"}),
    ],
)
def test_the_comparison_sees_what_is_missing_on_either_side(source: str, names: list[str], wrong: set[str]) -> None:
    assert disagreement([source], names) == wrong


def test_nothing_happens_when_no_barrier_is_named() -> None:
    done = run(None)
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 6)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("made.first", []),
        ("made.second", ["first 0"]),
        ("made.first:3", ["first 0", "second 0", "first 1", "second 1"]),
    ],
)
def test_the_process_is_killed_at_the_named_pass(given: str, said: list[str]) -> None:
    done = run(given)
    assert done.returncode == -signal.SIGKILL
    assert done.stdout.splitlines() == said


def test_a_pass_that_never_comes_kills_nothing() -> None:
    assert run("made.first:4").returncode == 0


@pytest.mark.parametrize("given", ["made.third", "made.first:0", "made.first:x", "made", "made.first:"])
def test_a_variable_that_names_no_barrier_is_refused_without_being_repeated(given: str) -> None:
    done = run(given)
    assert done.returncode == 1
    assert "PRACTICE_BARRIER does not name a barrier" in done.stderr
    assert "made.third" not in done.stderr
    assert done.stdout == ""


def test_arming_again_reads_the_new_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(barriers, "NAMES", ("made.first",))
    with pytest.raises(BadInputError):
        barriers.arm({"PRACTICE_BARRIER": "made.second"})
    barriers.arm({"PRACTICE_BARRIER": "made.first:2"})
    barriers.barrier("made.first")
    barriers.arm({})
    barriers.barrier("made.first")


def test_a_barrier_that_is_off_costs_hardly_more_than_a_call() -> None:
    """Measured against an empty function on the same machine, the best of several, because other programs run too."""
    barriers.arm({})

    def empty(name: str) -> None:
        del name

    def best(call: Callable[[str], None]) -> float:
        return min(timeit.repeat(lambda: call("made.first"), number=20_000, repeat=15))

    assert best(barriers.barrier) < 4 * best(empty)
