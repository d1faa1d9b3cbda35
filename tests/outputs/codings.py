"""Codings for the tests of the outputs: small, hostile and empty."""

from __future__ import annotations

from models.records.coding import Code, CodedUtterance, Coding, Flag, Off, Setting
from models.records.provenance import Engine, Weights
from models.records.speech import Role

ENGINE = Engine(
    name="utterance-coder",
    version="1",
    weights=(Weights(name="coder.onnx", sha256="ab" * 32),),
    options={"b": "2", "a": "1"},
)


def utterance(number: int, role: Role, text: str, **marks: object) -> CodedUtterance:
    """An utterance by the speaker who has this role."""
    speaker = "SPEAKER_00" if role is Role.PRACTITIONER else "SPEAKER_01"
    return CodedUtterance(id=f"u{number:04d}", turn=number, speaker=speaker, role=role, text=text, **marks)  # type: ignore[arg-type]


def small_coding() -> Coding:
    """Two speakers, three utterances, two flags, one of them against an element."""
    asked = utterance(
        1,
        Role.PRACTITIONER,
        "So mornings wear you out. What would you like to be different?",
        codes=(
            Code(code="open_question", probability=0.91, sure=True),
            Code(code="affirm", probability=0.41, sure=False),
        ),
        flags=(
            Flag(element="evocation", direction="+", indicator="EV+1", probability=0.83),
            Flag(element="empathy", direction="-", indicator="EM-2", probability=0.62),
        ),
    )
    return Coding(
        engine=ENGINE,
        setting=Setting.DIRECT_PRACTICE,
        change_goal="getting to school on time",
        utterances=(
            asked,
            utterance(
                2, Role.PARENT_OR_CARER, "I want it calmer.", codes=(Code(code="change", probability=0.8, sure=True),)
            ),
            utterance(3, Role.PRACTITIONER, "Right."),
        ),
        off=(Off(name="autonomy-", reason="Too unreliable when it was measured."),),
    )


def hostile_coding() -> Coding:
    """Speech and labels that try to break out of JSON, markup and the terminal."""
    bad = '[red]x[/] \u001b[31mred\u001b[0m </script> "quoted" \u202eevil \U0001f600\nsecond line\x00'
    one = CodedUtterance(id=bad, turn=1, speaker=bad, role=Role.UNKNOWN, text=bad + "x" * 5000)
    return Coding(
        engine=ENGINE, setting=Setting.SUPERVISION, change_goal=bad, utterances=(one,), off=(Off(name=bad, reason=bad),)
    )


def empty_coding() -> Coding:
    """A transcript in which nobody says anything."""
    return Coding(engine=ENGINE, setting=Setting.DIRECT_PRACTICE, change_goal=None, utterances=())
