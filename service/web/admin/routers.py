"""Every page of administration, put together in one place."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from service.retention.watch import ClockWatch
from service.web.admin.audit_pages import audit_pages
from service.web.admin.erasure_pages import erasure_pages
from service.web.admin.filters import add_filters
from service.web.admin.frame import Frame
from service.web.admin.health_pages import health_pages
from service.web.admin.machine import Machine
from service.web.admin.overview_pages import overview_pages
from service.web.admin.people_pages import people_pages
from service.web.admin.permission_pages import hold_pages, permission_pages, withdrawal_pages
from service.web.admin.person_acts import ending_pages, invitation_pages
from service.web.admin.retention_pages import retention_pages
from service.web.admin.subject_access_pages import copy_pages, subject_access_pages
from service.web.admin.team_pages import coaching_pages, team_pages
from service.web.admin.words import ADMIN_NOTICES
from service.web.kit import Kit
from service.web.rendering import NOTICES, environment


def administration_routers(kit: Kit, machine: Machine) -> Sequence[APIRouter]:
    """The pages below ``/administration``; their paths are whole already."""
    NOTICES.update(ADMIN_NOTICES)
    add_filters(environment())
    frame = Frame(kit=kit)
    return (
        overview_pages(frame, machine),
        invitation_pages(frame),
        people_pages(frame),
        ending_pages(frame),
        team_pages(frame),
        coaching_pages(frame),
        permission_pages(frame),
        withdrawal_pages(frame),
        hold_pages(frame),
        subject_access_pages(frame),
        copy_pages(frame),
        erasure_pages(frame),
        retention_pages(frame, ClockWatch(kit.parts)),
        audit_pages(frame, machine),
        health_pages(frame, machine),
    )
