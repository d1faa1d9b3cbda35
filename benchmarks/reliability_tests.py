"""What each run of `make test` holds of the bars of reliability, security and privacy, by which tests, and what not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_HEAD = """
## In every run of `make test`

What of each bar the default tests hold, in which files, and what of it no test holds. Written from
`benchmarks/reliability_tests.py`; a bar whose longer form runs at night has lines in the table above too.

| Bar | What is held | Tests |
|---|---|---|
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One line of the table. ``left``: what of the bar's text no test holds, here or at night."""

    id: str
    what: str
    files: tuple[str, ...]
    left: str = ""

    @property
    def line(self) -> str:
        """As it stands on the page."""
        left = f" *Not held:* {self.left}." if self.left else ""
        return f"| {self.id} | {self.what}.{left} | {', '.join(f'`{file}`' for file in self.files)} |\n"


def held_table(held: Sequence[Held]) -> str:
    """The second part of docs/reliability.md."""
    return _HEAD + "".join(one.line for one in held)


def _held(bar: str, what: str, tests: str, *, left: str = "") -> Held:
    """``tests``: names of files below tests/service, or below tests where a stroke comes first."""
    files = (f"tests{name}.py" if name.startswith("/") else f"tests/service/{name}.py" for name in tests.split())
    return Held(id=bar, what=what, files=tuple(files), left=left)


