"""Feedback: written by a coach, confirmed and released by a person, answered by the worker."""
