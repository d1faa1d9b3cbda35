"""The page docs/run-on-one-machine.md, step by step in a clean Debian 12 that systemd runs.

    python -m benchmarks.debian.units

Every command of its sections on installing and on the first start is run as it stands there; then each unit is started,
the sample recording is sent through the web process to the worker behind its walls, and both are stopped. Needs root,
debootstrap, systemd-nspawn and a package registry; a minute or two for the folder and for the installation, and as long
as the recording takes.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.debian.folder import ROOT, Booted, StepError, booted, made, prepared

PAGE = ROOT / "docs" / "run-on-one-machine.md"
ONE_SHOT = ("practice-retention", "practice-backup", "practice-rotate-keys")
LASTING = ("practice-web", "practice-worker@cpu")
_OLD = (
    "systemctl disable --quiet --now 'practice-*' 2>&1; userdel practice 2>&1; "
    "rm -rf /opt/practice* /var/lib/practice* /srv/* /etc/practice /etc/systemd/system/practice* && "
    "mkdir -p /srv/offsite /srv/backup /mnt/practice-offsite /mnt/practice-backup"
)
_OWN = "chown practice: /srv/offsite /srv/backup && chmod 0700 /srv/offsite /srv/backup"
_LOCAL = "sed -i 's#^PRACTICE_URL=.*#PRACTICE_URL=http://localhost:8765#' /etc/practice/practice.env"
_CPU = "printf 'PRACTICE_DEVICE=cpu\\n' > /etc/practice/worker-cpu.env"
_SAMPLE = (
    "cp /etc/practice/practice.env /run/told.env && chmod 0644 /run/told.env && cd /src && "
    "sudo -u practice env PYTHONDONTWRITEBYTECODE=1 /opt/practice/bin/python -m benchmarks.debian.sample /run/told.env"
)


def main() -> int:
    """Print each step and its seconds; 1 where one did not end well."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--folder", type=Path, default=Path("/var/tmp/practice-debian"), help="kept for the next time")
    folder = parser.parse_args().folder.resolve()
    made(folder)
    prepared(folder)
    try:
        with booted(folder) as machine:
            for name, line in steps(PAGE.read_text("utf-8")):
                _timed(machine, name, line)
            _running(machine)
    except StepError as failed:
        print(f"FAILED {failed}")
        return 1
    print("Every step ended well.")
    return 0


def steps(page: str) -> Iterator[tuple[str, str]]:
    """Every step: its name and its line of shell. The page's own lines, and what it says in words between them."""
    yield "nothing is left of an earlier time", _OLD
    yield from ((line, f"cd /src && {line}") for line in commands(page, "Installing"))
    yield "the settings are edited", f"{_OWN} && {_LOCAL} && {_CPU}"
    yield (
        "without the folder of another machine nothing starts",
        "systemctl daemon-reload && ! systemctl start practice-web",
    )
    for name in ("offsite", "backup"):
        yield f"a folder is mounted for {name}", f"mount --bind /srv/{name} /mnt/practice-{name}"
    yield from ((line, line) for line in commands(page, "The first start"))


def commands(page: str, heading: str) -> list[str]:
    """The lines of code under a heading, without what follows them as a comment."""
    section = page.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    blocks = re.findall(r"^```\n(.*?)^```", section, re.DOTALL | re.MULTILINE)
    return [line.split("     #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


def _running(machine: Booted) -> None:
    """Start every unit, give the worker something to do, and stop again."""
    _timed(machine, "the timers", f"systemctl enable --now {' '.join(f'{unit}.timer' for unit in ONE_SHOT)}")
    for unit in ONE_SHOT:
        _timed(machine, unit, f"systemctl start {unit}")
    print(_timed(machine, "the sample recording, from the upload to the scores", _SAMPLE), end="")
    for unit in LASTING:
        stopped = f"systemctl stop {unit} && test $(systemctl show -P Result {unit}) = success"
        _timed(machine, f"{unit} stops when it is told to", stopped)
    if failed := machine.sh("systemctl --failed --no-legend").strip():
        raise StepError(f"failed units: {failed}")


def _timed(machine: Booted, name: str, line: str) -> str:
    begun = time.monotonic()
    printed = machine.sh(line)
    print(f"{time.monotonic() - begun:6.1f} s  {name}", flush=True)
    return printed


if __name__ == "__main__":
    sys.exit(main())
