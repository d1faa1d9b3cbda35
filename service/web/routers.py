"""Every page's routes, put together in one place."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from service.web.about_scores_pages import about_scores_pages
from service.web.account_pages import account_pages, password_pages
from service.web.adding_pages import adding_pages
from service.web.check_pages import check_pages
from service.web.comparison_pages import comparison_pages
from service.web.details_pages import details_pages
from service.web.feedback_pages import feedback_pages
from service.web.help_pages import help_pages
from service.web.home_pages import home_pages
from service.web.kit import Kit
from service.web.look import look_router
from service.web.passkey_pages import passkey_pages, passkey_sign_in_pages
from service.web.permission_pages import permission_pages
from service.web.progress_pages import progress_pages
from service.web.recording_pages import recording_pages
from service.web.reflection_pages import reflection_pages
from service.web.review_pages import review_pages
from service.web.session_pages import session_pages, sharing_pages
from service.web.sign_in_pages import confirm_pages, sign_in_pages
from service.web.static_files import static_router
from service.web.token_pages import token_pages
from service.web.transcript_pages import transcript_pages
from service.web.voices_pages import voices_pages
from service.web.welcome_pages import welcome_pages
from service.web.withdrawal_pages import withdrawal_pages


def page_routers(kit: Kit) -> Sequence[APIRouter]:
    """The pages' routers; their paths are whole already."""
    return (
        static_router(),
        look_router(kit.pages.council),
        sign_in_pages(kit),
        passkey_sign_in_pages(kit),
        confirm_pages(kit),
        welcome_pages(kit),
        home_pages(kit),
        voices_pages(kit),
        check_pages(kit),
        transcript_pages(kit),
        review_pages(kit),
        comparison_pages(kit),
        account_pages(kit),
        password_pages(kit),
        passkey_pages(kit),
        token_pages(kit),
        help_pages(kit),
        reflection_pages(kit),
        adding_pages(kit),
        details_pages(kit),
        permission_pages(kit),
        withdrawal_pages(kit),
        recording_pages(kit),
        progress_pages(kit),
        sharing_pages(kit),
        session_pages(kit),
        about_scores_pages(kit),
        *feedback_pages(kit),
    )
