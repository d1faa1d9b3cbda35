"""docs/policy.md is what the policy says."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from service.keybroker.policy import POLICY, Condition, Relationship

ROOT = Path(__file__).resolve().parents[3]
PAGE = ROOT / "docs" / "policy.md"


def test_the_page_is_current() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "service.keybroker.policy"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == PAGE.read_text("utf-8")


def test_the_page_has_a_line_for_each_line_of_the_policy_and_for_each_word() -> None:
    lines = PAGE.read_text("utf-8").splitlines()
    assert sum(line.count("|") == 8 and not line.startswith("|-") for line in lines) == len(POLICY) + 1
    for word in (*Relationship, *Condition):
        assert any(line.startswith(f"| {word} |") for line in lines), word


def test_no_line_lets_a_manager_or_a_colleague_into_anybody_elses_session() -> None:
    assert {row.relationship for row in POLICY}.isdisjoint({Relationship.LEAD, Relationship.TEAM})
