"""Conversations with people's labels: what the coder is trained and measured on."""
