"""Who may use a route is declared on it, can be read back, and holds."""

from __future__ import annotations

from pathlib import Path

import pytest
from fastapi import APIRouter, Depends

from service.api.description import routes_of
from service.api.errors import UndeclaredRouteError
from service.api.origin import origins_of
from service.api.principals import Access, Kind, needs_role, needs_scope, public
from service.app import create_app
from service.database.words import StaffRole
from service.parts import Parts
from service.settings_service import ServiceSettings
from tests.service.api.conftest import READER, URL, WORKER, WRITER, Site
from tests.service.api.people_here import web_parts
from tests.service.stand_ins import RememberingTrail


def test_every_route_says_who_may_use_it(shared_site: Site) -> None:
    facts = {(route.method, route.path): route.access for route in routes_of(shared_site.app)}
    assert None not in facts.values()
    assert facts["GET", "/healthz"] == Access(kind=Kind.PUBLIC)
    assert facts["GET", "/metrics"] == Access(kind=Kind.OPERATOR)
    assert facts["GET", "/api/v1/about"] == Access(kind=Kind.SIGNED_IN, scope="about:read")
    assert facts["POST", "/api/v1/by-administrator"] == Access(
        kind=Kind.SIGNED_IN, roles=frozenset({StaffRole.ADMINISTRATOR})
    )
    assert facts["POST", "/api/v1/by-fresh"] == Access(kind=Kind.SIGNED_IN, fresh=True)


@pytest.mark.parametrize("declared", [[], [public(), needs_scope("a:b")]], ids=["silent", "twice"])
def test_the_application_is_not_made_with_a_route_that_does_not_say_once_who_may(
    parts: Parts, settings: ServiceSettings, declared: list[object]
) -> None:
    router, outer = APIRouter(), APIRouter(prefix="/outer")
    router.add_api_route("/secret", lambda: "x", dependencies=[Depends(one) for one in declared])  # type: ignore[arg-type]
    outer.include_router(router)
    with pytest.raises(UndeclaredRouteError):
        create_app(parts, settings, web_parts(), routers=[outer])


def test_a_router_may_declare_for_all_of_its_routes(parts: Parts, settings: ServiceSettings) -> None:
    router = APIRouter(dependencies=[Depends(needs_scope("a:b"))])
    router.add_api_route("/inside", lambda: "x")
    app = create_app(parts, settings, web_parts(), routers=[router])
    facts = {route.path: route.access for route in routes_of(app)}
    assert facts["/api/v1/inside"] == Access(kind=Kind.SIGNED_IN, scope="a:b")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Cookie": "__Host-sid=stranger"},
        {"Cookie": "sid=worker"},
        {"Cookie": "__Host-sid=worker; __Host-sid=boss"},
        {"Cookie": "__Host-sid="},
        {"Authorization": "Bearer stranger"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic reads"},
        {"Authorization": "Bearer " + "r" * 600},
        {"Authorization": "Bearer stranger", "Cookie": "__Host-sid=worker"},
    ],
)
def test_who_is_not_known_is_asked_to_sign_in(shared_site: Site, headers: dict[str, str]) -> None:
    """A token that is not known is not made up for by a cookie, and of two cookies neither is believed."""
    response = shared_site.client.get("/api/v1/about", headers=headers)
    assert (response.status_code, response.json()["type"]) == (401, "/problems/not-signed-in")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("headers", [WORKER, READER])
def test_a_cookie_or_a_token_of_the_scope_lets_in(shared_site: Site, headers: dict[str, str]) -> None:
    assert shared_site.client.get("/api/v1/about", headers=headers).status_code == 200


def test_a_token_does_only_what_its_scopes_say(shared_site: Site) -> None:
    """A route that names no scope is closed to every token."""
    nothing = {"Authorization": "Bearer nothing"}
    assert shared_site.client.get("/api/v1/about", headers=nothing).status_code == 403
    assert shared_site.client.get("/api/v1/about", headers=WRITER).status_code == 403
    assert shared_site.client.post("/api/v1/by-fresh", headers=WRITER).status_code == 403


def test_whoever_is_turned_away_is_in_the_audit_once(site: Site, trail: RememberingTrail) -> None:
    nothing = {"Authorization": "Bearer nothing"}
    assert site.client.get("/api/v1/about", headers=nothing).status_code == 403
    assert [(one.action, one.outcome) for one in trail.events] == [("denial", "denied")]
    assert site.client.get("/api/v1/about", headers=READER).status_code == 200
    assert len(trail.events) == 1