HELD: tuple[Held, ...] = (
    _held(
        "R1",
        "a process that kills itself loses nothing acknowledged, tears nothing and does nothing twice: once at "
        "each barrier of receiving, of an erasure, an upgrade, retention, keys and sealed files, and a "
        "worker between result and row of each stage; a barrier of the 41 that no test dies at, or a stage without its "
        "barriers, fails",
        "test_every_barrier jobs/test_each_stage ingest/test_killed erasure/test_killed admin/test_erase_killed "
        "keybroker/test_killed blobs/test_killed_put test_barriers",
        left="seconds from a death to being ready again in every run; they are taken at night",
    ),
    _held(
        "R2",
        "500 power cuts that lose, reorder and tear unsynced writes of sealed files; without any one fsync it "
        "fails; the order of syncs of keys, ledger and anchors; SQLite is set to synchronous=FULL",
        "blobs/test_power_loss keybroker/test_epochs audit/test_anchors database/test_engine",
        left="SQLite's own files under lost writes, which its authors test; a file system that loses writes",
    ),
    _held(
        "R3",
        "12 schedules of the same recording sent 2 to 20 times, one after the other and at once, with a key and "
        "without: one recording; another body under the same key is a conflict; twenty attempts at one act are one",
        "ingest/test_repeats ingest/test_begin ingest/test_routes api/test_repeat",
        left="200 schedules in every run; they run at night",
    ),
    _held(
        "R4",
        "an old fence commits nothing, a lost claim neither keeps nor ends a job, a silent worker's jobs go on "
        "elsewhere, the same key is never kept twice; of two worker processes on PostgreSQL, without a "
        "keystore, one is killed in the middle, and its session is done on the other within a minute",
        "jobs/test_runner jobs/test_dispatch keeper/test_elsewhere /pipelines/execution/test_engines",
        left="1,000 schedules of 2 to 8 workers",
    ),
    _held(
        "R5",
        "a real small disk that fills up under what people do, under jobs, anchors, the ledger, keys, erasure and "
        "backup: said plainly, with 507 or 503, and what counted stays; the same works once there is room; without "
        "room for its audit row nothing is shown",
        "full_disk/test_requests full_disk/test_jobs full_disk/test_upkeep full_disk/test_no_plaintext "
        "ingest/test_receive keybroker/test_full_disk blobs/test_local_store audit/test_anchors test_nothing_unaudited",
        left="PDF and Word documents on a full disk; a worker's process on a full disk is tried at night only",
    ),
    _held(
        "R6",
        "PostgreSQL behind a connection that is closed, reset, silent or ended by the server, before a request and "
        "before its answer: 503 with the wait, no hang, nothing acknowledged is lost and nothing done twice, and it "
        "works again by itself; a database that does not answer is a page for people",
        "cut_database/test_requests cut_database/test_jobs cut_database/test_limits api/test_problems "
        "keybroker/test_opened web/test_problem_pages",
        left="a failover; the durable engine's own connection; silences of up to a minute",
    ),
    _held(
        "R7",
        "clocks an hour, a day and ten years off, either way, and one that stands still: nothing is deleted early, "
        "no upload given up, no sign-in, second step, challenge, token or link outlasts its time, no job or upload "
        "waits for years, nobody is locked out; machines five minutes apart know each other's sign-ins",
        "test_wrong_clock people/test_wrong_clock retention/test_run admin/test_commands",
        left="libfaketime; one-time codes, of which there are none, as the second proof is a passkey; a session that "
        "a wrong clock put into quarantine stays there until somebody answers again",
    ),
    _held(
        "R8",
        "upgrades of databases with rows, on SQLite and PostgreSQL: every row and guard is there afterwards, a "
        "kill or an error in the middle leaves the older one, and there is a backup first",
        "database/test_upgrade database/test_guards",
        left="downgrades, which are refused: the way back is the backup",
    ),
    _held(
        "R9",
        "a backup opens on another machine with every sealed file; a missing or damaged part is told before "
        "anything is written",
        "admin/test_backup admin/test_restore keybroker/test_backup",
    ),
    _held(
        "R10",
        "100 of each damage to sealed files, every bit of a header, wrapped keys and fields that were changed, "
        "swapped or put back are refused, and all in the same sentence",
        "blobs/test_damage keybroker/test_tampering keybroker/test_fields audit/test_sql_rows",
        left="bits of database pages other than those of the audit and the keystore",
    ),
    _held(
        "M1",
        "63 damaged recordings, each of seven kinds damaged in each of nine ways: read, or refused in a sentence; "
        "however the child ends the parent lives",
        "/hostile/test_mutants /hostile/test_bombs /adapters/test_pyav_decoder",
        left="315 in every run, which are in `make test-slow`; FFmpeg's own regression files",
    ),
    _held(
        "M2",
        "more than 60 files that pretend get the verdict that was written down, no connection comes, the file "
        "beside is not heard; a child that was taken over can open nothing; first bytes are refused while they are "
        "sent",
        "/hostile/test_confusion /hostile/test_bombs ingest/test_first_bytes",
    ),
    _held(
        "M3",
        "ten hours in a small file, lengths that are not true, tables of a billion entries, one hertz, 768 kHz and "
        "255 channels: refused within ten seconds of processor time and 512 MB",
        "/hostile/test_bombs /hostile/test_confusion /adapters/test_pyav_memory",
        left="ten hours as Opus and as m4a; that others' answers stay fast meanwhile",
    ),
    _held(
        "M4",
        "memory hardly grows with the recording, for decoding and for sending",
        "/adapters/test_pyav_memory blobs/test_format",
    ),
    _held(
        "S1",
        "every route, as the application has it, asked by thirteen people of a permitted session is answered as "
        "was written down by hand, and hidden like what is not there; whose sign-in waits for its second proof is "
        "nobody but to that step; a route without a line fails",
        "routes_matrix/test_routes_matrix api/test_principals keybroker/test_visible web/test_passkey_pages",
    ),
    _held(
        "S2",
        "every id of a path or an upload replaced by somebody else's, or by none, is answered alike and changes "
        "nothing; other people's idempotency keys, sign-ins and tokens too; a refusal takes as long in both cases",
        "routes_matrix/test_foreign_ids keybroker/test_starting ingest/test_begin",
        left="ids within bodies; the time of whole requests in every run, which is compared at night",
    ),
    _held(
        "S3",
        "signing out, a new password, a passkey added or removed, disabling, another role, an ended token, being idle "
        "and the end of the day hold from the next request on, for pages and programs; a planted cookie opens "
        "nothing; a request under way brings no ended sign-in back",
        "people/test_sign_in people/test_staff people/test_tokens people/test_routes_sign_in "
        "people/test_routes_own people/test_passkeys routes_matrix/test_routes_matrix",
    ),
    _held(
        "S4",
        "200 guesses: ten are heard in any five minutes, over many names and many addresses, nobody is locked out, "
        "and a name that is not there is limited and answered alike, in about the same time",
        "people/test_limits people/test_routes_sign_in people/test_passwords",
    ),
    _held(
        "S5",
        "300 steps of a model that confirms, changes, replays and writes into the tables: nothing is released that "
        "no person confirmed as it is; the database refuses it too",
        "feedback/test_release_gate database/test_feedback_guards feedback/test_feedback",
        left="5,000 steps in every run; they run at night",
    ),
    _held(
        "S6",
        "no cell of the audit's file is a formula; copies are taken after a proof from just now and each is in the "
        "audit; names of files are fixed",
        "audit/test_csv web/admin/test_running_pages web/test_feedback_pages subject_access/test_copies",
        left="a ceiling and an end for exports, which only ever hold one session or the audit",
    ),
    _held(
        "S7",
        "50 secrets through every route and page, as ids, queries, fields, cookies and bodies, and in the words of "
        "errors that nobody foresaw: none in a log, a figure, a header or a problem",
        "test_nothing_leaks web/test_pages_leak_nothing api/test_problems people/test_routes_own",
        left="the logs of a PostgreSQL server",
    ),
    _held(
        "S8",
        "300 requests made from the API's description, by everybody: no answer of 5xx, none that is not described, "
        "none without signing in, none of what was erased",
        "test_schemathesis",
        left="500 in every run; 10,000 run at night",
    ),
    _held(
        "S9",
        "300 payloads: each comes back as it was written or is refused, by fields, paths, queries, headers and "
        "names of files; what is said and typed adds no markup to any page",
        "test_harmful_texts web/test_harmful_pages feedback/test_documents",
        left="a real browser in every run; it is asked at night",
    ),
    _held(
        "S10",
        "the whole table of headers on every cell of S1, and on files, parts, 304, 416, redirects, forms that are "
        "refused, errors that nobody foresaw and 503; cookies are for this service alone and no script's",
        "test_headers_here api/test_headers routes_matrix/test_routes_matrix",
        left="what the HTTP library answers to what is no HTTP",
    ),
    _held(
        "S11",
        "licences of all that is installed were agreed to; no secret in a file; what ruff's security rules let "
        "pass says why; who may import what (`make lint`)",
        "/test_supply /test_architecture web/test_vendor",
        left="known faults of dependencies (pip-audit needs a network)",
    ),
    _held(
        "S12",
        "made-up input for cursors, ranges, audit events, transcripts and rubrics is read or refused",
        "api/test_paging api/test_ranges audit/test_records /pipelines/conversations/test_reading "
        "/rubrics/test_mutants",
        left="Atheris, for an hour each",
    ),
    _held(
        "I1",
        "100 tampers of each run and every kind by itself are found and named, on SQLite and PostgreSQL; without "
        "the comparison of MACs the test fails; the window is stated in docs/audit-chain.md",
        "audit/test_verification audit/test_sql_rows audit/test_postgres_tampers audit/test_chained_trail",
    ),
    _held(
        "I2",
        "each look and each refusal of S1 is one row; whatever shows content leaves one; where the row cannot be "
        "written, in five ways, no address shows a byte",
        "test_nothing_unaudited routes_matrix/test_routes_matrix keybroker/test_broker",
        left="exactly one row for pages that open several contents: they leave one for each",
    ),
    _held(
        "I3",
        "after an erasure the chain is whole, and no canary is in its rows",
        "erasure/test_machine test_erasure_canaries admin/test_restore",
    ),
    _held(
        "P1",
        "a withdrawal in each stage keeps nothing of it; while sound plays it is cut off within a mebibyte; "
        "events, uploads and lists stop; the epoch goes with it in one transaction",
        "jobs/test_each_stage jobs/test_runner permissions/test_withdrawal keybroker/test_opened api/test_ranges "
        "api/test_events ingest/test_receive",
    ),
    _held(
        "P2",
        "315,000 cells of role, tie, permission, purpose, content and act are answered as was written down; a "
        "purpose that is no known word is refused",
        "keybroker/test_matrix keybroker/test_broker permissions/test_records",
    ),
    _held(
        "P3",
        "after a withdrawal nothing that was kept is confirmed by its tag or sent in parts, by this web process or "
        "another one; nothing may be stored on the way; signing out clears the browser",
        "test_after_withdrawal api/test_conditional people/test_routes_sign_in",
    ),
    _held(
        "P4",
        "canaries of a session are in no file before; a thief with every key finds them before, none after, and "
        "all of the neighbour's; the wrapped key's bytes are nowhere; without a cipher the scan finds everything",
        "test_erasure_canaries erasure/test_machine test_canaries",
        left="archives of PostgreSQL's log and replicas",
    ),
    _held(
        "P5",
        "killed at each of 16 steps, by the service and by `practice erase`: whoever goes on ends with the certificate",
        "erasure/test_killed admin/test_erase_killed",
    ),
    _held(
        "P6",
        "an older backup brings nothing back that was erased; without the ledger, or with a shorter one, nothing "
        "starts",
        "admin/test_restore erasure/test_ledger",
    ),
    _held(
        "P7",
        "no content in a file at any step of a put, nor anywhere while and after a job is worked on; the recording "
        "lies in memory, in its owner's folder, while it is decoded",
        "blobs/test_no_plaintext jobs/test_runner jobs/test_scratch test_nothing_leaks",
        left="core and swap files, which the units of docs/run-on-one-machine.md turn off",
    ),
    _held(
        "P9",
        "200 items with schedules, holds, withdrawals and two clock jumps: none early, none a day late; a hold "
        "wins and ends; sealed files that no row names go too",
        "retention/test_run retention/test_schedule admin/test_unnamed_blobs",
    ),
    _held(
        "P10",
        "everything that was planted of somebody is in their copy, what others said and wrote is left out until a "
        "person lets it in, and each act is audited",
        "subject_access/test_planted subject_access/test_copies subject_access/test_records",
    ),
    _held(
        "P11",
        "no test of the run looks a name up or connects outside of this machine, or it fails; only named files can "
        "open a connection; importing everything opens none; the telemetry that onnxruntime carries is off, and "
        "leaves no id of the machine",
        "/conftest /test_no_network /hostile/test_confusion /models/test_no_telemetry",
        left="look-ups by libraries that are not Python, and by processes that tests start, in every run; at night "
        "the whole analysis is followed call by call",
    ),
    _held(
        "C1",
        "no module can load a pickle but the confined converter; a harmful one is refused and nothing of it runs; "
        "pickled weights, arrays and models with code of their own are refused",
        "/test_supply /models/adapters/test_checkpoint_converter /models/test_weights /test_architecture",
    ),
    _held(
        "C2",
        "one changed bit of weights is refused, of those in packages, those pulled and our own coder",
        "/models/test_weights /coder/test_package",
        left="a signature of the list of digests, which is part of the source",
    ),
    _held(
        "L4",
        "only two passwords are hashed at once, with 19 MiB and two passes, and who waits long is told so",
        "people/test_passwords",
        left="100 sign-ins at once by their seconds",
    ),
)
