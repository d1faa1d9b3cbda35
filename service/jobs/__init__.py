"""Jobs: the stages of one recording, queued, shared between workers, and kept exactly once."""
