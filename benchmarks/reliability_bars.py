"""Which of the bars of reliability, security and privacy are measured every night, and by what."""

from __future__ import annotations

from dataclasses import dataclass

PYTEST = ("-m", "pytest", "-q", "-p", "no:cacheprovider")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One line of the table. ``each``: so many trials are in one test, by the test's own count.

    ``words``: what follows `python`; pytest's tests are counted, other commands only end well or not. No words: there
    is nothing to run yet.
    """

    id: str
    what: str
    each: int = 1
    words: tuple[str, ...] = ()

    @property
    def command(self) -> str:
        """As it is typed."""
        shown = tuple(word for word in self.words if word not in PYTEST[3:])
        return "python " + " ".join(f'"{word}"' if " " in word else word for word in shown) if self.words else ""

    @property
    def is_pytest(self) -> bool:
        """Whether it is a run of tests."""
        return self.words[: len(PYTEST)] == PYTEST


def _tests(bar: str, what: str, *where: str, each: int = 1, slow: bool = True) -> Bar:
    return Bar(id=bar, what=what, each=each, words=(*PYTEST, *where, *(("-m", "slow") if slow else ())))


BARS: tuple[Bar, ...] = (
    _tests(
        "R1",
        "kill -9 while a recording is received: none acknowledged is lost",
        "tests/service/ingest/test_killed.py",
        each=100,
    ),
    _tests(
        "R1",
        "kill -9 of a worker at each barrier: one result, none stuck",
        "tests/service/jobs/test_workers.py",
        "-k",
        "a_hundred_times",
        each=100,
    ),
    _tests("R1", "kill -9 while a sealed file is stored", "tests/service/blobs/test_killed_put.py", each=100),
    _tests(
        "R1", "kill -9 while keys are made, destroyed or rotated", "tests/service/keybroker/test_killed.py", each=100
    ),
    _tests("R2", "power lost, unsynced writes gone: 500 runs", "tests/service/blobs/test_power_loss.py", slow=False),
    _tests("R3", "the same upload again: one recording", "tests/service/ingest/test_repeats.py", each=200),
    _tests(
        "R4",
        "a worker that is killed, asleep or told to stop: another one finishes, nothing twice",
        "tests/service/jobs/test_workers.py",
        "-k",
        "not a_hundred_times",
    ),
    _tests(
        "R4",
        "two workers elsewhere on PostgreSQL, one killed while it writes words down; no keeper for a while",
        "tests/service/keeper/test_elsewhere.py",
    ),
    _tests(
        "R5",
        "disk full at every place that writes, over the whole service",
        *(f"tests/service/full_disk/test_{name}.py" for name in ("requests", "no_plaintext", "jobs", "upkeep")),
        slow=False,
    ),
    _tests("R5", "disk full under a worker and its durable engine", "tests/service/full_disk/test_worker_process.py"),
    _tests(
        "R6",
        "connections to the database cut, reset, silent or ended, at any message",
        "tests/service/cut_database/test_requests.py",
        "tests/service/cut_database/test_jobs.py",
        "-k",
        "any_message",
        each=50,
    ),
    _tests(
        "R6",
        "connections to the database: the service's own limits, a server that only reads",
        *(f"tests/service/cut_database/test_{name}.py" for name in ("requests", "jobs", "limits")),
        "-k",
        "not any_message",
        slow=False,
    ),
    _tests("R8", "upgrades of databases with rows in them", "tests/service/database/test_upgrade.py", slow=False),
    _tests(
        "R9",
        "backup and restore: every sealed file opens, a missing part is told first",
        "tests/service/admin/test_restore.py",
        "tests/service/admin/test_backup.py",
        slow=False,
    ),
    _tests("R10", "damaged sealed files are refused", "tests/service/blobs/test_damage.py", each=1000),
    Bar(
        id="R9",
        what="backup and restore of 1,000 recordings: within 30 minutes, and all open",
        each=1000,
        words=("-m", "benchmarks.restoring"),
    ),
    _tests(
        "R10",
        "damaged or swapped keys and fields are refused",
        "tests/service/keybroker/test_tampering.py",
        "tests/service/keybroker/test_fields.py",
        each=1000,
    ),
    Bar(
        id="M1",
        what="10,000 damaged recordings: read or refused in a sentence",
        each=10_000,
        words=("-m", "benchmarks.hostile_media", "--files", "10000"),
    ),
    _tests(
        "M2", "files that pretend to be recordings: the expected verdict", "tests/hostile/test_confusion.py", slow=False
    ),
    Bar(id="M4", what="a recording of four hours", words=("-m", "benchmarks.long_recording", "--minutes", "240")),
    _tests(
        "M4",
        "a gibibyte is received: memory flat; uploads go on after drops and a killed server",
        "tests/service/ingest/test_served.py",
        "-k",
        "gibibyte or tus_js",
    ),
    _tests(
        "P11", "the whole analysis, followed call by call: no address of a network", "tests/e2e/test_follow_calls.py"
    ),
    Bar(id="L1", what="50 people at work while a recording is transcribed", words=("-m", "benchmarks.load")),
    _tests(
        "S4",
        "10,000 guesses at a password, from 1 and from 1,000 addresses",
        "tests/service/people/test_limits.py",
        each=10_000,
    ),
    _tests("I1", "1,000 tampers with the audit, SQLite", "tests/service/audit/test_verification.py", each=1000),
    _tests("I1", "1,000 tampers with the audit, PostgreSQL", "tests/service/audit/test_postgres_tampers.py", each=1000),
    _tests(
        "P1",
        "nothing is committed after a withdrawal, whenever it comes",
        "tests/service/permissions/test_withdrawal.py",
        each=200,
    ),
    _tests(
        "P4",
        "canaries over a whole installation, SQLite and PostgreSQL, with the control",
        "tests/service/test_erasure_canaries.py",
        slow=False,
    ),
    _tests("P5", "kill -9 at each step of an erasure", "tests/service/erasure/test_killed.py", each=100),
    _tests("P5", "kill -9 at each step of `practice erase`", "tests/service/admin/test_erase_killed.py", each=100),
    _tests(
        "P6",
        "a backup older than an erasure: nothing comes back, nothing starts without the ledger",
        "tests/service/admin/test_restore.py",
        "-k",
        "erased_after or ledger",
        slow=False,
    ),
    _tests(
        "P7",
        "100 uploads leave no plaintext on the disk while they run",
        "tests/service/ingest/test_served.py",
        "-k",
        "plaintext",
        each=100,
    ),
    _tests(
        "P9",
        "10,000 items of retention, with holds and clock jumps",
        "tests/service/retention/test_run.py",
        each=10_000,
    ),
    _tests("R1", "kill -9 of a worker anywhere in any stage", "tests/service/jobs/test_each_stage.py"),
    _tests("R1", "killed and begun again: ready within five seconds", "tests/service/cli/test_restarting.py", each=20),
    _tests(
        "S1",
        "every route for everybody, in every state of a session",
        "tests/service/routes_matrix/test_routes_matrix.py",
    ),
    _tests(
        "S2", "the time of 500 requests for a foreign session and for none", "tests/service/test_same_time.py", each=500
    ),
    _tests("S5", "5,000 steps towards releasing feedback", "tests/service/feedback/test_release_gate.py", each=5_000),
    _tests("S8", "10,000 requests made from the API's description", "tests/service/test_schemathesis.py", each=10_000),
    _tests(
        "S9",
        "300 payloads in every text field, and on pages in a browser",
        "tests/service/test_harmful_texts.py",
        "tests/e2e/test_harmful_pages.py",
        each=300,
    ),
)
