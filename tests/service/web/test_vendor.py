"""The files of other projects that pages are served with: which they are, and how much there is of them."""

from __future__ import annotations

import gzip
import hashlib
import re
import tomllib
from typing import Any

import pytest

from service.web.static_files import FOLDER

LISTED: dict[str, Any] = tomllib.loads((FOLDER.parent / "vendor.toml").read_text("utf-8"))
FILES: list[dict[str, str]] = LISTED["file"]
MOST_BYTES = 250_000
SERVED = sorted(path for path in FOLDER.rglob("*") if path.suffix in (".js", ".css"))


@pytest.mark.parametrize("one", FILES, ids=lambda one: one["path"])
def test_a_file_is_the_one_that_the_list_names(one: dict[str, str]) -> None:
    assert hashlib.sha256((FOLDER / one["path"]).read_bytes()).hexdigest() == one["sha256"]


def test_every_file_of_another_project_is_in_the_list() -> None:
    theirs = {*(FOLDER / "js" / "vendor").iterdir(), *(FOLDER / "licences").iterdir(), FOLDER / "css" / "govuk.css"}
    assert {str(path.relative_to(FOLDER)) for path in theirs} == {one["path"] for one in FILES}


def test_every_package_whose_files_are_served_has_its_licence_beside_them() -> None:
    licensed = {one["package"] for one in FILES if one["path"].startswith("licences/")}
    assert licensed == {one["name"] for one in LISTED["package"]} - {"sass"}  # of which nothing is served


@pytest.mark.parametrize("path", SERVED, ids=lambda path: path.name)
def test_nothing_of_gov_uk_that_is_for_gov_uk_alone_is_served(path: Any) -> None:
    assert re.search("gds transport|crown|crest", path.read_text("utf-8"), re.IGNORECASE) is None


def test_all_scripts_and_styles_together_are_small() -> None:
    assert sum(len(gzip.compress(path.read_bytes())) for path in SERVED) < MOST_BYTES
