"""What pages call the words of the database's lists. One word for a thing, as in docs/glossary of the product."""

from __future__ import annotations

from models.records.coding import Setting
from models.records.speech import Role
from service.database.words import PermissionPurpose, SessionState, StaffRole
from service.people.records import Scope

ROLE_WORDS: dict[str, str] = {
    StaffRole.PRACTITIONER: "Social worker",
    StaffRole.COACH: "Coach",
    StaffRole.MANAGER: "Manager",
    StaffRole.RESEARCHER: "Researcher",
    StaffRole.ADMINISTRATOR: "Administrator",
}
"""Roles of people who sign in."""
PRESENT_WORDS: dict[str, str] = {
    Role.PRACTITIONER: "Social worker",
    Role.PARENT_OR_CARER: "Parent or carer",
    Role.CHILD: "Child or young person",
    Role.OTHER_FAMILY: "Other family member",
    Role.OTHER_PROFESSIONAL: "Other professional",
    Role.INTERPRETER: "Interpreter",
    Role.SUPERVISOR: "Supervisor",
}
"""Roles of people who are in a session; never names."""
SETTING_WORDS: dict[str, str] = {
    Setting.DIRECT_PRACTICE: "Direct practice",
    Setting.SUPERVISION: "Supervision",
}
STATE_WORDS: dict[str, str] = {
    SessionState.DRAFT: "Waiting for permissions or a recording",
    SessionState.WAITING: "In the queue",
    SessionState.PROCESSING: "Being worked on",
    SessionState.READY: "Ready",
    SessionState.FAILED: "Could not be worked on",
    SessionState.QUARANTINED: "Locked until every permission is there",
    SessionState.WITHDRAWN: "Withdrawn",
    SessionState.ERASED: "Erased",
}
PURPOSE_WORDS: dict[str, str] = {
    PermissionPurpose.REFLECTION: "The worker thinks about their own practice",
    PermissionPurpose.COACHING: "The worker's coach looks at it with them",
    PermissionPurpose.RESEARCH: "Research on social work",
    PermissionPurpose.MODEL_IMPROVEMENT: "Making this program better",
}
SCOPE_WORDS: dict[str, str] = {
    Scope.ABOUT_READ: "Read what this program is made of",
    Scope.SESSIONS_READ: "Read your sessions, with what was made of them",
    Scope.SESSIONS_WRITE: "Add and change your sessions",
    Scope.UPLOADS_WRITE: "Upload recordings",
    Scope.JOBS_READ: "Read how far the work on your sessions is",
    Scope.REVIEWS_WRITE: "Write reviews",
    Scope.RESEARCH_READ: "Read sessions whose participants agreed to research",
    Scope.AUDIT_READ: "Read the audit",
    Scope.PEOPLE_READ: "Read who uses the service",
    Scope.PEOPLE_WRITE: "Change who uses the service",
}
