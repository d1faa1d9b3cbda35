"""What `practice analyse` and `practice demo` say at the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from models.records.scoring import Suggestion
from models.records.session import Session
from pipelines.outputs.practice_wording import summary_phrase

if TYPE_CHECKING:
    from service.analysis import Analysis


def summary(analysis: Analysis, reasons: tuple[str, ...]) -> dict[str, object]:
    """The result in short, for other programs; ``reasons`` say why which engine was taken."""
    session, practice = analysis.session, analysis.practice
    return {
        "out": str(analysis.out),
        "report": str(analysis.out / "report.html"),
        "id": session.id,
        "duration_ms": session.recording.duration_ms,
        "utterances": len(session.utterances),
        "speakers": [
            {"speaker": s.speaker, "role": s.role, "role_confidence": s.role_confidence, "share": s.share}
            for s in session.speakers
        ],
        "checks": len(session.checks),
        "check_share": session.check_share,
        "coverage": session.coverage.share,
        "advice": [{"code": a.code, "message": a.message} for a in session.advice],
        "engines": list(reasons),
        "real_time_factor": round(sum(stage.real_time_factor for stage in session.stages), 4),
        "flagged": sum(bool(one.flags) for one in practice.coding.utterances),
        "suggestions": [_suggestion(one) for one in practice.scoring.suggestions],
        "rubric": {
            "id": practice.rubric.ref.id,
            "version": practice.rubric.ref.version,
            "status": practice.rubric.ref.status,
        },
    }


def tell(analysis: Analysis) -> None:
    """Print the result in short, for people."""
    session = analysis.session
    page = Console(highlight=False, markup=False, emoji=False)
    minutes, seconds = divmod(session.recording.duration_ms // 1000, 60)
    took = sum(stage.seconds for stage in session.stages)
    page.print(f"\n{minutes} min {seconds:02d} s of recording, {len(session.utterances)} utterances, in {took:.0f} s.")
    page.print(_voices(session))
    for advice in session.advice:
        page.print(f"Recording: {advice.message}")
    share = "" if session.check_share is None else f", {session.check_share:.0%} of the recording"
    page.print(f"Please check: {len(session.checks)} passages{share}.")
    page.print(summary_phrase(analysis.practice.scoring, analysis.practice.rubric))
    page.print(
        f"Open {analysis.out / 'report.html'} in a browser. All of it is a machine's, not yet checked by a person."
    )


def _suggestion(one: Suggestion) -> dict[str, object]:
    return {"element": one.element, "score": one.score, "low": one.low, "high": one.high, "reason": one.reason}


def _voices(session: Session) -> Table:
    table = Table("Voice", "Role", "Sure", "Spoke", "Why", box=None, header_style="dim", pad_edge=False)
    for speaker in session.speakers:
        table.add_row(
            speaker.speaker,
            speaker.role.replace("_", " "),
            f"{speaker.role_confidence:.0%}",
            f"{speaker.share:.0%}",
            speaker.role_reason,
        )
    return table
