"""People: who they are, what they may be, how they sign in."""
