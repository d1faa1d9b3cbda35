"""How long each kind of content is kept, and deleting what is due; a hold always wins."""
