"""Fetches what came of a session, and makes the files for reading from it."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from models.errors import BadInputError
from service.remote.connection import Connection
from service.remote.errors import RefusedThereError, StrangeAnswerError

if TYPE_CHECKING:
    from models.records.rubric import Rubric, RubricRef

NOT_MADE = "not-made-yet"
"""What a service calls a document that a session does not have."""
DOCUMENTS = ("session", "coding", "scoring")


def fetch(connection: Connection, session_id: str, purpose: str) -> dict[str, bytes]:
    """The documents by the names of their files, as the service has them. Raises as `Connection.ask`.

    A session made from a transcript may have no session.json.
    """
    found = {}
    for name in DOCUMENTS:
        try:
            answer = connection.ask("GET", f"/sessions/{session_id}/documents/{name}", params={"purpose": purpose})
        except RefusedThereError as refused:
            if name == "session" and refused.slug == NOT_MADE:
                continue
            raise
        if not answer.content:
            raise StrangeAnswerError
        found[f"{name}.json"] = answer.content
    return found


def save(files: dict[str, bytes], out: Path) -> list[Path]:
    """Write files, each whole and its owner's alone. Raises BadInputError where the folder cannot be written."""
    from pipelines.outputs.folder import write_whole

    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        return [write_whole(out / name, content) for name, content in files.items()]
    except OSError as refused:
        raise BadInputError(f"{out.name} cannot be written. Name another folder with --out, or make room.") from refused


def report(out: Path, fetched: Collection[str], own: Path | None) -> list[Path]:
    """Make the report, the transcript and the turns from the documents in a folder; ``own``: the council's rubric.

    Raises BadInputError where the documents are of another version, or their rubric is not known here.
    """
    from pipelines.outputs.coding_json import read_coding
    from pipelines.outputs.practice_view import Practice
    from pipelines.outputs.report_html import to_html
    from pipelines.outputs.scoring_json import read_scoring
    from pipelines.outputs.session_json import from_json
    from pipelines.outputs.transcript_txt import to_text
    from pipelines.outputs.transcript_vtt import to_vtt
    from pipelines.outputs.turns_rttm import to_rttm

    if "session.json" not in fetched:
        raise BadInputError(
            "A report needs session.json, which a session made from a transcript does not have; the others are written."
        )
    session = from_json((out / "session.json").read_bytes())
    scoring = read_scoring(out / "scoring.json")
    rubric = _rubric(scoring.rubric, own)
    practice = Practice(coding=read_coding(out / "coding.json"), scoring=scoring, rubric=rubric)
    texts = {
        "transcript.vtt": to_vtt(session), "transcript.txt": to_text(session), "turns.rttm": to_rttm(session),
        "report.html": to_html(session, None, (), practice),
    }  # fmt: skip
    return save({name: text.encode("utf-8") for name, text in texts.items()}, out)


def _rubric(used: RubricRef, own: Path | None) -> Rubric:
    """The rubric that suggestions were made with, by its digest. Raises BadInputError."""
    from models.records.coding import Setting
    from pipelines.rubrics import read_rubric, shipped_rubric

    known = [read_rubric(own)] if own is not None else [shipped_rubric(setting) for setting in Setting]
    for one in known:
        if one.ref.digest == used.digest:
            return one
    raise BadInputError(
        "The scores were suggested with a rubric that is not the one here. Name its file with --rubric; "
        "the documents themselves are written."
    )
