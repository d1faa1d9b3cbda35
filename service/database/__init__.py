"""The service's own database: its tables, its migrations and how it is reached."""
