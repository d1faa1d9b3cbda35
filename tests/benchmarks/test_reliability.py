"""The page of what was measured says what ran and what did not, and no more."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from benchmarks.reliability import PAGE, Result, counts, earlier, judged, page
from benchmarks.reliability_bars import BARS, Bar

ROOT = Path(__file__).resolve().parents[2]
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
