"""The web application with routes of all kinds, and people who may use them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.app import create_app
from service.blobs.local_store import LocalBlobStore
from service.database.engine import open_database
from service.database.tables import METADATA
from service.parts import Parts
from service.settings_service import ServiceSettings
from tests.service.api.people_here import TestResolver, everybody, web_parts
from tests.service.api.things import Failures, things_router
from tests.service.stand_ins import OpenHandedBroker, RememberingTrail, ToldClock

URL = "https://practice.example"
WORKER = {"Cookie": "__Host-sid=worker"}
READER = {"Authorization": "Bearer reads"}
WRITER = {"Authorization": "Bearer writes"}
OWN_PAGE = {"Origin": URL, "X-CSRF": "csrf-of-worker"}


@dataclass
class Site:
    app: FastAPI
    client: TestClient
    resolver: TestResolver
    failures: Failures
    closed: list[str] = field(default_factory=list)


def settings_for(folder: Path, **more: str) -> ServiceSettings:
    return ServiceSettings.from_environment({"PRACTICE_DATA": str(folder), "PRACTICE_URL": URL, **more})


@pytest.fixture
def settings(tmp_path: Path) -> ServiceSettings:
    return settings_for(tmp_path, PRACTICE_API_DOCS="1")


def site_with(parts: Parts, settings: ServiceSettings) -> Site:
    resolver, failures = everybody(), Failures()
    closed: list[str] = []
    app = create_app(parts, settings, web_parts(resolver), routers=[things_router(parts, failures, closed)])
    client = TestClient(app, base_url=URL, client=("203.0.113.7", 40000))
    return Site(app=app, client=client, resolver=resolver, failures=failures, closed=closed)


@pytest.fixture
def site(parts: Parts, settings: ServiceSettings) -> Iterator[Site]:
    """One of its own for a test that changes something."""
    made = site_with(parts, settings)
    with made.client:
        yield made


@pytest.fixture(scope="module")
def shared_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One for the tests of a file that leave it as it is."""
    folder = tmp_path_factory.mktemp("site")
    database = open_database(f"sqlite:///{folder / 'service.sqlite3'}")
    METADATA.create_all(database.engine)
    broker = OpenHandedBroker(blobs=LocalBlobStore(folder / "blobs"))
    parts = Parts(database=database, blobs=broker.blobs, broker=broker, trail=RememberingTrail(), clock=ToldClock())
    made = site_with(parts, settings_for(folder, PRACTICE_API_DOCS="1"))
    with made.client:
        yield made
    database.close()
