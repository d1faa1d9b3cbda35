"""Everybody who asks, and what is done to the installation before they do."""

from __future__ import annotations

from dataclasses import dataclass

from service.database.words import StaffRole


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """One who asks, as ``who`` of the house's people, with ``roles`` where these are others than they had.

    ``tie``: how they stand to the worker. ``sign_in``: how their sign-in is; one that waits for its second proof sends
    its secret wherever one is taken. ``token``: which access token they send instead of a cookie. The operator is
    nobody, at the service's own machine.
    """

    name: str
    who: str = "somebody"
    roles: tuple[StaffRole, ...] | None = None
    tie: str = ""
    sign_in: str = "fresh"
    token: str = ""


_OTHER_ROLES = tuple(role for role in StaffRole if role is not StaffRole.PRACTITIONER)

PRINCIPALS = (
    Principal(name="anonymous", sign_in="none"),
    Principal(name="operator", sign_in="none"),
    Principal(name="worker", who="worker"),
    Principal(name="worker, not fresh", who="worker", sign_in="not fresh"),
    Principal(name="worker, page of another site", who="worker", sign_in="elsewhere"),
    Principal(name="worker, signed out", who="worker", sign_in="ended"),
    Principal(name="worker, timed out", who="worker", sign_in="timed out"),
    Principal(name="worker, second proof waited for", who="worker", sign_in="waiting"),
    Principal(name="worker, disabled", who="worker", sign_in="disabled"),
    Principal(name="worker, role ended", who="worker", roles=()),
    *(Principal(name=f"worker, now {role}", who="worker", roles=(role,)) for role in _OTHER_ROLES),
    Principal(name="supervisor", who="supervisor"),
    *(Principal(name=f"{role}, same team", roles=(role,), tie="same team") for role in StaffRole),
    *(Principal(name=f"{role}, other team", roles=(role,), tie="other team") for role in StaffRole),
    Principal(name="manager, leads the team", roles=(StaffRole.MANAGER,), tie="leads"),
    Principal(name="coach", roles=(StaffRole.COACH,), tie="coaches"),
    Principal(name="coach, relationship ended", roles=(StaffRole.COACH,), tie="coached"),
    Principal(name="coach, relationship to come", roles=(StaffRole.COACH,), tie="will coach"),
    Principal(name="coach, role ended", roles=(), tie="coaches"),
    Principal(name="administrator, not fresh", roles=(StaffRole.ADMINISTRATOR,), sign_in="not fresh"),
    Principal(name="no role", roles=()),
    Principal(name="worker's token of the scope", who="worker", token="only"),
    Principal(name="worker's token of other scopes", who="worker", token="others"),
    Principal(name="worker's token, ended", who="worker", token="ended"),
    Principal(name="worker's token, over", who="worker", token="over"),
    Principal(name="worker's token, role ended", who="worker", roles=(), token="only"),
    Principal(name="coach's token", roles=(StaffRole.COACH,), tie="coaches", token="every"),
    Principal(name="administrator's token", roles=(StaffRole.ADMINISTRATOR,), token="every"),
)
BY_NAME = {one.name: one for one in PRINCIPALS}
