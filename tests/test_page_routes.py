from __future__ import annotations

from benchmarks.page_list import listed
from benchmarks.page_routes import NO_PAGES, without_picture

ROUTES = {"/people/new", "/people/{person_id}", "/people/{person_id}/link", *NO_PAGES}


def test_a_page_without_a_picture_is_named() -> None:
    seen = ["http://localhost:8000/people/7?page=2", "http://localhost:8000/people/7/link"]
    assert without_picture(ROUTES, seen) == ["/people/new: no picture of this page"]


def test_an_address_counts_for_the_page_that_answers_it_and_for_no_other() -> None:
    seen = ["http://localhost:8000/people/new", "http://localhost:8000/people/7/link"]
    assert without_picture(ROUTES, seen) == ["/people/{person_id}: no picture of this page"]


def test_an_exception_that_is_no_route_any_more_is_named() -> None:
    seen = ["http://localhost/people/new", "http://localhost/people/7", "http://localhost/people/7/link"]
    gone = "/administration/audit.csv"
    assert without_picture(ROUTES - {gone}, seen) == [f"{gone}: an exception, but no such address"]


def test_every_picture_stands_in_the_list_under_who_it_is_for() -> None:
    text = listed({"coach-home": "Home", "sign-in": "Sign in"}, ["coach-home-320.webp", "sign-in-1280-dark.webp"])
    assert "## For coaches\n\n| Page | State | Pictures |\n|---|---|---|\n| Home | home | [narrow](" in text
    assert "| Sign in | sign in | [dark](../images/pages/sign-in-1280-dark.webp) |" in text
    assert "For administrators" not in text
