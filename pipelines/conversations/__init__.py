"""Existing transcripts, whatever wrote them, as conversations for the coder."""
