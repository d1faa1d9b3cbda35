"""Pages for administrators: people, teams, permissions, retention, audit and how the service is. Never content."""
