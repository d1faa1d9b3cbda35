"""The audit chain: what was done to which session by whom, in rows that cannot be changed unnoticed."""
