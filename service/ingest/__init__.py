"""Takes recordings and transcripts in: resumable uploads that are sealed as they arrive and never lie in plaintext."""
