"""What the answer to every route has to be, for everybody who may ask and every state of a session.

Written by hand, from what the product promises. It asks nothing of the policy, nor of what routes say about themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

STATES = ("permitted", "not shared", "quarantined", "withdrawn", "erased")
"""In this order: the key of a session is destroyed for the last one. One letter of a word below stands for each."""

ANSWERS = {
    "o": "ok",
    "a": "nothing-here",  # and nothing tells it from the answer for an id that there is not
    "e": "nothing-here",  # of a session that is one's own: this part of it is not there
    "f": "not-allowed",
    "g": "form-again",  # the page once more, with what is wrong
    "i": "bad-input",
    "l": "link-refused",
    "m": "not-all-scored",
    "n": "not-both-finished",
    "p": "permission-missing",
    "s": "other-state",
    "u": "upload-ended",
    "v": "session-over",
    "w": "not-signed-in",  # nothing waits for its second proof in this browser
}
NOBODY = frozenset({
    "anonymous", "operator", "worker, signed out", "worker, timed out", "worker, disabled",
    "worker, second proof waited for", "worker's token, ended", "worker's token, over",
})  # fmt: skip
NOT_FRESH = frozenset({"worker, not fresh", "administrator, not fresh"})
ELSEWHERE = frozenset({"worker, page of another site"})

_STAFF_SCOPES = {"sessions:read", "jobs:read", "about:read"}
_WORKER_SCOPES = _STAFF_SCOPES | {"sessions:write", "uploads:write"}
TOKENS: dict[str, frozenset[str]] = {
    "worker's token of the scope": frozenset(_WORKER_SCOPES),
    "worker's token of other scopes": frozenset(),
    "worker's token, role ended": frozenset(),
    "coach's token": frozenset(_STAFF_SCOPES | {"reviews:write"}),
    "administrator's token": frozenset(_STAFF_SCOPES | {"audit:read", "people:read"}),
}
"""The scopes that count for whoever sends a token: those that it has, and that its person's roles allow."""

_OWN = ("worker", "worker, not fresh", "worker, page of another site", "worker's token of the scope")
_ADMINISTRATORS = (
    "administrator, same team", "administrator, other team", "administrator, not fresh", "administrator's token",
    "worker, now administrator",
)  # fmt: skip
_GROUPS: dict[str, tuple[str, ...]] = {
    "own": (*_OWN, "supervisor"),
    "coach": ("coach", "coach's token"),
    "researcher": ("researcher, other team",),
    "administrator": _ADMINISTRATORS,
    "adds": (
        *_OWN, "supervisor", "practitioner, same team", "practitioner, other team", "manager, same team",
        "manager, other team", "manager, leads the team", "worker, now manager",
    ),
    "operator": ("operator",),
    "waiting": ("worker, second proof waited for",),
    "roleless": ("worker, role ended", "coach, role ended", "no role"),
}  # fmt: skip
NAMED = frozenset((*NOBODY, *NOT_FRESH, *ELSEWHERE, *TOKENS)).union(*_GROUPS.values())
"""Everybody who is named on this page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The answers of one route, by group, each a letter for every state; ``others`` for whoever is in no group.

    ``audited``: whoever is turned away leaves one row in the audit, as does whoever is told that nothing is here.
    ``reads``: so does whoever reads.
    ``lists``: the groups who find the session in the list, with a plus for each state.
    """

    public: bool = False
    scope: str = ""
    fresh: bool = False
    groups: dict[str, str] = field(default_factory=dict)
    others: str = "aaaaa"
    audited: bool = True
    reads: bool = False
    lists: dict[str, str] = field(default_factory=dict)

    def letter(self, name: str, state: str) -> str:
        """The letter for somebody, were there nothing but who they are."""
        return _word(self.groups, name, self.others)[STATES.index(state)]

    def shows(self, name: str, state: str) -> bool:
        """Whether the session is in the list."""
        return _word(self.lists, name, "-----")[STATES.index(state)] == "+"


def _word(groups: dict[str, str], name: str, others: str) -> str:
    return next((word for group, word in groups.items() if name in _GROUPS[group]), others)


def expected(row: Row, method: str, name: str, state: str) -> str:
    """The slug of the answer's problem, or ok."""
    unsafe = method not in ("GET", "HEAD", "OPTIONS")
    if name in NOBODY and not row.public:
        return "not-signed-in"
    if name in ELSEWHERE and unsafe:
        return "foreign-origin"
    letter = row.letter(name, state)
    if row.public:
        return ANSWERS[letter]
    if name in TOKENS and row.scope not in TOKENS[name]:
        return "not-allowed"
    if letter != "f" and row.fresh and (name in NOT_FRESH or name in TOKENS):
        return "confirm-sign-in"
    return ANSWERS[letter]


