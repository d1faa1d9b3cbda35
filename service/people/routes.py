"""Every route of people: signing in, oneself, and what administrators do."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from service.people.passkeys.routes import own_passkeys_router, passkeys_router
from service.people.routes_council import council_router
from service.people.routes_own import own_router, tokens_router
from service.people.routes_sign_in import links_router, sign_in_router
from service.people.routes_staff import roles_router, staff_router
from service.people.routes_teams import coaching_router, teams_router
from service.people.web import PeopleWeb


def people_routers(web: PeopleWeb) -> Sequence[APIRouter]:
    """Below ``/api/v1``."""
    made = (
        sign_in_router, passkeys_router, links_router, council_router, own_router, own_passkeys_router, tokens_router,
        staff_router, roles_router, teams_router, coaching_router,
    )  # fmt: skip
    return tuple(router(web) for router in made)
