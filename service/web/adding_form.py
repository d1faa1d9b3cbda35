"""The form of a new session: its lists in plain words, what was typed, and what is wrong with it, field by field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from models.records.coding import Setting
from models.records.speech import Role
from service.database.words import LawfulBasis, StaffRole
from service.sessions.errors import SessionDetailsError
from service.sessions.records import MOST_PARTICIPANTS, MOST_TEXT, Details, NewSession
from service.web.forms import Fields
from service.web.words import PRESENT_WORDS

LEGAL_STATUSES: Mapping[str, str] = {
    "early-help": "Early help",
    "child-in-need": "Child in need (section 17)",
    "child-protection-enquiry": "Child protection enquiry (section 47)",
    "child-protection-plan": "Child protection plan",
    "looked-after-by-agreement": "Looked after by agreement (section 20)",
    "pre-proceedings": "Pre-proceedings",
    "care-proceedings": "Care proceedings",
    "supervision-order": "Supervision order",
    "care-order": "Care order",
    "care-leaver": "Care leaver",
}
"""The words that the API keeps, and what people call them; the law is that of England."""
BASES: Mapping[str, tuple[str, str]] = {
    LawfulBasis.PUBLIC_TASK: ("Public task", "The council does this as part of its duties. Most councils choose this."),
    LawfulBasis.LEGAL_OBLIGATION: ("Legal obligation", "A law tells the council to do this."),
    LawfulBasis.LEGITIMATE_INTERESTS: ("Legitimate interests", "For work outside the council's public tasks."),
    LawfulBasis.CONSENT: ("Consent", "Only where a refusal changes nothing at all for the family."),
}
SETTINGS: Mapping[StaffRole, Setting] = {
    StaffRole.PRACTITIONER: Setting.DIRECT_PRACTICE,
    StaffRole.MANAGER: Setting.SUPERVISION,
}
"""What each role adds."""
PRESENT = tuple(role for role in Role if role.value in PRESENT_WORDS)
USUAL: Mapping[Setting, Mapping[Role, int]] = {
    Setting.DIRECT_PRACTICE: {Role.PRACTITIONER: 1, Role.PARENT_OR_CARER: 1},
    Setting.SUPERVISION: {Role.SUPERVISOR: 1, Role.PRACTITIONER: 1},
}
DAY_PARTS = ("day", "month", "year")


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """What a form came to: the session, or the fields with what is wrong with them, in the order of the page."""

    session: NewSession | None
    errors: Mapping[str, str]


def settings_of(roles: Collection[StaffRole]) -> tuple[Setting, ...]:
    """The settings that somebody with these roles may add."""
    return tuple(setting for role, setting in SETTINGS.items() if role in roles)


def usual_fields(settings: Collection[Setting], today: date) -> dict[str, str]:
    """What the form starts with: today, and who is usually there."""
    first = next(iter(settings), Setting.DIRECT_PRACTICE)
    given = {f"present-{role.value}": str(count) for role, count in USUAL[first].items()}
    chosen = {"setting": first.value} if len(settings) == 1 else {}
    return given | chosen | {"lawful_basis": LawfulBasis.PUBLIC_TASK.value} | fields_of_day("held", today)


def fields_of_day(prefix: str, day: date) -> dict[str, str]:
    """A day as the three fields of a date input."""
    return {f"{prefix}-day": str(day.day), f"{prefix}-month": str(day.month), f"{prefix}-year": str(day.year)}


def day_of(sent: Fields, prefix: str) -> date | None:
    """The day that three fields name; None where there is no such day."""
    written = [sent.one(f"{prefix}-{part}") for part in DAY_PARTS]
    if not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in written):
        return None
    try:
        return date(int(written[2]), int(written[1]), int(written[0]))
    except ValueError:
        return None


def read_session(sent: Fields, allowed: Collection[Setting], today: date) -> Read:
    """Read a form that was sent. ``allowed`` are the settings that the sender may add."""
    errors: dict[str, str] = {}
    held = day_of(sent, "held")
    if held is None or held.year < 2000:
        errors["held"] = "Enter the day of the session, like 22 11 2026"
    elif held > today:
        errors["held"] = "The day of the session must be today or in the past"
    setting = next((one for one in allowed if one.value == sent.one("setting")), None)
    if setting is None:
        errors["setting"] = "Choose what kind of session it was"
    status = sent.one("legal_status")
    if status not in ("", "none", *LEGAL_STATUSES):
        errors["legal_status"] = "Choose one of the list, or that none of these fits"
    basis = sent.one("lawful_basis")
    if basis not in BASES:
        errors["lawful_basis"] = "Choose what the council relies on"
    errors |= too_long(sent, {"purpose": MOST_TEXT, "change_goal": MOST_TEXT})
    present = _present(sent, setting, errors)
    if errors or held is None or setting is None:
        return Read(session=None, errors=errors)
    try:
        details = Details(purpose=sent.one("purpose"), change_goal=sent.one("change_goal"))
    except SessionDetailsError:
        return Read(session=None, errors={"purpose": "Remove the characters that cannot be printed"})
    made = NewSession(
        setting=setting, held_on=held.isoformat(), lawful_basis=LawfulBasis(basis), participants=present,
        legal_status=status if status in LEGAL_STATUSES else None, details=details,
    )  # fmt: skip
    return Read(session=made, errors={})


def too_long(sent: Fields, longest: Mapping[str, int]) -> dict[str, str]:
    """What is wrong with texts of more characters than their fields hold."""
    return {
        name: f"The {name.replace('_', ' ')} must be {most} characters or fewer"
        for name, most in longest.items()
        if len(sent.one(name)) > most
    }


def _present(sent: Fields, setting: Setting | None, errors: dict[str, str]) -> tuple[Role, ...]:
    present: list[Role] = []
    for role in PRESENT:
        written = sent.one(f"present-{role.value}") or "0"
        if not (written.isascii() and written.isdigit() and len(written) <= 3):
            errors[f"present-{role.value}"] = f"{PRESENT_WORDS[role]}: enter how many there were, like 1 or 0"
            continue
        present += [role] * min(int(written), MOST_PARTICIPANTS + 1)
    faulty = any(name.startswith("present-") for name in errors)
    if not faulty and not 1 <= len(present) <= MOST_PARTICIPANTS:
        errors[f"present-{PRESENT[0].value}"] = f"Enter who was there: 1 to {MOST_PARTICIPANTS} people"
    elif not faulty and setting is not None and setting.scored_role not in present:
        called = PRESENT_WORDS[setting.scored_role].lower()
        errors[f"present-{setting.scored_role.value}"] = f"Enter 1 or more for {called}: in such a session there is one"
    return tuple(present)
