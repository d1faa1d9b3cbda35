"""Fits the few numbers of the transparent judge to scored sessions."""
