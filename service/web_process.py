"""Puts the web process together: who is asking, what may be asked, and what runs beside it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from fastapi import FastAPI

from models.adapters.machine_probe import package_version
from models.records.coding import Setting
from service.api.about import Program
from service.api.metrics import AuditState
from service.api.origin import origins_of
from service.app import WebParts, create_app
from service.audit.sql_rows import SqlRows
from service.housekeeping import ingest_of
from service.installation import Installation
from service.people.cookies import Cookies
from service.people.guesses import guesses
from service.people.own import oneself
from service.people.parts import PeopleParts
from service.people.passkeys.relying_party import RelyingParty
from service.people.passwords import argon2_passwords
from service.people.principal import csrf_of, csrf_token, resolve_cookie, resolve_token
from service.people.records import SignedIn
from service.people.routes_council import BACK
from service.people.unguessable import hidden, same
from service.people.web import PeopleWeb
from service.routers import Served, routers_of
from service.rubrics import rubric_for
from service.settings_service import ServiceSettings
from service.web.admin.machine import machine_of
from service.web.admin.routers import administration_routers
from service.web.kit import Kit
from service.web.problems import problem_pages
from service.web.recording_pages import RECORD_PATH
from service.web.rendering import Council, Pages
from service.web.routers import page_routers
from service.web.sign_in_pages import confirming


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleResolver:
    """Finds people by their cookies and tokens; see `principals.Resolver`."""

    people: PeopleParts

    def resolve_cookie(self, value: str, request_id: str) -> SignedIn | None:
        """The person whose session this cookie's value is, or None."""
        return resolve_cookie(self.people, value, request_id)

    def resolve_token(self, value: str, request_id: str) -> SignedIn | None:
        """The person whose token this is, or None."""
        return resolve_token(self.people, value, request_id)

    def csrf_ok(self, cookie: str, given: str) -> bool:
        """Whether a page that was made for the cookie's session sent this token."""
        return same(csrf_of(self.people, hidden(cookie)), given)


def people_parts(installation: Installation) -> PeopleParts:
    """What signing in is made of in this installation."""
    return PeopleParts(
        parts=installation.parts,
        passwords=argon2_passwords(),
        guesses=guesses,
        key=installation.secret,
        passkeys=relying_party(installation.settings),
        second_proof_required=installation.settings.second_proof_required,
    )


def relying_party(settings: ServiceSettings) -> RelyingParty | None:
    """This service as browsers know it that hold passkeys; None where its address has no name."""
    host = settings.passkey_host
    if host is None:
        return None
    (origin,) = (one for one in origins_of(settings.public_url) if urlsplit(one).hostname == host)
    return RelyingParty(id=host, origin=origin, name=settings.look.service)


def people_web(installation: Installation, people: PeopleParts) -> PeopleWeb:
    """What the routes of people are made of. Raises ProviderSettingsError."""
    settings, council, provider = installation.settings, installation.settings.council, None
    if council is not None:
        from service.people.oidc import OidcProvider, OidcSettings  # their libraries are for this alone

        meant = OidcSettings(
            issuer=council.issuer,
            client_id=council.client_id,
            secret_file=council.secret_file,
            back=f"{settings.public_url}{BACK}",
            ca_file=council.ca_file,
        )
        provider = OidcProvider(meant, installation.parts.clock)
    return PeopleWeb(people=people, cookies=Cookies(https=settings.https), link_to=settings.link_to, provider=provider)


def web_app(installation: Installation, people: PeopleParts | None = None) -> FastAPI:
    """The application on an installation. It imports no model library. ``people`` None: hashing as the service does.

    Raises ProviderSettingsError.
    """
    parts, people = installation.parts, people or people_parts(installation)
    program = Program(version=package_version("practice") or "unknown", rubrics=_rubrics)
    web = WebParts(
        resolver=PeopleResolver(people=people),
        secret=installation.secret,
        program=program,
        audit=lambda: _audit_state(installation),
        microphone_paths=frozenset({RECORD_PATH}),
    )
    served = Served(
        parts=parts,
        people=people_web(installation, people),
        ingest=ingest_of(installation),
        audit_state=lambda: _audit_state(installation),
        council=installation.settings.look.name,
    )
    routers, whole = routers_of(served)
    kit = Kit(parts=parts, people=served.people, pages=pages_of(installation, people))
    administration = administration_routers(kit, machine_of(installation, program, lambda: _audit_state(installation)))
    pages = (*whole, *page_routers(kit), *administration)
    app = create_app(parts, installation.settings, web, routers=routers, pages=pages)
    app.state.problem_page = problem_pages(kit.pages, served.people.before, confirming(kit))
    return app


def pages_of(installation: Installation, people: PeopleParts) -> Pages:
    """What renders the pages of this installation."""
    settings, look = installation.settings, installation.settings.look
    return Pages(
        council=Council(name=look.name, service=look.service, colour=look.colour),
        https=settings.https,
        csrf_of=lambda who: csrf_token(people, who) or "" if isinstance(who, SignedIn) else "",
        name_of=lambda who: oneself(people, who).shown_name if isinstance(who, SignedIn) else "",
    )


def _rubrics() -> dict[str, str]:
    """Each setting's rubric and its version, read when they are first asked for and not at every start."""
    refs = {setting.value: rubric_for(setting).ref for setting in Setting}
    return {setting: f"{ref.id} {ref.version}" for setting, ref in refs.items()}


def _audit_state(installation: Installation) -> AuditState:
    """How long the chain is and when it was last anchored, for the metrics."""
    anchored = installation.keeper.anchored
    with installation.parts.database.reading() as rows:
        last = SqlRows(rows).last()
    return AuditState(sequence=last.sequence if last else 0, anchored_ms=anchored.when_ms if anchored else None)
