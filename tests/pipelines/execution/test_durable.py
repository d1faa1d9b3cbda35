"""What the durable engine leaves on the disk."""

from __future__ import annotations

from pathlib import Path

from pipelines.execution.durable import DurableEngine
from tests.pipelines.execution.test_engines import STAGES, Told, ended


def test_what_a_stage_said_is_kept_nowhere(tmp_path: Path) -> None:
    told, file = Told(), tmp_path / "engine.sqlite3"
    told.fail_at = "first"
    engine = DurableEngine(told, ("speech",), url=f"sqlite:///{file}", executor_id="one", version="1", poll_s=0.05)
    engine.start()
    engine.submit("job-1", "speech", STAGES)
    ended(engine, "job-1")
    engine.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"RuntimeError" in kept
    assert b"a sentence" not in kept
    assert (file.read_bytes()[18:20], file.stat().st_mode & 0o777) == (b"\x02\x02", 0o600)  # 2: a write-ahead log
