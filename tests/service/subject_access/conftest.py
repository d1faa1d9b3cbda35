"""A visit in which a child, a parent and a worker speak."""

from __future__ import annotations

import pytest

from models.records.speech import Role
from tests.service.council import Council
from tests.service.subject_access.asked import Asked, spoken

VISIT = (
    (Role.PRACTITIONER, "How was school?"),
    (Role.CHILD, "I drew a boat."),
    (Role.PARENT_OR_CARER, "My sister will not hear of it."),
    (Role.PARENT_OR_CARER, "She never does."),
    (Role.CHILD, "A red one."),
)


@pytest.fixture
def asked(council: Council) -> Asked:
    return spoken(council, VISIT)
