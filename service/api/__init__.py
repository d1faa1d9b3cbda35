"""What every route of the web process shares: problems, headers, principals, pages, repeats, streams and health."""
