"""Speakers who are called by their role: "Social worker", "Mum", "Therapist 2", "Sam (Supervisor)"."""

from __future__ import annotations

import re
from functools import cache

from models.records.coding import Setting
from models.records.speech import Role

_WORDS = {
    Role.PRACTITIONER: (
        "practitioner, social worker, sw, student social worker, senior social worker, worker, case worker, "
        "caseworker, key worker, support worker, family support worker, family worker, early help worker, "
        "youth worker, personal adviser, therapist, counsellor, counselor, clinician, interviewer, supervisee"
    ),
    Role.PARENT_OR_CARER: (
        "parent or carer, parent, carer, parent carer, mum, mummy, mom, mam, mother, dad, daddy, father, stepmum, "
        "stepdad, step mum, step dad, stepmother, stepfather, foster carer, foster mother, foster father, "
        "kinship carer, client, service user, patient"
    ),
    Role.CHILD: "child, young person, yp, young man, young woman, boy, girl, son, daughter, teenager, pupil",
    Role.OTHER_FAMILY: (
        "other family, family member, nan, nana, gran, granny, grandma, grandmother, grandad, granddad, grandpa, "
        "grandfather, grandparent, aunt, auntie, aunty, uncle, cousin, brother, sister, sibling, partner, boyfriend, "
        "girlfriend"
    ),
    Role.OTHER_PROFESSIONAL: (
        "other professional, teacher, head teacher, headteacher, health visitor, school nurse, nurse, midwife, doctor, "
        "gp, police officer, advocate, solicitor, guardian, iro, independent reviewing officer, housing officer, "
        "probation officer, psychologist, conference chair"
    ),
    Role.INTERPRETER: "interpreter, translator",
    Role.SUPERVISOR: "supervisor, clinical supervisor, practice supervisor",
    Role.UNKNOWN: "unknown, unknown speaker, role not known, unidentified, unidentified speaker, inaudible",
}
_IN_SUPERVISION = {"manager": Role.SUPERVISOR, "team manager": Role.SUPERVISOR, "line manager": Role.SUPERVISOR}
_NUMBERED = re.compile(r"\s*(?:\b[a-d]|#?\d{1,2})$")


def role_in(name: str, setting: Setting = Setting.DIRECT_PRACTICE) -> Role | None:
    """The role that a speaker's name spells out, UNKNOWN where it says that nobody knows; None where it is a name.

    A part of the name may do so: "Kim (Mum)", "SPEAKER_00 (practitioner)", "Social worker 2". Two parts that
    disagree decide nothing. A manager is the supervisor in supervision alone.
    """
    words = {**_roles(), **_IN_SUPERVISION} if setting is Setting.SUPERVISION else _roles()
    found = {words[part] for part in _parts(name) if part in words}
    return found.pop() if len(found) == 1 else None


def _parts(name: str) -> set[str]:
    """The name, its parts between brackets, commas, dashes and strokes, and each without a number at its end."""
    plain = " ".join(name.casefold().replace("_", " ").split())
    cut = {plain, *re.split(r"[()\[\],/|:;–—]|\s-\s", plain)}
    tidy = {" ".join(part.replace("-", " ").replace(".", " ").split()) for part in cut}
    return tidy | {_NUMBERED.sub("", part) for part in tidy}


@cache
def _roles() -> dict[str, Role]:
    return {word.strip(): role for role, words in _WORDS.items() for word in words.split(",")}
