"""Transcripts as files, for the tests of the readers."""

from __future__ import annotations

from pathlib import Path

from models.records.coding import Conversation
from pipelines.conversations.choices import ReadingChoices
from pipelines.conversations.reading import read_conversation


def saved(tmp_path: Path, content: str | bytes, name: str = "talk.txt") -> Path:
    """A file with this content; its ending says nothing, as it is not to be trusted."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


def read(tmp_path: Path, content: str | bytes, choices: ReadingChoices | None = None) -> Conversation:
    """The conversation in a file with this content."""
    return read_conversation(saved(tmp_path, content), choices)


def said(conversation: Conversation) -> list[tuple[str, str]]:
    """Speaker and text of every line."""
    return [(line.speaker, line.text) for line in conversation.lines]
