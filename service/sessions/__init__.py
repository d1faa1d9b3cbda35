"""Sessions: what is written down about one, with whom it is shared, and what was made of its recording."""
