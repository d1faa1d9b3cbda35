"""The sample recording through the whole chain, or a session already analysed, against what is truly said in it.

    python -m benchmarks.demo                       analyses it first, with the embedded engines
    python -m benchmarks.demo --session session.json

The recording is synthetic and was made to read well (pipelines/demo/README.md): these rows tell whether something
broke, not how accurate the program is on people.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from models.agreement import Share
from pipelines.demo import demo_recording, demo_references
from pipelines.evaluation.speech import evaluate

ROWS = {
    "wer": (0.12, 0.06),
    "cpwer": (0.18, 0.08),
    "der_collar": (0.12, 0.05),
    "role_accuracy": (0.92, 0.99),
    "check_recall_important": (0.90, 1.0),
    "check_share_of_audio": (0.20, 0.08),
}
"""Measure, floor and aim. A high share of right words and of found errors is good; all the others should be low."""

HIGH_IS_GOOD = {"role_accuracy", "check_recall_important"}


def main() -> None:
    """Print the rows as JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--session", type=Path, help="a session.json of the sample recording; without it, make one")
    given = parser.parse_args().session
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(rows(given or analyse(Path(folder))), indent=2))


def analyse(folder: Path) -> Path:
    """Analyse the sample recording with the embedded engines; the path of its session.json."""
    practice = Path(sys.executable).with_name("practice")
    options = ["--out", folder / "demo", "--engine", "moonshine", "--quiet"]
    done = subprocess.run([practice, "analyse", demo_recording(), *options], check=False)
    if done.returncode:
        raise SystemExit(f"the analysis failed with exit code {done.returncode}")
    return folder / "demo" / "session.json"


def rows(session: Path) -> dict[str, dict[str, object]]:
    """Each measure with its rate, its counts, and whether it reaches the floor and the aim."""
    found = evaluate([(demo_references(), session)]).pooled
    return {name: _row(name, found.measures[name], found.reasons.get(name)) for name in ROWS}


def _row(name: str, count: object, reason: str | None) -> dict[str, object]:
    rate = getattr(count, "rate", None)
    if rate is None:
        empty = isinstance(count, Share) and not count.whole
        return {"rate": None, "reason": "There was nothing of the kind." if empty else reason}
    floor, aim = ROWS[name]
    sign = -1 if name in HIGH_IS_GOOD else 1
    counts = {field: getattr(count, field) for field in type(count).__dataclass_fields__}  # type: ignore[attr-defined]
    return {"rate": round(rate, 4), "floor": sign * rate <= sign * floor, "aim": sign * rate <= sign * aim, **counts}


if __name__ == "__main__":
    main()
