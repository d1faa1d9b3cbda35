"""The page of what was measured says what ran and what did not, and no more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.reliability import PAGE, Result, counts, earlier, judged, page
from benchmarks.reliability_bars import BARS, Bar
from benchmarks.reliability_tests import HELD, held_table

ROOT = Path(__file__).resolve().parents[2]
ASKED_FOR = (
    *(f"R{number}" for number in range(1, 11)), *(f"M{number}" for number in range(1, 5)),
    *(f"S{number}" for number in range(1, 12)), *(f"I{number}" for number in range(1, 4)),
    *(f"P{number}" for number in (1, 2, 3, 4, 5, 6, 7, 9, 10, 11)), "C1", "C2",
)  # fmt: skip
"""The bars that the service has to hold from its first version on."""
TESTS = Bar(id="R1", what="deaths", each=100, words=("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/x.py"))
REPORT = '<testsuites><testsuite tests="{}" failures="{}" errors="0" skipped="{}"/></testsuites>'


@pytest.mark.parametrize(
    ("code", "tests", "failures", "skipped", "n", "words"),
    [
        (0, 16, 0, 0, "16 x 100", "passed: 0 failures"),
        (0, 16, 0, 2, "14 x 100", "passed: 0 failures, 2 skipped"),
        (1, 16, 1, 0, "16 x 100", "FAILED: 1 of 16 tests"),
        (2, 16, 0, 0, "16 x 100", "FAILED: 0 of 16 tests"),
        (0, 3, 0, 3, "0", "not run: 3 skipped"),
        (5, 0, 0, 0, "0", "not run: 0 skipped"),
    ],
)
def test_a_line_counts_what_ran_and_never_calls_skipping_a_success(
    code: int, tests: int, failures: int, skipped: int, n: str, words: str
) -> None:
    found = judged(TESTS, code, counts(REPORT.format(tests, failures, skipped)), "today")
    assert (found.n, found.words) == (n, words)
    assert found.failed == words.startswith("FAILED")


def test_a_run_of_tests_without_a_report_failed() -> None:
    assert judged(TESTS, 0, None, "today").failed


def test_a_page_that_is_read_and_written_is_the_same() -> None:
    results = {
        (BARS[0].id, BARS[0].command): Result(n="11 x 100", words="passed: 0 failures", run="2026-11-22, abc, 9 s")
    }
    text = page(BARS, results)
    assert page(BARS, earlier(text)) == text
    assert text.count("| not run |") == sum(bool(bar.words) for bar in BARS) - 1


def test_every_line_has_a_command_of_its_own() -> None:
    commands = [(bar.id, bar.command) for bar in BARS if bar.words]
    assert len(set(commands)) == len(commands) > 20


def test_every_file_and_module_that_a_line_runs_is_there() -> None:
    for bar in BARS:
        for word in bar.words:
            if word.startswith("tests/"):
                assert (ROOT / word).is_file(), word
            if word.startswith("benchmarks."):
                assert (ROOT / f"{word.replace('.', '/')}.py").is_file(), word


def test_every_line_that_runs_slow_tests_finds_some() -> None:
    for bar in BARS:
        if bar.words[-2:] == ("-m", "slow"):
            files = [ROOT / word for word in bar.words if word.startswith("tests/")]
            assert all("mark.slow" in file.read_text("utf-8") for file in files), bar.command


def test_the_page_in_the_checkout_has_the_lines_of_this_version() -> None:
    text = PAGE.read_text("utf-8")
    assert text == page(BARS, earlier(text))


def test_the_page_tells_how_each_measured_line_was_run() -> None:
    for result in earlier(PAGE.read_text("utf-8")).values():
        assert not result.run or re.fullmatch(r"\d{4}-\d\d-\d\d, [0-9a-f]{7,}[+]?, \d+ s", result.run)


def test_every_bar_of_the_service_is_held_in_every_run_by_tests_that_are_there() -> None:
    held = [one.id for one in HELD]
    assert set(ASKED_FOR) <= set(held)
    assert len(set(held)) == len(held)
    for one in HELD:
        assert one.files
        for file in one.files:
            text = (ROOT / file).read_text("utf-8")
            assert "def test_" in text or file == "tests/conftest.py", file
            assert not re.search(r"^pytestmark = .*slow", text, re.MULTILINE), f"{file} is not in every run"


def test_what_is_held_stands_on_the_page_and_says_what_is_not() -> None:
    text = PAGE.read_text("utf-8")
    assert text.endswith(held_table(HELD))
    for one in HELD:
        assert f"| {one.id} | {one.what}." in text
        assert "|" not in one.what + one.left
        assert not one.what.endswith(".")
        assert (f"*Not held:* {one.left}." in one.line) == bool(one.left)


def test_a_night_leaves_what_is_held_as_it_was() -> None:
    """The lines of the second table are not taken for results."""
    text = page(BARS, {})
    assert set(earlier(text)) == {(bar.id, bar.command) for bar in BARS}
    assert page(BARS, earlier(text)) == text
