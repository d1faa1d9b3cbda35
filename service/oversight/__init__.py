"""What needs an administrator's attention in the whole installation, and how its parts are. Numbers, no content."""
