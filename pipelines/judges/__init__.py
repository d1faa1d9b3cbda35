"""Judges: from a coded session to suggestions. The transparent one counts evidence; the other asks a language model."""
