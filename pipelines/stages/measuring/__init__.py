"""What a session's measures are made of: their wording, who speaks when, doubts, draws and volleys."""
