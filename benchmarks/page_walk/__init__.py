"""The way through every page that pictures are taken of: as a worker, a coach and an administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchmarks.page_walk.acts import entered, refused, tried
from benchmarks.page_walk.administrator import administering
from benchmarks.page_walk.bringing import bringing
from benchmarks.page_walk.coach import deciding, feeding_back, reviewing, seeing_blind
from benchmarks.page_walk.everybody import around
from benchmarks.page_walk.passkeys import unlocking
from benchmarks.page_walk.worker import reflecting, understanding
from service.demo.people import ADMINISTRATOR, COACH, WORKER

if TYPE_CHECKING:
    from benchmarks.page_pictures import Camera


def walk(camera: Camera) -> None:
    """Everything, in the order in which it happens."""
    worker = camera.window()
    worker.goto(f"{camera.url}/sign-in")
    camera.take(worker, "sign-in", dark=True)
    refused(camera, worker)
    entered(camera, worker, WORKER.sign_in_name)
    session = worker.locator(".site-rows__title a").first.get_attribute("href").split("/")[2]
    here = f"{camera.url}/sessions/{session}"
    tried(understanding, camera, worker, here)
    tried(reflecting, camera, worker, here)
    tried(bringing, camera, worker)
    tried(around, camera, worker)
    administrator = camera.window()
    entered(camera, administrator, ADMINISTRATOR.sign_in_name)
    second = administering(camera, administrator, session)
    coach = camera.window()
    entered(camera, coach, COACH.sign_in_name)
    tried(reviewing, camera, coach, here)
    tried(seeing_blind, camera, second, here)
    tried(feeding_back, camera, coach, worker, here)
    tried(deciding, camera, second, here)
    tried(unlocking, camera, camera.window())
