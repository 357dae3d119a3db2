"""Where requests enter the engine: HTTP read strictly, bodies whole, bounded connections, AWS's error responses."""
