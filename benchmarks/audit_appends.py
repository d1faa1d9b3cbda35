"""How many audit events a second are written, each in a durable transaction of its own, as the service writes them?

``python -m benchmarks.audit_appends [--appends 1000] [--database postgresql+psycopg://…]`` measures SQLite in a new
folder, with full synchronisation, and PostgreSQL: the empty database at that address, or else a server that it starts
with that server's own durable settings, where PostgreSQL is installed. Times depend on the machine and its disk.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from benchmarks.audit import BEGUN, EVENT
from service.audit.chained_trail import ChainedTrail, begin_chain
from service.audit.keys import Keyring, new_key
from service.database.engine import open_database
from service.database.upgrade import upgrade
from tests.service.postgres import programs, running


def measure(name: str, url: str, events: int) -> None:
    """Print how fast events are written to the empty database at this address."""
    keys = Keyring(keys=(new_key("bench"),))
    trail, times = ChainedTrail(keys), []
    with closing(open_database(url)) as database, tempfile.TemporaryDirectory() as folder:
        upgrade(database, None)
        begin_chain(database, keys, Path(folder) / "anchors", BEGUN)
        for at in range(events):
            began = time.perf_counter()
            with database.writing() as rows:
                trail.append(rows, replace(EVENT, when_ms=BEGUN + at))
            times.append(time.perf_counter() - began)
    times.sort()
    print(
        f"{name}: {events:,} events appended, each in a durable transaction: {events / sum(times):,.0f} a second; "
        f"median {1000 * times[events // 2]:.2f} ms, 95th percentile {1000 * times[events * 95 // 100]:.2f} ms",
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a row for each database."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--appends", type=int, default=1000)
    parser.add_argument("--database", help="an empty PostgreSQL database to write to")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        measure("SQLite", f"sqlite:///{folder}/practice.db", options.appends)
    if options.database:
        measure("PostgreSQL", options.database, options.appends)
    elif programs() is None:
        print("PostgreSQL: not measured, because it is not installed here (initdb)")
    else:
        with running(durable=True) as server, server.fresh() as name:
            measure("PostgreSQL", server.url(name), options.appends)


if __name__ == "__main__":
    main()
