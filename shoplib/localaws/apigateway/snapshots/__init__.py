"""APIs as they were deployed: compiled once, never changed."""
