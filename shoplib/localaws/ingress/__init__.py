"""Where requests enter the engine: the HTTP server, health, the landing page, and faults as AWS errors."""
