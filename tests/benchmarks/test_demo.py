"""The row of the sample recording in the benchmarks."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.demo import ROWS, rows
from pipelines.demo import demo_references


def test_a_perfect_session_reaches_every_aim_that_it_can_be_judged_by() -> None:
    found = rows(demo_references()[0])
    for name in ("wer", "cpwer", "der_collar", "role_accuracy"):
        assert (found[name]["floor"], found[name]["aim"]) == (True, True)
    assert found["check_share_of_audio"] == {
        "rate": None,
        "reason": "The result holds no check list; give a session.json.",
    }


def test_a_session_with_lost_speech_misses_the_floors(tmp_path: Path) -> None:
    """Half of the utterances and all turns but one are gone, and the check list is empty."""
    document = json.loads(demo_references()[0].read_text(encoding="utf-8"))
    document["utterances"] = document["utterances"][::2]
    document["turns"] = document["turns"][:1]
    document["checks"] = []
    session = tmp_path / "session.json"
    session.write_text(json.dumps(document), encoding="utf-8")
    found = rows(session)
    assert [found[name]["floor"] for name in ("wer", "cpwer", "der_collar")] == [False, False, False]
    assert found["check_recall_important"]["floor"] is False
    assert found["check_share_of_audio"]["aim"] is True
    assert set(found) == set(ROWS)
