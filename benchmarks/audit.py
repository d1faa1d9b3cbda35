"""How fast are audit events verified, and how much memory does a verification take?

``python -m benchmarks.audit [--events 10000 100000]`` writes chains of that many events to SQLite and verifies each by
the command `practice audit verify` in a process of its own, whose peak memory is printed. Times depend on the machine
and its disk. How fast events are written is told by ``python -m benchmarks.audit_appends``.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from service.audit.anchors import AnchorFile, AnchorInterval
from service.audit.keys import Key, Keyring, new_key
from service.audit.log import AuditLog
from service.audit.records import Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.audit.sql_rows import SqlRows
from service.database.engine import open_database
from service.database.upgrade import upgrade

BEGUN = 1_790_000_000_000
BATCH = 1000
EVENT = AuditEvent(
    when_ms=BEGUN, actor_id=UUID(int=1).hex, role=ActorRole.COACH, action=Action.PLAY, kind=Kind.RECORDING,
    object_id=UUID(int=2).hex, purpose=Purpose.COACHING, outcome=Outcome.DONE, request_id=UUID(int=3).hex,
    session_id=UUID(int=4).hex,
)  # fmt: skip


def write(folder: Path, events: int, key: Key) -> None:
    """A chain of so many events in a database of the folder, anchored every 1,000, with its key file."""
    (folder / "keys").touch(0o600)
    (folder / "keys").write_text(key.line())
    keys, place = Keyring(keys=(key,)), AnchorFile(folder / "anchors")
    anchored = None
    with closing(open_database(f"sqlite:///{folder / 'practice.db'}")) as database:
        upgrade(database, None)
        with database.writing() as rows:
            AuditLog(SqlRows(rows), keys).begin(UUID(int=5).hex, BEGUN)
        for start in range(0, events, BATCH):
            with database.writing() as rows:
                log = AuditLog(SqlRows(rows), keys)
                for at in range(start, min(start + BATCH, events)):
                    log.append(replace(EVENT, when_ms=BEGUN + at))
            with database.reading() as rows:
                log = AuditLog(SqlRows(rows), keys)
                anchored = log.anchor(place, anchored, BEGUN + start, AnchorInterval(rows=BATCH))


def verified(folder: Path) -> None:
    """Verify a folder's chain in this process, and print seconds and peak memory in kB as JSON."""
    from service.cli.main import app

    words = ["audit", "verify", folder / "practice.db", "--anchors", folder / "anchors", "--key-file", folder / "keys"]
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    code = app([str(word) for word in words], standalone_mode=False)
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps({"code": code or 0, "seconds": seconds, "before_kb": before, "peak_kb": after}))


def measure(events: int) -> None:
    """Print a row for a chain of so many events."""
    with tempfile.TemporaryDirectory() as made:
        write(Path(made), events, new_key("bench"))
        child = [sys.executable, "-m", "benchmarks.audit", "--verify", made]
        done = subprocess.run(child, capture_output=True, text=True, check=True)
        told = json.loads(done.stdout.splitlines()[-1])
        size = (Path(made) / "practice.db").stat().st_size
    print(
        f"{events:,} events: verified in {told['seconds']:.2f} s ({events / told['seconds']:,.0f} a second), "
        f"exit code {told['code']}; peak memory {told['peak_kb'] / 1024:.1f} MiB, of which the verification added "
        f"{(told['peak_kb'] - told['before_kb']) / 1024:.1f}; {size / events:.0f} bytes on disk for each",
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each length of chain."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--verify", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.verify:
        verified(options.verify)
        return
    for events in options.events:
        measure(events)


if __name__ == "__main__":
    main()
