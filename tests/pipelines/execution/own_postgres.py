"""A PostgreSQL server of the tests' own, in a folder that goes with it; or a skip that says what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

NOBODY = 65534


@contextmanager
def own_postgres() -> Iterator[str]:
    """The URL of an empty database, as ``postgresql://...``."""
    found = shutil.which("initdb")
    if found is None:
        pytest.skip("there is no initdb here, so nothing is tested on PostgreSQL")
    programs = Path(found).resolve().parent
    user: dict[str, Any] = {"user": NOBODY, "group": NOBODY} if os.getuid() == 0 else {}
    with tempfile.TemporaryDirectory(prefix="pg-", dir="/tmp") as made:
        folder = Path(made)
        if user:
            os.chown(folder, NOBODY, NOBODY)
        quiet: dict[str, Any] = {"check": True, "capture_output": True, "cwd": folder, **user}
        data = str(folder / "data")
        subprocess.run([programs / "initdb", "-D", data, "-U", "practice", "-A", "trust", "-N"], **quiet)
        options = f"-c listen_addresses='' -k {folder} -c fsync=off"
        control = [str(programs / "pg_ctl"), "-D", data, "-w"]
        subprocess.run([*control, "-o", options, "-l", str(folder / "log"), "start"], **quiet)
        try:
            yield f"postgresql://practice@/postgres?host={folder}"
        finally:
            subprocess.run([*control, "-m", "immediate", "stop"], **quiet)
