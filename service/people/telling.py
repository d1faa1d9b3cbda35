"""What is known of people in the form in which the routes tell it."""

from __future__ import annotations

from collections.abc import Iterable

from service.people import views
from service.people.own import Oneself
from service.people.records import Person, SignInShown, TokenShown
from service.people.teams import Coaching, Team


def person_entered(one: Oneself) -> views.PersonEntered:
    """Whoever has just signed in."""
    return views.PersonEntered(
        id=one.id, sign_in_name=one.sign_in_name, shown_name=one.shown_name, roles=sorted(one.roles), teams=_teams(one)
    )


def me_told(one: Oneself, *, fresh: bool, csrf: str) -> views.MeTold:
    """Oneself, with what one's pages send."""
    return views.MeTold(
        id=one.id, sign_in_name=one.sign_in_name, shown_name=one.shown_name, roles=sorted(one.roles),
        teams=_teams(one), has_password=one.has_password, at_provider=one.at_provider, fresh=fresh, csrf=csrf,
    )  # fmt: skip


def sign_ins_told(found: Iterable[SignInShown]) -> views.SignInList:
    """One's own sign-ins."""
    return views.SignInList(
        items=[
            views.SignInTold(id=one.id, created_ms=one.created_ms, seen_ms=one.seen_ms, current=one.current)
            for one in found
        ]
    )


def tokens_told(found: Iterable[TokenShown]) -> views.TokenList:
    """One's own access tokens."""
    return views.TokenList(
        items=[
            views.TokenTold(
                id=one.id, label=one.label, scopes=sorted(one.scopes), created_ms=one.created_ms,
                until_ms=one.until_ms, seen_ms=one.seen_ms,
            )
            for one in found
        ]
    )  # fmt: skip


def people_told(found: Iterable[Person]) -> views.PersonList:
    """People as administrators see them."""
    return views.PersonList(
        items=[
            views.PersonTold(
                id=one.id, sign_in_name=one.sign_in_name, shown_name=one.shown_name, state=one.state,
                roles=sorted(one.roles), has_password=one.has_password, at_provider=one.at_provider,
            )
            for one in found
        ]
    )  # fmt: skip


def teams_told(found: Iterable[Team]) -> views.TeamList:
    """Teams and who is in them."""
    return views.TeamList(
        items=[
            views.TeamTold(id=one.id, name=one.name, members=sorted(one.members), leaders=sorted(one.leaders))
            for one in found
        ]
    )


def coaching_told(found: Iterable[Coaching]) -> views.CoachingList:
    """Who coaches whom."""
    return views.CoachingList(
        items=[
            views.CoachingTold(
                coach_id=one.coach_id, worker_id=one.worker_id, from_ms=one.from_ms, until_ms=one.until_ms
            )
            for one in found
        ]
    )


def _teams(one: Oneself) -> list[views.OwnTeamTold]:
    return [views.OwnTeamTold(id=team.id, name=team.name, leads=team.leads) for team in one.teams]
