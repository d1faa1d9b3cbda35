"""The sample session: its script, its recording, what is truly said in it, and the code that spoke it."""
