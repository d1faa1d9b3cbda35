"""Routes as the service's packages write them, with every way to answer and to fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Request
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import func, insert, select
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from service.api.conditional import etag_of, unchanged, version_seen
from service.api.errors import ChangedMeanwhileError, TooManyError
from service.api.events import Event, Pace, event_stream
from service.api.paging import Wanted, read_page, wanted_page
from service.api.principals import (
    Access,
    Kind,
    SignedIn,
    asks_again,
    needs_fresh,
    needs_role,
    needs_scope,
    public,
)
from service.api.ranges import play
from service.api.repeat import Answer, Repeat, repeat_of
from service.database.errors import DatabaseFullError, DatabaseUnavailableError
from service.database.tables import team
from service.database.words import StaffRole
from service.ids import new_id
from service.keybroker.errors import RefusedError
from service.parts import Parts
from tests.service.api.acting_once import answer_once

SOUND = bytes(range(256)) * 40
READS = needs_scope("things:read")
WRITES = needs_scope("things:write")


class NewThing(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=40)
    day: int = Field(ge=1, le=31)


class Failures:
    """Raised by ``/failing/{way}``; a test may put more of them here."""

    def __init__(self) -> None:
        self.ways: dict[str, Exception] = {
            "refused": RefusedError("policy word"),
            "unavailable": DatabaseUnavailableError(),
            "full": DatabaseFullError(),
            "many": TooManyError(17),
            "teapot": HTTPException(418, "private words"),
            "unforeseen": KeyError("private words"),
        }


def things_router(parts: Parts, failures: Failures, closed: list[str] | None = None) -> APIRouter:
    router = APIRouter(tags=["things"])
    ended = closed if closed is not None else []

    @router.get("/things", response_model=None)
    def listed(
        request: Request, who: Annotated[SignedIn, Depends(READS)], wanted: Annotated[Wanted, Depends(wanted_page)]
    ) -> JSONResponse:
        with parts.database.reading() as rows:
            page = read_page(rows, select(team), (team.c.created_ms, team.c.id), wanted)
        found = [row["name"] for row in page.rows]
        return JSONResponse({"things": found, "next": page.next})

    @router.post("/things", status_code=201, response_model=None)
    def made(
        body: NewThing, who: Annotated[SignedIn, Depends(WRITES)], repeat: Annotated[Repeat | None, Depends(repeat_of)]
    ) -> Response:
        def act(rows: Any) -> Answer:
            number = rows.execute(select(func.count()).select_from(team)).scalar_one()
            thing = new_id()
            rows.execute(insert(team).values(id=thing, name=f"{number} {new_id()}", created_ms=parts.clock()))
            return Answer(status=201, body={"id": thing})

        once = repeat.by(who.actor) if repeat else None
        return answer_once(parts.database, parts.clock, once, act).response()

    @router.get("/things/{thing_id}", response_model=None)
    def one(
        request: Request,
        thing_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")],
        who: Annotated[SignedIn, Depends(READS)],
    ) -> Response:
        etag = etag_of(7)
        return unchanged(request, etag) or JSONResponse({"id": thing_id}, headers={"ETag": etag})

    @router.put("/things/{thing_id}", response_model=None)
    def changed(
        thing_id: Annotated[str, Path(pattern="^[0-9a-f]{32}$")],
        body: NewThing,
        who: Annotated[SignedIn, Depends(WRITES)],
        version: Annotated[int, Depends(version_seen)],
    ) -> JSONResponse:
        if version != 7:
            raise ChangedMeanwhileError
        return JSONResponse({"id": thing_id}, headers={"ETag": etag_of(8)})

    @router.get("/sound", response_model=None)
    @router.head("/sound", response_model=None)
    def sound(request: Request, who: Annotated[SignedIn, Depends(READS)], cut: int = -1) -> Response:
        def pieces(start: int, end: int) -> Iterator[bytes]:
            for number, place in enumerate(range(start, end, 1000)):
                if number == cut:
                    raise RefusedError("withdrawn")
                yield SOUND[place : min(end, place + 1000)]

        return play(
            request, len(SOUND), pieces, lambda: ended.append("closed"), media_type="audio/ogg", etag=etag_of(1)
        )

    @router.get("/progress", response_model=None)
    def progress(request: Request, who: Annotated[SignedIn, Depends(READS)], count: int = 3) -> Response:
        left = list(range(count))

        def poll() -> list[Event] | None:
            return [Event(name="stage", data={"number": left.pop(0)}, id="1")] if left else None

        again = asks_again(request, Access(kind=Kind.SIGNED_IN, scope="things:read"))
        pace = Pace(every_s=0.01, beat_s=0.02)
        return event_stream(poll, again, request.app.state.stopping, pace=pace)

    @router.get("/failing/{way}", dependencies=[Depends(public())], response_model=None)
    def failing(way: str) -> None:
        raise failures.ways[way]

    @router.post("/open", dependencies=[Depends(public())])
    def anybody(body: NewThing) -> dict[str, str]:
        return {"done": "yes"}

    @router.post("/by-administrator")
    def administered(who: Annotated[SignedIn, Depends(needs_role(StaffRole.ADMINISTRATOR))]) -> dict[str, str]:
        return {"done": "yes"}

    @router.post("/by-fresh")
    def proved(who: Annotated[SignedIn, Depends(needs_fresh())]) -> dict[str, str]:
        return {"done": "yes"}

    return router
