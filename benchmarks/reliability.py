"""Runs what is measured every night, and writes the table of docs/reliability.md: `make test-nightly`.

    python -m benchmarks.reliability                # all of it: hours on two cores
    python -m benchmarks.reliability R9 P4          # these bars; the others' lines stay as they were
    python -m benchmarks.reliability --list

The exit code is the number of lines that failed. A line says when it was run, and of which commit.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from benchmarks.reliability_bars import BARS, Bar
from benchmarks.reliability_tests import HELD, held_table

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "reliability.md"
NOT_RUN, NOTHING = "not run", "no test yet"
_HEAD = """# What was measured, when

Written by `make test-nightly` (`python -m benchmarks.reliability`), line by line; do not edit the tables. *n* is the
number of trials: tests that ran, times the trials in each. 0 failures in *n* trials say no more than that fewer than 3
in *n* fail, with 95% confidence.

## At night

| Bar | What | n | Result | Command | Run |
|---|---|---:|---|---|---|
"""
_ROW = re.compile(
    r"\| (?P<id>[A-Z]\d+) \| (?P<what>.*) \| (?P<n>[^|]*) \| (?P<result>[^|]*) "
    r"\| (?P<command>[^|]*) \| (?P<run>[^|]*) \|"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a line says; ``failed`` where it did not end well."""

    n: str = ""
    words: str = NOT_RUN
    run: str = ""

    @property
    def failed(self) -> bool:
        """Whether something failed."""
        return self.words.startswith("FAILED")


def main() -> int:
    """Run the bars that are named, or all; the exit code is how many lines failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bars", nargs="*", metavar="BAR", help="all where none is named")
    parser.add_argument("--list", action="store_true", help="print the commands and run nothing")
    given = parser.parse_args()
    chosen = [bar for bar in BARS if not given.bars or bar.id in given.bars]
    if given.list:
        print("\n".join(f"{bar.id:4} {bar.command or NOTHING}" for bar in chosen))
        return 0
    results = earlier(PAGE.read_text("utf-8")) if PAGE.exists() else {}
    for bar in chosen:
        if not bar.words:
            continue
        print(f"\n== {bar.id} {bar.what}", flush=True)
        results[(bar.id, bar.command)] = measured(bar)
        PAGE.write_text(page(BARS, results), "utf-8")  # after each, so that an interrupted night leaves what it found
    PAGE.write_text(page(BARS, results), "utf-8")
    return sum(results.get((bar.id, bar.command), Result()).failed for bar in chosen)


def measured(bar: Bar) -> Result:
    """Run one bar's command and say what came of it."""
    begun, commit = time.monotonic(), _commit()
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        more = (f"--junitxml={report}",) if bar.is_pytest else ()
        ended = subprocess.run([sys.executable, *bar.words, *more], cwd=ROOT, check=False)
        counted = counts(report.read_text("utf-8")) if report.exists() else None
    run = f"{time.strftime('%Y-%m-%d', time.gmtime())}, {commit}, {round(time.monotonic() - begun)} s"
    return judged(bar, ended.returncode, counted, run)


def judged(bar: Bar, code: int, counted: Mapping[str, int] | None, run: str) -> Result:
    """What a line says of a run. ``counted``: pytest's tests, failures and skips; None for other commands."""
    if counted is None:
        words = "passed" if code == 0 and not bar.is_pytest else f"FAILED, exit code {code}"
        return Result(n=f"{bar.each:,}", words=words, run=run)
    ran, wrong = counted["tests"] - counted["skipped"], counted["failures"] + counted["errors"]
    n = f"{ran:,}" if bar.each == 1 else f"{ran} x {bar.each:,}"
    if ran == 0:
        return Result(n="0", words=f"{NOT_RUN}: {counted['skipped']} skipped", run=run)
    if code != 0 or wrong:
        return Result(n=n, words=f"FAILED: {wrong} of {ran} tests", run=run)
    skipped = f", {counted['skipped']} skipped" if counted["skipped"] else ""
    return Result(n=n, words=f"passed: 0 failures{skipped}", run=run)


def counts(report: str) -> dict[str, int]:
    """How many tests ran, failed and were skipped, by pytest's report in XML, which pytest wrote just now."""
    suite = ElementTree.fromstring(report).find("testsuite")
    found = {} if suite is None else suite.attrib
    return {name: int(found.get(name, 0)) for name in ("tests", "failures", "errors", "skipped")}


def page(bars: Sequence[Bar], results: Mapping[tuple[str, str], Result]) -> str:
    """The whole page; a bar that was never run says so. What every run of the tests holds stands below."""
    nightly = "".join(_line(bar, results.get((bar.id, bar.command), Result())) for bar in bars)
    return _HEAD + nightly + held_table(HELD)


def earlier(text: str) -> dict[tuple[str, str], Result]:
    """The results that a page holds, by bar and command."""
    rows = [match for line in text.splitlines() if (match := _ROW.fullmatch(line))]
    return {
        (row["id"], row["command"].strip("`")): Result(n=row["n"], words=row["result"], run=row["run"]) for row in rows
    }  # fmt: skip


def _line(bar: Bar, result: Result) -> str:
    words = result.words if bar.words else NOTHING
    command = f"`{bar.command}`" if bar.words else ""
    return f"| {bar.id} | {bar.what} | {result.n} | {words} | {command} | {result.run} |\n"


def _commit() -> str:
    """The commit, with a plus where the checkout was changed since."""
    said = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    changed = subprocess.run(
        ["git", "diff", "--quiet", "HEAD", "--", ".", ":!docs/reliability.md"], cwd=ROOT, check=False
    )
    return f"{said.stdout.strip()}{'+' if changed.returncode else ''}" if said.returncode == 0 else "no checkout"


if __name__ == "__main__":
    sys.exit(main())