def _everybody(letter: str = "o") -> Row:
    return Row(public=True, others=letter * 5)


def _staff(scope: str = "") -> Row:
    """Whoever is signed in."""
    return Row(scope=scope, others="ooooo")


def _administration(scope: str = "", *, fresh: bool = True) -> Row:
    return Row(scope=scope, fresh=fresh, groups={"administrator": "ooooo"}, others="fffff")


def _copying(*, fresh: bool = True) -> Row:
    """Copies for people who ask what is kept about them."""
    return Row(fresh=fresh, groups={"administrator": "ooovv"}, others="fffff")


def _session(scope: str, *, reads: bool = False, **groups: str) -> Row:
    """Something of a session: to everybody who is not named it is not there."""
    return Row(scope=scope, groups=groups, reads=reads)


_A = "/administration"
ADMINISTRATION_PAGES: dict[str, Row] = {
    # What is looked at needs the role; what changes something, and what is taken away as a file, a proof too.
    **{
        f"GET {_A}{path}": _administration(fresh=False)
        for path in (
            "", "/people", "/people/{person_id}", "/teams", "/teams/{team_id}", "/coaching", "/permissions",
            "/permissions/{session_id}", "/erasures", "/retention", "/audit", "/audit/check", "/health",
        )
    },
    **{
        f"{method} {_A}{path}": _administration()
        for path in (
            "/people/{person_id}/link", "/people/{person_id}/disable", "/people/{person_id}/sign-ins",
            "/people/{person_id}/roles/{role}/end", "/coaching/{coach_id}/{worker_id}/end",
            "/permissions/{session_id}/participants/{participant_id}/withdrawal",
            "/permissions/{session_id}/holds/{hold_id}/end", "/retention/run", "/retention/{kind}",
        )
        for method in ("GET", "POST")
    },
    **{
        f"POST {_A}{path}": _administration()
        for path in (
            "/people", "/people/{person_id}/enable", "/people/{person_id}/roles", "/teams", "/teams/{team_id}/members",
            "/teams/{team_id}/members/{person_id}/end", "/coaching", "/retention/clock",
        )
    },
    f"POST {_A}/permissions/{{session_id}}/holds": Row(
        fresh=True, groups={"administrator": "oooog"}, others="fffff"
    ),
    f"GET {_A}/people/new": _administration(),
    # Copies for people who ask: of a session that is over nothing is left.
    f"GET {_A}/subject-access": _administration(fresh=False),
    f"GET {_A}/subject-access/{{session_id}}": _administration(fresh=False),
    **{
        f"{way} {_A}/subject-access/{{session_id}}{path}": _copying()
        for way, path in (
            ("GET", "/participants/{participant_id}"), ("POST", "/participants/{participant_id}"),
            ("GET", "/copies/{copy_id}"), ("GET", "/copies/{copy_id}/read"), ("GET", "/copies/{copy_id}/file"),
            ("POST", "/copies/{copy_id}/delete"),
        )
    },
    f"POST {_A}/subject-access/{{session_id}}/copies/{{copy_id}}/read": _copying(fresh=False),
    f"GET {_A}/audit.csv": _administration(),
    f"GET {_A}/erasures/{{erasure_id}}/certificate": Row(
        fresh=True, groups={"administrator": "eeeeo"}, others="fffff"
    ),
}  # fmt: skip

FRAME_PAGES: dict[str, Row] = {
    # Pages for everybody.
    "GET /look.css": _everybody(),
    "GET /static/{digest}/{name} nothing": _everybody("e"),
    "GET /help": _everybody(),
    "GET /accessibility": _everybody(),
    "GET /sign-in": _everybody(),
    "POST /sign-in": _everybody(),
    "POST /sign-in/passkey": _everybody("g"),
    "GET /sign-in/second": _everybody(),
    "POST /sign-in/second": Row(public=True, groups={"waiting": "ggggg"}, others="ooooo"),
    "POST /sign-in/second/leave": _everybody(),
    "GET /welcome/{secret}": _everybody(),
    "POST /welcome/{secret}": _everybody(),
    "POST /welcome/{secret}/council": _everybody("e"),
    # Pages of oneself.
    "GET /": replace(_staff(), lists={"own": "+++--", "coach": "+----"}),
    "POST /sign-out": _staff(),
    "GET /confirm": _staff(),
    "POST /confirm": _staff(),
    "POST /confirm/council": Row(others="eeeee"),
    "GET /account": _staff(),
    "POST /account/sign-ins/end": _staff(),
    "POST /account/sign-ins/end-all": _staff(),
    "GET /account/password": _staff(),
    "POST /account/password": _staff(),
    "GET /account/passkeys": _staff(),
    "POST /account/passkeys": Row(fresh=True, others="ggggg"),
    "POST /account/passkeys/remove": Row(fresh=True, others="ooooo"),
    "GET /account/tokens": _staff(),
    "POST /account/tokens": Row(fresh=True, groups={"roleless": "ggggg"}, others="ooooo"),
    "POST /account/tokens/end": _staff(),
}

