"""Erasing a session: a state machine that ends with its key destroyed, its remains removed and a certificate."""
