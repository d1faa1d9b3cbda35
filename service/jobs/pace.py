"""How fast stages go on this installation, and from it when a job will probably end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, insert, select, update

from service.database.tables import pace

REMEMBERED_MS = 10 * 3_600_000
"""So much sound counts; beyond it older measurements fade."""
_SURE = 0.1
"""From this part of a stage on, its own speed counts instead of earlier ones."""


def learn(rows: Connection, stage: str, audio_ms: int, spent_ms: int) -> None:
    """Count a finished stage; in the caller's writing transaction."""
    known = rows.execute(select(pace.c.audio_ms, pace.c.spent_ms).where(pace.c.stage == stage)).one_or_none()
    if known is None:
        rows.execute(insert(pace).values(stage=stage, audio_ms=audio_ms, spent_ms=spent_ms))
        return
    fade = 2 if known.audio_ms > REMEMBERED_MS else 1
    sums = {"audio_ms": known.audio_ms // fade + audio_ms, "spent_ms": known.spent_ms // fade + spent_ms}
    rows.execute(update(pace).where(pace.c.stage == stage).values(sums))


def rates(rows: Connection) -> dict[str, float]:
    """Milliseconds that each stage takes for a millisecond of sound."""
    return {row.stage: row.spent_ms / row.audio_ms for row in rows.execute(select(pace)) if row.audio_ms}


def left_ms(
    stages: Sequence[str], stage: str, fraction: float, spent_ms: int, audio_ms: int, known: Mapping[str, float]
) -> int | None:
    """How long the rest takes: of the stage that runs and of those after it. None while a stage was never measured."""
    after = stages[stages.index(stage) + 1 :] if stage in stages else ()
    if any(name not in known for name in after):
        return None
    if fraction >= _SURE:
        now = spent_ms / fraction * (1 - fraction)
    elif stage in known:
        now = max(0.0, known[stage] * audio_ms - spent_ms)
    else:
        return None
    return round(now + sum(known[name] * audio_ms for name in after))