_READ, _WRITE, _JOBS, _UPLOADS = "sessions:read", "sessions:write", "jobs:read", "uploads:write"
_S, _P = "/api/v1/sessions/{session_id}", "/sessions/{session_id}"
_REVIEWS = "reviews:write"
_S, _V = "/api/v1/sessions/{session_id}", "/api/v1/reviews/{review_id}"
_S = "/api/v1/sessions/{session_id}"
_R = "/sessions/{session_id}/reflection"
_REVIEWS = "reviews:write"
_S, _V = "/api/v1/sessions/{session_id}", "/api/v1/reviews/{review_id}"
_P = "/sessions/{session_id}"
_F = "/api/v1/feedback/{feedback_id}"
_OWN_WORDS, _OWN_SEES, _COACHED, _RESEARCHED = "oooaa", "ooaaa", "oaaaa", "ooaaa"


def _read(path: str, *, own: str = "", coach: str = "", researcher: str = "") -> dict[str, Row]:
    """Something that is looked at for a purpose: nobody's but for the purpose that they have."""
    named = {"reflection": {"own": own}, "coaching": {"coach": coach}, "research": {"researcher": researcher}}
    return {
        f"{path} {purpose}": _session(_READ, reads=True, **{who: word for who, word in groups.items() if word})
        for purpose, groups in named.items()
    }


