"""Signing in at the council's own provider. Who is not linked to a person here is told so; an invitation links them."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import delete
from sqlalchemy.exc import IntegrityError

from service.api.onwards import HOME, next_page
from service.audit.records import NOBODY, Action, ActorRole, AuditEvent, Kind, Outcome, Purpose
from service.database.tables import one_time_link
from service.database.words import PersonState
from service.people import limits, link_rows, sign_in_rows, store
from service.people.acting import Act
from service.people.errors import LinkRefusedError, ProviderRefusedError, SignInRefusedError, UnknownSubjectError
from service.people.limits import Limit
from service.people.links import take_up
from service.people.parts import PeopleParts
from service.people.passkeys.happened import changed
from service.people.records import NewSignIn, SignedIn
from service.people.sign_in import Came, continued, new_sign_in
from service.people.unguessable import keyed, new_secret

if TYPE_CHECKING:  # its libraries are loaded only where a council's sign-in is set up
    from service.people.oidc import Identity, OidcProvider

STARTS = 200
"""Journeys that may be begun from one address in five minutes: a whole council office may share one."""
_AGAIN = "again"
_IN = "in"


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """Where to send the browser, and what it keeps meanwhile in a cookie of ten minutes that scripts cannot read."""

    address: str
    kept: str = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What came back: the provider's ``state``, ``code`` and perhaps ``issuer``, and the cookie's value."""

    state: str
    code: str = field(repr=False)
    kept: str = field(repr=False)
    issuer: str | None = None


def start(
    people: PeopleParts,
    provider: OidcProvider,
    came: Came,
    *,
    invitation: str | None = None,
    again: bool = False,
    onwards: str = HOME,
) -> Journey:
    """Begin: ``invitation`` is the secret of a link, ``again`` asks whoever is signed in to prove it anew.

    ``onwards``: the page that was asked for, see `asked_for`.

    Raises TooManyAttemptsError, ProviderUnavailableError, ProviderSettingsError.
    """
    state, kept = (
        new_secret(),
        ".".join((_AGAIN if again else _IN, new_secret(), invitation or "", _packed(next_page(onwards)))),
    )
    nonce, verifier = _derived(people, state, kept)
    address = provider.address(state=state, nonce=nonce, verifier=verifier, again=again)
    now_ms = people.parts.clock()
    counted = (Limit(bucket=f"start:{keyed(people.key, 'attempt-start', came.address)}", most=STARTS),)
    with people.parts.database.writing() as rows:
        limits.refuse(rows, counted, now_ms)
        limits.count(rows, counted, now_ms)
        old = (one_time_link.c.use == link_rows.COUNCIL_SIGN_IN) & (one_time_link.c.until_ms <= now_ms)
        rows.execute(delete(one_time_link).where(old))
        link_rows.make(rows, link_rows.COUNCIL_SIGN_IN, now_ms, secret=_once(state, kept))
    return Journey(address=address, kept=kept)


def finish(
    people: PeopleParts, provider: OidcProvider, came: Came, returned: Returned, signed: SignedIn | None = None
) -> NewSignIn:
    """End the journey in the browser that began it, once. ``signed``: who is signed in, for a new proof.

    Raises ProviderRefusedError, ProviderUnavailableError, UnknownSubjectError, LinkRefusedError, SignInRefusedError.
    """
    now_ms = people.parts.clock()
    with people.parts.database.writing() as rows:
        begun = link_rows.use_up(rows, _once(returned.state, returned.kept), link_rows.COUNCIL_SIGN_IN, now_ms)
    if not begun or returned.issuer not in (None, provider.settings.issuer):
        raise ProviderRefusedError
    nonce, verifier = _derived(people, returned.state, returned.kept)
    identity = provider.identity(code=returned.code, nonce=nonce, verifier=verifier)
    mode, invitation, _ = _parts(returned.kept)
    if mode == _AGAIN:
        return _proved_again(people, came, identity, signed)
    return _entered(people, came, identity, invitation)


