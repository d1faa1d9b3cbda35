from __future__ import annotations

import sys
from pathlib import Path

import pytest

from benchmarks.page_pictures import main


def test_without_a_demo_or_a_browser_it_says_what_to_run_and_leaves_the_pictures_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept = tmp_path / "old.webp"
    kept.write_bytes(b"a picture")
    monkeypatch.setattr(sys, "argv", ["page_pictures", "--demo", str(tmp_path / "none"), "--out", str(tmp_path)])
    assert main() == 3
    assert "run `make" in capsys.readouterr().err
    assert kept.exists()
