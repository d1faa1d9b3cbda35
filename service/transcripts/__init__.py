"""Transcripts as they stand: the machine's words and what people corrected, side by side."""
