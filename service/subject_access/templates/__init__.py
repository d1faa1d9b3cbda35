"""Templates of the copy."""
