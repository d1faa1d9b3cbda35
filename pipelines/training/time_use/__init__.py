"""Fits the time-use classifier on the invented supervisions: ``python -m pipelines.training.time_use``."""
