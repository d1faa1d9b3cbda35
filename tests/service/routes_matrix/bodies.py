"""For each route a request that would succeed for its rightful caller."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from service.database.words import StaffRole
from service.ids import new_id
from tests.service.council import STATEMENTS, VISIT
from tests.service.routes_matrix.house import HOUR_MS, PASSWORD, PIECE, House, metadata
from tests.service.routes_matrix.principals import Principal

_NAME = re.compile(r"\{(\w+)\}")
_TUS = {"Tus-Resumable": "1.0.0"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is sent besides the principal's own headers."""

    json: object = None
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes | None = None
    form: dict[str, str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a request is about: ids by the names of path parameters, some of them perhaps replaced."""

    house: House
    principal: Principal
    ids: dict[str, str]

    @property
    def manages(self) -> bool:
        roles = self.principal.roles
        return self.principal.who == "supervisor" if roles is None else StaffRole.MANAGER in roles


def _added(about: About) -> Asked:
    setting = "supervision" if about.manages else "direct_practice"
    return Asked(json={**VISIT, "setting": setting, "participants": ["supervisor", "practitioner"]})


def _answered(about: About) -> Asked:
    said = {
        "purpose": "research", "answer": "given", "how": "spoken", "said_ms": about.house.now,
        "statement": STATEMENTS.get(about.ids["role"], "adult-1"),
    }  # fmt: skip
    return Asked(json=said)


def _detailed(about: About) -> Asked:
    version = about.house.version(about.ids["session_id"])
    return Asked(json={"title": "Another title"}, headers={"If-Match": f'"v{version}"'})


def _begun(about: About) -> Asked:
    told = {"Upload-Length": "2000", "Upload-Metadata": metadata(about.ids["session_id"])}
    return Asked(headers=_TUS | told)


def _piece(about: About, **more: str) -> Asked:
    told = {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    return Asked(headers=_TUS | told | more, content=PIECE)


def _credentials(about: About) -> Asked:
    return Asked(json={"sign_in_name": _name(about), "password": PASSWORD})


def _name(about: About) -> str:
    return about.house.council.callers["other administrator"].actor.person_id


def _tus(about: About) -> Asked:
    return Asked(headers=_TUS)


def _always(body: object) -> Callable[[About], Asked]:
    return lambda about: Asked(json=body)


_ROLE = {"act_id": "5" * 32, "kind": "role", "about": "SPEAKER_00", "of_voice": True, "role": "practitioner"}


def _held(about: About) -> Asked:
    until = datetime.fromtimestamp(about.house.now / 1000, UTC).date() + timedelta(days=3)
    return Asked(form={"reason": "court", "until": until.isoformat()})


_A = "/administration"


def _day(prefix: str) -> dict[str, str]:
    return {f"{prefix}-day": "17", f"{prefix}-month": "11", f"{prefix}-year": "2026"}


def _added_by_form(about: About) -> Asked:
    setting = "supervision" if about.manages else "direct_practice"
    present = {"present-supervisor": "1", "present-practitioner": "1"}
    return Asked(form=_day("held") | present | {"setting": setting, "lawful_basis": "public-task"})


def _answered_by_form(about: About) -> Asked:
    answer = {f"answer-{about.ids['participant_id']}-research": "given"}
    return Asked(form=_day("said") | answer | {"how": "spoken"})


def _versioned(body: object = None) -> Callable[[About], Asked]:
    return lambda about: Asked(json=body, headers={"If-Match": '"v1"'})


_NEW_PASSWORD = "eleven lamps on a quay"
_S, _P, _R = "/api/v1/sessions/{session_id}", "/sessions/{session_id}", "/sessions/{session_id}/reflection"
_F = "/api/v1/feedback/{feedback_id}"


def _form(**fields: str) -> Callable[[About], Asked]:
    """What a page's form sends; the token goes in a header here, as scripts send it."""
    return lambda about: Asked(form=fields)


BODIES: dict[str, Callable[[About], Asked]] = {
    "POST /api/v1/sign-in": _credentials,
    "POST /api/v1/links/first": _always(
        {"secret": "x", "sign_in_name": "first@north.example", "shown_name": "-", "password": PASSWORD}
    ),
    "POST /api/v1/links/accept": lambda about: Asked(
        json={"secret": about.house.tokens["link"], "password": _NEW_PASSWORD}
    ),
    "POST /api/v1/oidc/begin": _always({}),
    "POST /api/v1/step-up": _always({"password": PASSWORD}),
    "POST /api/v1/me/password": _always({"old": PASSWORD, "new": _NEW_PASSWORD}),
    "POST /api/v1/me/tokens": _always({"label": "-", "scopes": ["sessions:read"], "days": 1}),
    "POST /api/v1/people": _always({"sign_in_name": "new@north.example", "shown_name": "-", "roles": ["coach"]}),
    "POST /api/v1/teams": _always({"name": "West"}),
    "PUT /api/v1/teams/{team_id}/members/{person_id}": _always({"leads": False}),
    "PUT /api/v1/coaching/{coach_id}/{worker_id}": _always({"until_ms": None}),
    "PUT /api/v1/retention/{kind}": _always({"days": 100}),
    "POST /api/v1/sessions": _added,
    f"PUT {_S}/details": _detailed,
    f"PUT {_S}/reflection": lambda about: Asked(json={"note": "A note"}, headers={"If-Match": '"v0"'}),
    f"POST {_S}/reflection/rated": _always({"without_rating": True}),
    f"POST {_R}": _form(version="0", note="A note"),
    f"POST {_R}/rate/{{element}}": _form(rating="4"),
    f"POST {_R}/rated": _form(without="yes"),
    f"POST {_R}/beside": _form(aside="a" * 32, act="drop"),
    f"PUT {_S}/lawful-basis": _always({"lawful_basis": "legal-obligation"}),
    f"POST {_S}/participants": _always({"role": "child"}),
    f"POST {_S}/participants/{{participant_id}}/permissions": _answered,
    f"POST {_S}/participants/{{participant_id}}/withdrawal": _always({}),
    f"POST {_S}/holds": lambda about: Asked(json={"reason": "court", "until_ms": about.house.now + HOUR_MS}),
    f"POST {_S}/amendments": _always({"acts": [_ROLE]}),
    "POST /sessions/{session_id}/voices": _form(**{"voice-1": "SPEAKER_00", "role-1": "practitioner"}),
    "POST /sessions/{session_id}/voices/mark": _form(),
    "POST /sessions/{session_id}/check": _form(passage="c00000000"),
    "POST /sessions/{session_id}/transcript": _form(do="undo"),
    f"POST {_A}/people": _form(sign_in_name="new@north.example", shown_name="-", roles="coach"),
    f"POST {_A}/people/{{person_id}}/roles": _form(role="manager"),
    f"POST {_A}/teams": _form(name="West"),
    f"POST {_A}/teams/{{team_id}}/members": lambda about: Asked(form={"person_id": about.ids["novice"]}),
    f"POST {_A}/coaching": lambda about: Asked(
        form={"coach_id": about.ids["coach_id"], "worker_id": about.ids["novice"]}
    ),
    f"POST {_A}/retention/{{kind}}": _form(days="100"),
    f"POST {_A}/permissions/{{session_id}}/holds": _held,
    f"POST {_A}/permissions/{{session_id}}/participants/{{participant_id}}/withdrawal": _form(
        which="all", how="spoken"
    ),
    f"POST {_S}/subject-access": lambda about: Asked(
        json={"participant_id": about.ids["participant_id"], "voices": [], "reference": "SAR-1"}
    ),
    f"PUT {_S}/subject-access/{{copy_id}}/kept": _always({"utterances": []}),
    f"POST {_A}/subject-access/{{session_id}}/participants/{{participant_id}}": _form(reference="SAR-1"),
    f"POST {_S}/reviews": _always({"kind": "open"}),
    "POST /api/v1/reviews/{review_id}/acts": _always(
        {"acts": [{"act_id": "a" * 32, "kind": "note", "body": {"text": "To talk about"}}]}
    ),
    f"POST {_S}/feedback": lambda about: Asked(json={"review_id": about.ids["review_id"]}),
    f"POST {_S}/feedback/released/replies": _always({"act_id": "b" * 32, "words": "Thank you"}),
    f"POST {_S}/feedback/released/second-coder": _always({"act_id": "b" * 32}),
    f"POST {_S}/feedback/released/responses": _always({"act_id": "b" * 32, "about": "empathy", "words": "Heard"}),
    f"PUT {_F}": _versioned({"next_steps": ["Ask, then wait"]}),
    f"POST {_F}/confirm": _versioned({"body_hash": "0" * 64}),
    **{f"POST {_F}/{step}": _versioned() for step in ("send", "back", "conversation", "release")},
    "OPTIONS /api/v1/uploads": _tus,
    "POST /api/v1/uploads": _begun,
    "HEAD /api/v1/uploads/{upload_id}": _tus,
    "PATCH /api/v1/uploads/{upload_id}": _piece,
    "POST /api/v1/uploads/{upload_id}": lambda about: _piece(about, **{"X-HTTP-Method-Override": "PATCH"}),
    "DELETE /api/v1/uploads/{upload_id}": _tus,
    "POST /sign-in": lambda about: Asked(form={"sign_in_name": _name(about), "password": PASSWORD}),
    "POST /sign-in/passkey": _form(credential="{}"),
    "POST /sign-in/second": _form(credential="{}"),
    "POST /account/passkeys": _form(credential="{}", label="Phone"),
    "POST /account/passkeys/remove": _form(passkey="a" * 32),
    "POST /welcome/{secret}": _form(password=_NEW_PASSWORD),
    "POST /confirm": _form(password=PASSWORD),
    "POST /account/password": _form(old=PASSWORD, new=_NEW_PASSWORD),
    "POST /account/tokens": _form(act=new_id(), label="-", scope="sessions:read", days="30"),
    "POST /sessions/new": _added_by_form,
    f"POST {_P}/details": _form(title="-", version="-"),
    f"POST {_P}/permissions": _answered_by_form,
    f"POST {_P}/participants": _form(role="child"),
    f"POST {_P}/participants/{{participant_id}}/match": _form(role="child"),
    f"POST {_P}/participants/{{participant_id}}/withdrawal": _form(purposes="reflection", sure="yes"),
    f"POST {_P}/erase": _form(sure="yes"),
    f"POST {_P}/review/score": _form(element="empathy", score="3", reason="Heard it in the room"),
    f"POST {_P}/review/flag": _form(act="accept", utterance="u0", element="empathy", direction="+"),
    f"POST {_P}/review/opened": _form(element="empathy"),
    f"POST {_P}/feedback/step": lambda about: Asked(
        form={"step": "send", "feedback_id": about.ids["feedback_id"], "version": "1"}
    ),
    f"POST {_P}/review/note": _form(text="To talk about"),
}
"""By method and template; a route that is not here is sent nothing."""

_IN_ROUTES = {
    f"POST {_A}/people/{{person_id}}/enable": {"person_id": "former"},
    "POST /api/v1/people/{person_id}/enable": {"person_id": "former"},
    "PUT /api/v1/teams/{team_id}/members/{person_id}": {"team_id": "north"},
    "PUT /api/v1/coaching/{coach_id}/{worker_id}": {"worker_id": "novice"},
}
"""Where a route acts on something else than its parameter's name says."""
_ROLES = {"PUT /api/v1/people/{person_id}/roles/{role}": "manager"}
_WORDS = {"digest": "none", "slug": "nothing-here", "kind": "sound", "role": "coach"}


def names_in(key: str) -> set[str]:
    """The ids that a row's request names: in its path, and where it begins an upload in its headers."""
    return {*_NAME.findall(key)} | ({"session_id"} if key == "POST /api/v1/uploads" else set())


def address(key: str, about: About) -> str:
    """The path and query of a row's request."""
    method, template, *variant = key.split()
    renamed = _IN_ROUTES.get(f"{method} {template}", {})

    def filled(match: re.Match[str]) -> str:
        name = match[1]
        if name == "name":
            return variant[0]
        if name == "element":
            return "sup_purpose" if about.manages else "empathy"
        if name == "role":
            return _ROLES.get(f"{method} {template}", "coach")
        if name in ("sign_in_id", "token_id", "passkey_id"):
            return about.ids.get(name) or _nobodys(name)
        if name == "secret":
            return about.house.tokens["link"]
        if name == "erasure_id":
            return about.house.erasure_of(about.ids["session_id"]) or _nobodys(name)
        return _WORDS.get(name) or about.ids[renamed.get(name, name)]

    path = _NAME.sub(filled, template)
    return f"{path}?purpose={variant[-1]}" if variant else path


def asked(key: str, about: About) -> dict[str, Any]:
    """What the client is told to send besides method and address."""
    route = " ".join(key.split()[:2])
    made = BODIES.get(route, lambda _: Asked())(about)
    sent: dict[str, Any] = {"headers": dict(made.headers)}
    if made.json is not None:
        sent["json"] = made.json
    if made.form is not None:
        sent["data"] = made.form
    if made.content is not None:
        sent["content"] = made.content
    return sent


def _nobodys(name: str) -> str:
    """A sign-in or token that there is not: ending it changes nothing, and one's own stays for the next request."""
    return "a" * (64 if name == "sign_in_id" else 32)