def asked_for(kept: str) -> str:
    """The page to go on to, of a journey that `finish` ended well: only then is it the one that it began with."""
    packed = _parts(kept)[2]
    try:
        return next_page(base64.urlsafe_b64decode(f"{packed}==").decode())
    except ValueError:
        return HOME


def _entered(people: PeopleParts, came: Came, identity: Identity, invitation: str) -> NewSignIn:
    now_ms = people.parts.clock()
    try:
        with people.parts.database.writing() as rows:
            row, gone = _person(Act(rows=rows, now_ms=now_ms), identity, invitation)
            good = row is not None and row["state"] == PersonState.ACTIVE
            people.parts.trail.append(rows, _told(came, row, now_ms, done=good))
            if good and row is not None:
                for passkey_id in gone:
                    people.parts.trail.append(rows, changed(passkey_id, row["id"], now_ms, came.request_id))
                cookie = sign_in_rows.begin(rows, row["id"], now_ms, fresh_ms=identity.proved_ms or 0)
                return new_sign_in(people, row, cookie)
    except IntegrityError:
        raise ProviderRefusedError from None
    raise UnknownSubjectError if row is None else SignInRefusedError


def _person(act: Act, identity: Identity, invitation: str) -> tuple[store.Row | None, list[str]]:
    """Whom the identity is linked to, and the passkeys that they had here until now.

    An invitation links it, and ends a password and passkeys that would get round the council.
    """
    row = store.by_subject(act.rows, identity.issuer, identity.subject)
    if not invitation:
        return row, []
    link = link_rows.look(act.rows, invitation, act.now_ms)
    if row is not None or link is None or link["use"] not in (link_rows.INVITATION, link_rows.NEW_PASSWORD):
        raise LinkRefusedError
    gone = take_up(
        act, invitation, link["use"], link["person_id"], issuer=identity.issuer, subject=identity.subject,
        password_hash=None,
    )  # fmt: skip
    return store.by_id(act.rows, link["person_id"]), gone


def _proved_again(people: PeopleParts, came: Came, identity: Identity, signed: SignedIn | None) -> NewSignIn:
    now_ms = people.parts.clock()
    fresh = identity.proved_ms is not None and now_ms - identity.proved_ms < sign_in_rows.FRESH_MS
    with people.parts.database.writing() as rows:
        row = store.by_subject(rows, identity.issuer, identity.subject)
        old = sign_in_rows.live(rows, signed.sign_in_id, now_ms) if signed and signed.sign_in_id else None
        good = fresh and row is not None and row["state"] == PersonState.ACTIVE and old is not None
        good = good and row is not None and old is not None and row["id"] == old["person_id"]
        people.parts.trail.append(rows, _told(came, row, now_ms, done=good))
        if good and old is not None:
            return continued(people, rows, old, now_ms)
    raise SignInRefusedError


def _derived(people: PeopleParts, state: str, kept: str) -> tuple[str, str]:
    """Nonce and PKCE verifier: known only to who has the key and both values, so nothing needs to be stored."""
    return keyed(people.key, "council-nonce", state, kept), keyed(people.key, "council-verifier", state, kept)


def _parts(kept: str) -> tuple[str, str, str]:
    """The mode, the secret of an invitation, and the page to go on to."""
    mode, _, rest = kept.partition(".")
    invitation, _, onwards = rest.partition(".")[2].partition(".")
    return mode, invitation, onwards


def _packed(page: str) -> str:
    """A page's address in letters that a cookie may have."""
    return "" if page == HOME else base64.urlsafe_b64encode(page.encode()).decode().rstrip("=")


def _once(state: str, kept: str) -> str:
    return f"{state} {kept}"


def _told(came: Came, row: store.Row | None, now_ms: int, *, done: bool) -> AuditEvent:
    person_id = row["id"] if row else NOBODY
    return AuditEvent(
        when_ms=now_ms, actor_id=person_id if done else NOBODY, role=ActorRole.NOBODY, action=Action.SIGN_IN,
        kind=Kind.PERSON, object_id=person_id, purpose=Purpose.OPERATION,
        outcome=Outcome.DONE if done else Outcome.DENIED, request_id=came.request_id,
    )  # fmt: skip