ROWS: dict[str, Row] = {
    # What anybody may ask.
    "GET /healthz": _everybody(),
    "GET /readyz": _everybody(),
    "GET /metrics": Row(public=True, groups={"operator": "ooooo"}, others="eeeee"),
    "GET /problems/{slug}": _everybody(),
    "GET /api/v1/openapi.json": _everybody(),
    "POST /api/v1/sign-in": _everybody(),
    "POST /api/v1/sign-in/passkey/options": _everybody(),
    "POST /api/v1/sign-in/second/options": Row(public=True, groups={"waiting": "ooooo"}, others="wwwww"),
    "POST /api/v1/links/first": _everybody("l"),
    "POST /api/v1/links/accept": _everybody(),
    "GET /api/v1/oidc": _everybody(),
    "GET /api/v1/oidc/begin": _everybody("e"),
    "POST /api/v1/oidc/begin": _everybody("e"),
    "GET /api/v1/oidc/done": _everybody("e"),
    "OPTIONS /api/v1/uploads": _everybody(),
    # Oneself: browsers alone.
    "GET /api/v1/about": _staff("about:read"),
    "POST /api/v1/sign-out": _staff(),
    "POST /api/v1/step-up": _staff(),
    "POST /api/v1/step-up/options": _staff(),
    "GET /api/v1/me": _staff(),
    "GET /api/v1/me/passkeys": _staff(),
    "POST /api/v1/me/passkeys/options": Row(fresh=True, others="ooooo"),
    "DELETE /api/v1/me/passkeys/{passkey_id}": Row(fresh=True, others="ooooo"),
    "POST /api/v1/me/password": _staff(),
    "GET /api/v1/me/sign-ins": _staff(),
    "DELETE /api/v1/me/sign-ins/{sign_in_id}": _staff(),
    "DELETE /api/v1/me/sign-ins": _staff(),
    "GET /api/v1/me/tokens": _staff(),
    "POST /api/v1/me/tokens": Row(fresh=True, groups={"roleless": "iiiii"}, others="ooooo"),
    "DELETE /api/v1/me/tokens/{token_id}": _staff(),
    # Administration. No token changes anything.
    "GET /api/v1/people": _administration("people:read", fresh=False),
    "POST /api/v1/people": _administration(),
    "POST /api/v1/people/{person_id}/disable": _administration(),
    "POST /api/v1/people/{person_id}/enable": _administration(),
    "POST /api/v1/people/{person_id}/link": _administration(),
    "DELETE /api/v1/people/{person_id}/sign-ins": _administration(),
    "PUT /api/v1/people/{person_id}/roles/{role}": _administration(),
    "DELETE /api/v1/people/{person_id}/roles/{role}": _administration(),
    "GET /api/v1/teams": _administration("people:read", fresh=False),
    "POST /api/v1/teams": _administration(),
    "PUT /api/v1/teams/{team_id}/members/{person_id}": _administration(),
    "DELETE /api/v1/teams/{team_id}/members/{person_id}": _administration(),
    "GET /api/v1/coaching": _administration("people:read", fresh=False),
    "PUT /api/v1/coaching/{coach_id}/{worker_id}": _administration(),
    "DELETE /api/v1/coaching/{coach_id}/{worker_id}": _administration(),
    "GET /api/v1/retention": _administration(fresh=False),
    "POST /api/v1/retention/clock": _administration(),
    "PUT /api/v1/retention/{kind}": _administration(),
    "GET /api/v1/audit": _administration("audit:read", fresh=False),
    "GET /api/v1/audit/state": _administration("audit:read", fresh=False),
    **FRAME_PAGES,
    **ADMINISTRATION_PAGES,
    f"POST {_S}/holds": Row(fresh=True, groups={"administrator": "oooos"}, others="fffff"),
    f"DELETE {_S}/holds/{{hold_id}}": _administration(),
    f"GET {_S}/subject-access": Row(groups={"administrator": "ooooo"}, others="fffff", reads=True),
    f"POST {_S}/subject-access": _copying(),
    f"GET {_S}/subject-access/voices": _copying(),
    f"GET {_S}/subject-access/{{copy_id}}": _copying(),
    f"DELETE {_S}/subject-access/{{copy_id}}": _copying(),
    f"GET {_S}/subject-access/{{copy_id}}/draft": _copying(),
    f"PUT {_S}/subject-access/{{copy_id}}/kept": _copying(fresh=False),
    # Lists: everybody has one of their own.
    # Nobody who researches finds out whose sessions there are.
    "GET /api/v1/sessions": replace(_staff(_READ), lists={"own": "+++--", "coach": "+----"}),
    "GET /api/v1/statements": _staff(_READ),
    "GET /api/v1/retention/mine": _staff(_READ),
    "POST /api/v1/sessions": Row(scope=_WRITE, groups={"adds": "ooooo"}, others="fffff", audited=False),
    # What is in a session.
    **_read(f"GET {_S}", own=_OWN_WORDS, coach=_COACHED),
    **_read(f"GET {_S}/documents/{{name}} session", own=_OWN_SEES, coach=_COACHED, researcher=_RESEARCHED),
    **_read(f"GET {_S}/documents/{{name}} coding", own=_OWN_SEES, coach=_COACHED, researcher=_RESEARCHED),
    **_read(f"GET {_S}/documents/{{name}} scoring", own=_OWN_SEES, coach=_COACHED, researcher=_RESEARCHED),
    **_read(f"GET {_S}/documents/{{name}} peaks", own=_OWN_SEES, coach=_COACHED),
    **_read(f"GET {_S}/sound", own=_OWN_SEES, coach=_COACHED),
    **_read(f"HEAD {_S}/sound", own=_OWN_SEES, coach=_COACHED),
    **_read(f"GET {_S}/transcript", own=_OWN_SEES, coach=_COACHED, researcher=_RESEARCHED),
    f"POST {_S}/amendments": _session(_WRITE, own=_OWN_SEES),
    f"POST {_S}/marking": _session(_WRITE, own="ssaaa"),  # nobody said yet who is who
    # Pages of a transcript are for whose session it is.
    f"GET {_P}/voices": _session("", own=_OWN_SEES),
    f"POST {_P}/voices": _session("", own=_OWN_SEES),
    f"POST {_P}/voices/mark": _session("", own="ssaaa"),
    f"GET {_P}/check": _session("", own=_OWN_SEES),
    f"POST {_P}/check": _session("", own=_OWN_SEES),
    f"GET {_P}/transcript": _session("", own=_OWN_SEES),
    f"GET {_P}/transcript/editor": _session("", own=_OWN_SEES),
    f"POST {_P}/transcript": _session("", own=_OWN_SEES),
    f"PUT {_S}/details": _session(_WRITE, own=_OWN_WORDS),
    f"PUT {_S}/sharing": _session(_WRITE, own="oosaa"),
    f"DELETE {_S}/sharing": _session(_WRITE, own=_OWN_WORDS),
    # The worker's reflection: nobody else's, whatever is shared.
    f"GET {_S}/reflection": _session(_READ, own=_OWN_SEES, reads=True),
    f"PUT {_S}/reflection": _session(_WRITE, own=_OWN_SEES),
    f"POST {_S}/reflection/rated": _session(_WRITE, own=_OWN_SEES),
    # Permissions: the worker, and administrators, who see no content by them. An erased session keeps its receipt.
    f"PUT {_S}/lawful-basis": _session(_WRITE, own="ooovv", administrator="ooovv"),
    f"GET {_S}/participants": _session(_READ, own="ooooo", administrator="ooooo", reads=True),
    f"POST {_S}/participants": _session(_WRITE, own="ooovv", administrator="ooovv"),
    f"POST {_S}/participants/{{participant_id}}/permissions": _session(_WRITE, own="ooovv", administrator="ooovv"),
    f"POST {_S}/participants/{{participant_id}}/withdrawal": _session(_WRITE, own="ooooo", administrator="ooooo"),
    f"GET {_S}/receipt": _session(_READ, own="eeeoo", administrator="eeeoo"),
    f"DELETE {_S}": _session(_WRITE, own="ooooo"),
    # Reviews: the coach alone. There is one, with nothing in it yet.
    f"POST {_S}/reviews": _session(_REVIEWS, coach=_COACHED),
    f"GET {_S}/reviews": _session(_READ, coach=_COACHED, reads=True),
    f"GET {_S}/comparison": _session(_READ, coach="naaaa"),
    f"GET {_V}": _session(_READ, coach=_COACHED),
    f"POST {_V}/acts": _session(_REVIEWS, coach=_COACHED),
    f"POST {_V}/reveal": _session(_REVIEWS, coach=_COACHED),
    f"POST {_V}/finish": _session(_REVIEWS, coach="maaaa"),
    f"POST {_V}/reopen": _session(_REVIEWS, coach=_COACHED),
    # Pages of the reflection: browsers alone. Asking for one writes down one look.
    f"GET {_R}": _session("", own=_OWN_SEES, reads=True),
    f"POST {_R}": _session("", own=_OWN_SEES),
    f"GET {_R}/rate/{{element}}": _session("", own=_OWN_SEES, reads=True),
    f"POST {_R}/rate/{{element}}": _session("", own=_OWN_SEES),
    f"GET {_R}/without": _session("", own=_OWN_SEES, reads=True),
    f"POST {_R}/rated": _session("", own=_OWN_SEES),
    f"POST {_R}/beside": _session("", own="eeaaa"),
    "GET /about-scores": _staff(),
    # Jobs and uploads.
    f"GET {_S}/jobs": _session(_JOBS, own=_OWN_WORDS),
    "GET /api/v1/jobs/{job_id}": _session(_JOBS, own=_OWN_WORDS),
    "GET /api/v1/jobs/{job_id}/events": _session(_JOBS, own=_OWN_WORDS),
    "POST /api/v1/jobs/{job_id}/cancel": _session(_WRITE, own=_OWN_WORDS),
    "POST /api/v1/jobs/{job_id}/again": _session(_WRITE, own=_OWN_WORDS),
    "POST /api/v1/uploads": _session(_UPLOADS, own="oopaa"),
    "HEAD /api/v1/uploads/{upload_id}": _session(_UPLOADS, own="oooaa"),
    "PATCH /api/v1/uploads/{upload_id}": _session(_UPLOADS, own="oopaa"),
    "POST /api/v1/uploads/{upload_id}": _session(_UPLOADS, own="oopaa"),
    "DELETE /api/v1/uploads/{upload_id}": _session(_UPLOADS, own="oooaa"),
    # Pages of adding a session. No token opens a page.
    "GET /sessions/new": Row(groups={"adds": "ooooo"}, others="fffff"),
    "POST /sessions/new": Row(groups={"adds": "ooooo"}, others="fffff"),
    f"GET {_P}": _session("", own="ooooo", coach=_COACHED),
    # Pages of a review: for coaches. The review that there is has nothing in it yet.
    f"GET {_P}/review": _session("", coach="oaaaa"),
    f"POST {_P}/review": _session("", coach="oaaaa"),
    f"POST {_P}/review/score": _session("", coach="oaaaa"),
    f"POST {_P}/review/flag": _session("", coach="gaaaa"),
    f"POST {_P}/review/opened": _session("", coach="oaaaa"),
    f"POST {_P}/review/note": _session("", coach="oaaaa"),
    f"POST {_P}/review/reveal": _session("", coach="oaaaa"),
    f"POST {_P}/review/finish": _session("", coach="gaaaa"),
    f"POST {_P}/review/reopen": _session("", coach="oaaaa"),
    f"GET {_P}/comparison": _session("", coach="naaaa"),
    f"GET {_P}/details": _session("", own=_OWN_WORDS, reads=True),
    f"POST {_P}/details": _session("", own="gggaa"),
    f"GET {_P}/permissions": _session("", own="ooooo", administrator="ooooo"),
    f"POST {_P}/permissions": _session("", own="ooovv", administrator="ooovv"),
    f"POST {_P}/participants": _session("", own="ooovv", administrator="ooovv"),
    f"POST {_P}/participants/{{participant_id}}/match": _session("", own="gggvv", administrator="gggvv"),
    f"GET {_P}/participants/{{participant_id}}/withdrawal": _session("", own="ooooo", administrator="ooooo"),
    f"POST {_P}/participants/{{participant_id}}/withdrawal": _session("", own="ooooo", administrator="ooooo"),
    f"GET {_P}/script": _session("", own="ooooo", administrator="ooooo"),
    f"GET {_P}/information": _session("", own="ooooo", administrator="ooooo"),
    f"GET {_P}/recording": _session("", own="ooooo"),
    f"GET {_P}/record": _session("", own="ooooo"),
    f"GET {_P}/progress": _session("", own=_OWN_WORDS),
    f"POST {_P}/jobs/{{job_id}}/cancel": _session("", own=_OWN_WORDS),
    f"POST {_P}/jobs/{{job_id}}/again": _session("", own=_OWN_WORDS),
    f"GET {_P}/sharing": _session("", own="ooooo"),
    f"POST {_P}/sharing": _session("", own="oosaa"),
    f"POST {_P}/sharing/back": _session("", own=_OWN_WORDS),
    f"GET {_P}/erase": _session("", own="ooooo"),
    f"POST {_P}/erase": _session("", own="ooooo"),
    # Feedback, where nothing is released yet: the worker reads that, and the coach has a draft of an open review.
    f"GET {_S}/feedback": _session(_READ, own=_OWN_WORDS, coach=_COACHED, reads=True),
    f"POST {_S}/feedback": _session(_REVIEWS, coach=_COACHED),
    f"POST {_S}/feedback/waiver": _session(_WRITE, own="sssaa"),
    f"GET {_S}/feedback/released": _session(_READ, own="eeeaa"),
    f"POST {_S}/feedback/released/replies": _session(_WRITE, own="eeeaa"),
    f"POST {_S}/feedback/released/second-coder": _session(_WRITE, own="eeeaa"),
    f"POST {_S}/feedback/released/responses": _session(_REVIEWS, own="eeeaa"),
    f"GET {_S}/feedback/released/document.pdf": Row(fresh=True, groups={"own": "eeeaa"}),
    f"GET {_S}/feedback/released/document.docx": Row(fresh=True, groups={"own": "eeeaa"}),
    f"GET {_F}": _session(_READ, coach=_COACHED, reads=True),
    f"GET {_F}/moments": _session(_READ, coach=_COACHED),
    f"PUT {_F}": _session(_REVIEWS, coach="saaaa"),
    **{
        f"POST {_F}/{step}": _session(_REVIEWS, coach="saaaa")
        for step in ("send", "back", "confirm", "conversation", "release")
    },
    # Its pages.
    "GET /sessions/{session_id}/feedback": _session("", own=_OWN_WORDS, coach=_COACHED),
    "POST /sessions/{session_id}/feedback/waiver": _session("", own="sssaa"),
    "POST /sessions/{session_id}/feedback/replies": _session("", own="eeeaa"),
    "POST /sessions/{session_id}/feedback": _session("", coach="eaaaa"),
    "POST /sessions/{session_id}/feedback/draft": _session("", coach="eaaaa"),
    "POST /sessions/{session_id}/feedback/step": _session("", coach="gaaaa"),
    "GET /sessions/{session_id}/feedback/document.pdf": Row(fresh=True, groups={"own": "eeeaa"}),
    "GET /sessions/{session_id}/feedback/document.docx": Row(fresh=True, groups={"own": "eeeaa"}),
}
"""Each route by its method and template; where a word follows, it is what a request asks for there."""
