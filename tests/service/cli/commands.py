"""The whole `practice` command in this process, for the tests of its parts."""

from __future__ import annotations

import sys

import pytest

from service.cli import main


def practice(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: object, columns: int = 80
) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    monkeypatch.setattr(sys, "argv", ["practice", *map(str, words)])
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(main.signal, "signal", lambda *_: None)
    with pytest.raises(SystemExit) as ended:
        main.main()
    told = capsys.readouterr()
    return int(ended.value.code or 0), told.out, told.err
