"""A worker's own look at their session: rate yourself, then see what the program marked. Nobody else can open it."""
