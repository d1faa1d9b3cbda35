"""The folder that an analysis leaves behind: seven files, each whole or not there."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from models.records.session import Session
from pipelines.execution.artefacts import sync_folder
from pipelines.outputs.coding_json import coding_json
from pipelines.outputs.practice_view import Practice
from pipelines.outputs.report_html import to_html
from pipelines.outputs.scoring_json import scoring_json
from pipelines.outputs.session_json import to_json
from pipelines.outputs.transcript_txt import to_text
from pipelines.outputs.transcript_vtt import to_vtt
from pipelines.outputs.turns_rttm import to_rttm


def write_outputs(
    session: Session, practice: Practice, playback: Path | None, peaks: Sequence[float], out: Path
) -> tuple[Path, ...]:
    """Write the transcript in three formats, coding.json, scoring.json, report.html and, last, session.json.

    ``playback`` is the small compressed copy to put into the report, ``peaks`` its outline in [0, 1]. The same
    arguments give the same bytes. Each file appears whole, readable by its owner alone; a new folder is its owner's
    alone too. All are made before the first is written, so session.json stands for a complete folder.
    Returns the paths in the order written. Raises OSError if the folder cannot be written.
    """
    texts = {
        "transcript.vtt": to_vtt(session),
        "turns.rttm": to_rttm(session),
        "transcript.txt": to_text(session),
        "coding.json": coding_json(practice.coding),
        "scoring.json": scoring_json(practice.scoring),
        "report.html": to_html(session, playback, peaks, practice),
        "session.json": to_json(session),
    }
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    paths = tuple(write_whole(out / name, text.encode("utf-8")) for name, text in texts.items())
    sync_folder(out)
    return paths


def write_whole(path: Path, content: bytes) -> Path:
    """Write beside the place, then move there, so that nobody ever sees half a file. Mode 0600, as mkstemp makes it.

    Returns ``path``. Raises OSError; then nothing is left beside.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    return path
