"""Papers: what every one has in common."""