def test_who_was_signed_out_is_nobody_at_the_next_request(site: Site) -> None:
    assert site.client.get("/api/v1/about", headers=WORKER).status_code == 200
    site.resolver.gone.add("worker")
    assert site.client.get("/api/v1/about", headers=WORKER).status_code == 401


def post(site: Site, path: str, who: str, **more: str) -> tuple[int, str]:
    own = {"Cookie": f"__Host-sid={who}", "Origin": URL, "X-CSRF": f"csrf-of-{who}", **more}
    response = site.client.post(path, headers={name: value for name, value in own.items() if value})
    return response.status_code, response.json().get("type", "")


def test_a_role_is_needed_where_it_is_asked_for(shared_site: Site) -> None:
    assert post(shared_site, "/api/v1/by-administrator", "boss") == (200, "")
    assert post(shared_site, "/api/v1/by-administrator", "worker") == (403, "/problems/not-allowed")


def test_proof_within_minutes_is_needed_where_it_is_asked_for(shared_site: Site) -> None:
    assert post(shared_site, "/api/v1/by-fresh", "fresh") == (200, "")
    assert post(shared_site, "/api/v1/by-fresh", "worker") == (403, "/problems/confirm-sign-in")


@pytest.mark.parametrize(
    "wrong",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "https://practice.example.evil.example"},
        {"Origin": "http://practice.example"},
        {"Origin": "https://practice.example:444"},
        {"X-CSRF": ""},
        {"X-CSRF": "csrf-of-worker"},
        {"Sec-Fetch-Site": "cross-site"},
    ],
)
def test_a_cookie_counts_only_on_this_service_s_own_pages(shared_site: Site, wrong: dict[str, str]) -> None:
    assert post(shared_site, "/api/v1/by-fresh", "fresh", **wrong) == (403, "/problems/foreign-origin")


def test_reading_with_a_cookie_needs_no_origin(shared_site: Site) -> None:
    assert shared_site.client.get("/api/v1/things", headers=WORKER).status_code == 200


def test_a_token_needs_no_origin_because_no_page_can_send_it_unasked(shared_site: Site) -> None:
    body = {"name": "x", "day": 1}
    assert shared_site.client.post("/api/v1/things", headers=WRITER, json=body).status_code == 201


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": URL}, 200),
        ({"Origin": "https://evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_other_sites_cannot_send_even_what_anybody_may(shared_site: Site, headers: dict[str, str], status: int) -> None:
    """Signing somebody in as somebody else starts so."""
    response = shared_site.client.post("/api/v1/open", headers=headers, json={"name": "x", "day": 1})
    assert response.status_code == status


def test_on_this_machine_the_service_is_one_site_by_each_of_its_names() -> None:
    assert origins_of("http://localhost:8765") == {
        "http://localhost:8765",
        "http://127.0.0.1:8765",
        "http://[::1]:8765",
    }
    assert origins_of("https://practice.example") == {"https://practice.example"}
    assert origins_of("https://practice.example:443") == {"https://practice.example"}


def test_on_this_machine_the_cookie_has_its_plain_name(parts: Parts, tmp_path: Path) -> None:
    """Browsers refuse a __Host- cookie that came by http."""
    settings = ServiceSettings.from_environment({"PRACTICE_DATA": str(tmp_path)})
    assert create_app(parts, settings, web_parts()).state.door.cookie == "sid"


def test_a_scope_and_a_role_have_to_be_named() -> None:
    with pytest.raises(ValueError, match="scope"):
        needs_scope("everything")
    with pytest.raises(ValueError, match="role"):
        needs_role()


def test_the_description_says_who_may_use_each_route(shared_site: Site) -> None:
    told = shared_site.client.get("/api/v1/openapi.json").json()
    about = told["paths"]["/api/v1/about"]["get"]
    assert about["security"] == [{"session": []}, {"token": ["about:read"]}]
    assert told["paths"]["/healthz"]["get"]["security"] == []
    assert told["paths"]["/api/v1/by-administrator"]["post"]["x-roles"] == ["administrator"]
    assert told["components"]["securitySchemes"]["session"]["name"] == "__Host-sid"


def test_the_description_shows_every_error_as_a_problem(shared_site: Site) -> None:
    told = shared_site.client.get("/api/v1/openapi.json").json()
    for path, operations in told["paths"].items():
        for method, operation in operations.items():
            assert "application/problem+json" in operation["responses"]["default"]["content"], (method, path)
            assert "422" not in operation["responses"], "the framework's own form of errors is not ours"
    assert "Problem" in told["components"]["schemas"]
