"""Everybody who may ask the API something, and ids of things that are there, for requests made from its schema."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from service.database.words import StaffRole
from service.people.records import Scope
from tests.service.council import API, VISIT, Caller, Council
from tests.service.web.feedback_visit import reviewed

ROLES = {
    "worker": StaffRole.PRACTITIONER,
    "coach": StaffRole.COACH,
    "manager": StaffRole.MANAGER,
    "researcher": StaffRole.RESEARCHER,
    "administrator": StaffRole.ADMINISTRATOR,
}
CALLERS = ("anonymous", *ROLES, "token")
SCOPES = [Scope.SESSIONS_READ, Scope.SESSIONS_WRITE, Scope.UPLOADS_WRITE, Scope.JOBS_READ]
OVER = frozenset({"withdrawn", "erased"})
_TUS = ("tus-resumable", "upload-length", "upload-metadata", "upload-offset")


@dataclass
class Callers:
    """Who asks. Whoever lost their sign-in, by signing out or by being disabled, is somebody new the next time."""

    council: Council
    ids: dict[str, list[str]] = field(default_factory=dict)
    _token: str = ""

    def __post_init__(self) -> None:
        for name in ("manager", "researcher"):
            self.council.person(name, ROLES[name])
        self.council.ready("reflection", "coaching", "research")
        visit = reviewed(self.council)
        begun = visit.feedbacks().draft(self.council.coach.actor, visit.session_id, visit.review_id)
        self.ids |= {"review_id": [visit.review_id], "feedback_id": [begun.facts.id]}
        self.renew()

    def headers_of(self, name: str) -> dict[str, str]:
        """What this caller sends besides the request itself."""
        if name == "anonymous":
            return {}
        if name == "token":
            return {"Authorization": f"Bearer {self._token}"}
        return dict(self.council.callers[name].headers)

    def renew(self) -> None:
        """Sign in anew whoever is signed out, and make anew what was ended or erased."""
        for name, role in ROLES.items():
            if self.council.callers[name].get("/me").status_code != 200:
                self.council.person(name, role)
        worker, lead = self.council.worker, self.council.administrator
        if self.council.client.get(API + "/sessions", headers=self.headers_of("token")).status_code != 200:
            made = worker.done("POST", "/me/tokens", {"label": "a machine", "scopes": SCOPES, "days": 30})
            self._token, self.ids["token_id"] = made["secret"], [made["id"]]
        sessions = [one["id"] for one in _items(worker, "/sessions") if one["state"] not in OVER]
        if not sessions:
            sessions = [worker.done("POST", "/sessions", VISIT)["id"]]
            self.council.agree(sessions[0])
        if sessions != self.ids.get("session_id"):
            self.ids |= self._within(worker, sessions)
        people = [caller.actor.person_id for caller in self.council.callers.values()]
        self.ids |= dict.fromkeys(("person_id", "coach_id", "worker_id"), people)
        if "team_id" not in self.ids:
            self.ids["team_id"] = [lead.done("POST", "/teams", {"name": "North"})["id"]]

    def _within(self, worker: Caller, sessions: list[str]) -> dict[str, list[str]]:
        """The ids of sessions and of what is in them; an upload is begun where it may be."""
        found = {
            "session_id": sessions,
            "job_id": [job["id"] for one in sessions for job in _items(worker, f"/sessions/{one}/jobs")],
            "participant_id": [
                who["id"] for one in sessions for who in _items(worker, f"/sessions/{one}/participants")
            ],
        }
        found["copy_id"] = [self._copy(sessions[0], found["participant_id"][0])]
        begun = self.council.begin_upload(sessions[0], 64)
        if begun.status_code == 201:
            found["upload_id"] = [begun.headers["Location"].rsplit("/", 1)[1]]
        return {name: ids for name, ids in found.items() if ids}

    def _copy(self, session_id: str, participant_id: str) -> str:
        """A copy for somebody who asked, read and ready."""
        path, lead = f"/sessions/{session_id}/subject-access", self.council.administrator
        wanted = {"participant_id": participant_id, "voices": [], "reference": "SAR-1"}
        made = str(lead.done("POST", path, wanted)["id"])
        lead.done("PUT", f"{path}/{made}/kept", {"utterances": []})
        return made

    def suited(self, roles: Collection[str], scope: str | None = None) -> str:
        """Somebody with one of these roles; where none is asked for the coach, who has a review, or the worker."""
        if scope == Scope.REVIEWS_WRITE:
            return "coach"
        return next((name for name, role in ROLES.items() if role in roles), "worker")

    def tag(self, names: Mapping[str, Any]) -> str:
        """The version of what a path names as it is now, for If-Match: feedback, or a session."""
        feedback_id = names.get("feedback_id")
        who, path = (
            (self.council.callers["coach"], f"/feedback/{feedback_id}")
            if feedback_id
            else (self.council.worker, f"/sessions/{names.get('session_id')}")
        )
        return who.get(path).headers.get("etag", "none")

    def real(self, names: Mapping[str, Any]) -> dict[str, Sequence[str]]:
        """For those parameters of a path for which there are ids: the ids."""
        return {name: self.ids[name] for name in names if self.ids.get(name)}

    def upload_headers(self, names: Mapping[str, Any]) -> dict[str, str]:
        """What an upload that is meant begins or goes on with, where an operation has such headers."""
        words = {"session": self.ids["session_id"][0], "kind": "sound", "filename": "visit.wav"}
        told = ",".join(f"{name} {base64.b64encode(value.encode()).decode()}" for name, value in words.items())
        values = dict(zip(_TUS, ("1.0.0", "64", told, "0"), strict=True))
        wanted = {name.lower() for name in names}
        return {name: value for name, value in values.items() if name in wanted}


def _items(caller: Caller, path: str) -> list[dict[str, Any]]:
    response = caller.get(path)
    return list(response.json()["items"]) if response.status_code == 200 else []
