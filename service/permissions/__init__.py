"""What each participant of a session agreed to, read out in which words, and how they take it back."""
