"""How long a backup and a restore take: `python -m benchmarks.restoring --recordings 1000 --kilobytes 1000`.

Makes an installation with so many sessions of one sealed recording each, backs it up, and restores it into another
folder of the same disk, with everything that a restore checks. Every size is in units of 1000.
"""

from __future__ import annotations

import argparse
import secrets
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import insert

from service.admin.backup import back_up
from service.admin.restore import restore
from service.blobs.identity import new_blob_id
from service.blobs.sealed import write_blob
from service.database.tables import person, recording, session
from service.ids import new_id
from service.installation import Installation, epochs_folder, keystore_file, opened_installation
from service.keybroker.keystore import open_keystore
from service.settings_service import ServiceSettings

USUAL_RECORDINGS, USUAL_KILOBYTES = 1000, 1000
MOST_MINUTES = 30.0
"""A restore of 1,000 recordings may take so long."""


def main() -> int:
    """Print the times; exit code 1 where the restore took too long or not everything opens."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recordings", type=int, default=USUAL_RECORDINGS)
    parser.add_argument("--kilobytes", type=int, default=USUAL_KILOBYTES, help="of each")
    parser.add_argument(
        "--folder", type=Path, help="on the disk that matters; or else the system's for temporary files"
    )
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        first, second = (_settings(Path(folder) / name) for name in ("first", "second"))
        with opened_installation(first, may_begin=True) as installation:
            _fill(installation, given.recordings, given.kilobytes * 1000)
            begun = time.monotonic()
            made = back_up(installation, Path(folder) / "copy")
            print(
                f"backup of {made.blobs} recordings, {made.size_bytes / 1e6:.0f} MB: {time.monotonic() - begun:.1f} s"
            )
        second.ledger.parent.mkdir(parents=True)
        second.ledger.touch(0o600)
        begun = time.monotonic()
        done = restore(second, Path(folder) / "copy")
        seconds = time.monotonic() - begun
        print(f"restore: {seconds:.1f} s; opened: {done.blobs}; keys: {done.keys}; whole: {done.whole}")
    return 0 if done.whole and done.keys == given.recordings and seconds < 60 * MOST_MINUTES else 1


def _settings(folder: Path) -> ServiceSettings:
    outside = folder / "outside"
    return ServiceSettings.from_environment({
        "PRACTICE_DATA": str(folder / "data"), "PRACTICE_LEDGER": str(outside / "ledger"),
        "PRACTICE_ANCHORS": str(outside / "anchors"),
    })  # fmt: skip


def _fill(installation: Installation, recordings: int, size: int) -> None:
    """Rows as uploads leave them, written at once: what is measured begins afterwards."""
    settings, parts = installation.settings, installation.parts
    keystore = open_keystore(keystore_file(settings), epochs_folder(settings))
    worker, content = new_id(), secrets.token_bytes(size)
    sessions, sounds = [], []
    for _ in range(recordings):
        session_id, blob_id = new_id(), new_blob_id()
        keystore.create(session_id)
        key = keystore.unwrap(session_id)
        with write_blob(parts.blobs, key, session_id=session_id, blob_id=blob_id) as writer:
            writer.write(content)
        sessions.append({
            "id": session_id, "worker_id": worker, "setting": "direct_practice", "state": "ready",
            "lawful_basis": "consent", "held_on": "2026-11-20", "created_ms": 0,
        })  # fmt: skip
        sounds.append({
            "id": new_id(), "session_id": session_id, "kind": "sound", "blob_id": blob_id, "content_mac": blob_id,
            "size_bytes": size, "received_ms": 0,
        })  # fmt: skip
    with parts.database.writing() as rows:
        values = {"sign_in_name": worker, "shown_name": "Worker", "state": "active", "created_ms": 0, "changed_ms": 0}
        rows.execute(insert(person).values(id=worker, **values))
        rows.execute(insert(session), sessions)
        rows.execute(insert(recording), sounds)


if __name__ == "__main__":
    sys.exit(main())
