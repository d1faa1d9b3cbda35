"""A session whose transcript, marks and suggestions are known: what the program would leave, sealed as it does."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import insert

from models.records.coding import CodedUtterance, Coding, Flag, Off, Setting
from models.records.provenance import Engine
from models.records.scoring import Circumstances
from models.records.session import SessionUtterance, Speaker
from models.records.span import Span
from models.records.speech import Role
from pipelines.judges.transparent import TransparentJudge
from pipelines.outputs.coding_json import coding_json
from pipelines.outputs.scoring_json import scoring_json
from pipelines.outputs.session_json import from_json, to_json
from pipelines.rubrics import shipped_rubric
from pipelines.scoring import score_coding
from service.audit.records import Action, Purpose
from service.blobs.identity import new_blob_id
from service.database.tables import artefact
from service.ids import new_id
from service.jobs.records import CONTENTS, Document
from service.keybroker.ports import Actor
from service.sessions.documents import Documents
from tests.service.council import Council

Line = tuple[Role, str, tuple[tuple[str, str, str, float], ...]]
_WORKER, _PARENT = Role.PRACTITIONER, Role.PARENT_OR_CARER
LINES: tuple[Line, ...] = (
    (_WORKER, "Thanks for having me. I wanted to talk about the mornings, and about what school told me.",
     (("purposefulness", "+", "PU+1", 0.93),)),
    (_PARENT, "It has been a bad week, to be honest.", ()),
    (_WORKER, "So it is not only the lateness. You sound worn out by all of it.",
     (("empathy", "+", "EM+2", 0.91),)),
    (_PARENT, "I am. I lie there and I cannot get up.", ()),
    (_WORKER, "What was that like for you, on Tuesday?", (("empathy", "+", "EM+3", 0.72),)),
    (_PARENT, "Horrible. He made his own breakfast.", ()),
    (_WORKER, "If he were sitting here, what would he say about that morning?",
     (("child_focus", "+", "CF+2", 0.88), ("empathy", "+", "EM+4", 0.34))),
    (_PARENT, "That I was poorly again.", ()),
    (_WORKER, "You need to get yourself into a routine.", (("collaboration", "-", "CO-1", 0.84),)),
    (_PARENT, "I know. I hate him seeing me like that.", ()),
    (_WORKER, "You hate him seeing that. Tell me more.",
     (("evocation", "+", "EV+2", 0.86), ("empathy", "+", "EM+1", 0.55))),
    (_PARENT, "I want it to be different.", ()),
    (_WORKER, "Whether you ring the clinic is up to you.", (("autonomy", "+", "AU+1", 0.9),)),
)  # fmt: skip
EACH_MS = 240
"""So long is an utterance: the pretended recordings are three seconds."""


def coding(lines: tuple[Line, ...] = LINES, off: tuple[Off, ...] = ()) -> Coding:
    """The lines as a coder would leave them."""
    coded = tuple(
        CodedUtterance(
            id=f"u{number}", turn=number, speaker=role.value, role=role, text=text,
            flags=tuple(Flag(element=el, direction=way, indicator=why, probability=p) for el, way, why, p in flags),
            evidence={f"{el}{way}": p for el, way, _, p in flags} if role is _WORKER else {},
            indicators={f"{el}{way}": why for el, way, why, _ in flags},
        )
        for number, (role, text, flags) in enumerate(lines, 1)
    )  # fmt: skip
    return Coding(
        engine=Engine(name="made-coder", version="1"), setting=Setting.DIRECT_PRACTICE, change_goal="Calm mornings",
        utterances=coded, off=off,
    )  # fmt: skip


def made_session(
    council: Council, *purposes: str, lines: tuple[Line, ...] = LINES, off: tuple[Off, ...] = (),
    session_id: str | None = None, each_ms: int = EACH_MS,
) -> str:  # fmt: skip
    """The id of a session of the worker's that is ready, with these lines as its transcript."""
    ready = session_id or council.ready(*purposes)
    made = coding(lines, off)
    spans = {one.id: Span(start_ms=at * each_ms, end_ms=(at + 1) * each_ms) for at, one in enumerate(made.utterances)}
    around = Circumstances(spans=spans, roles_checked=True)
    whole = replace(made, utterances=made.utterances * 12)  # long enough for suggestions
    scoring = score_coding(whole, TransparentJudge(), shipped_rubric(made.setting), replace(around, spans={}))
    read = Documents(parts=council.parts).read(
        council.worker.actor, ready, Document.SESSION, purpose=Purpose.REFLECTION
    )  # fmt: skip
    session = replace(
        from_json(read.body),
        utterances=tuple(
            SessionUtterance(
                start_ms=spans[one.id].start_ms, end_ms=spans[one.id].end_ms, id=one.id, speaker=one.speaker,
                role=one.role, role_confidence=1.0, text=one.text, words=(), overlap=False, margin=None, checks=(),
            )
            for one in made.utterances
        ),
        speakers=tuple(
            Speaker(
                speaker=role.value, role=role, role_confidence=1.0, role_reason="", source="given", speech_ms=1,
                share=0.5, turns=1,
            )
            for role in (_WORKER, _PARENT)
        ),
        checks=(),
    )  # fmt: skip
    council.clock.pass_ms(1)
    keep(council, ready, Document.SESSION, to_json(session))
    keep(council, ready, Document.CODING, coding_json(made))
    keep(council, ready, Document.SCORING, scoring_json(scoring))
    return ready


def keep(council: Council, session_id: str, document: Document, text: str) -> None:
    """Keep a document as a finished job does; it is the newest."""
    parts, blob_id = council.parts, new_blob_id()
    content = CONTENTS[document]
    actor, made_for = Actor.worker(new_id()), {"purpose": Purpose.REFLECTION, "action": Action.EDIT}
    with parts.broker.open(actor, session_id, content, **made_for) as opened:  # type: ignore[arg-type]
        with opened.write(blob_id) as writer:
            writer.write(text.encode())
            size = writer.total
        with parts.database.writing() as rows:
            rows.execute(insert(artefact).values(
                blob_id=blob_id, session_id=session_id, stage=document.value, content=content, size_bytes=size,
                content_key=blob_id * 2, permission_epoch=opened.permission_epoch, made_ms=parts.clock(),
            ))  # fmt: skip
