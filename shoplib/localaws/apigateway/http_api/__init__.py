"""HTTP APIs: what happens to a request between its route and its answer."""
