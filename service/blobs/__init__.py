"""Sealed blobs: what a session's sound, text and drafts look like at rest, and where they lie."""
