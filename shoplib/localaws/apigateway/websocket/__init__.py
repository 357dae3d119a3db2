"""WebSocket APIs: connections, routes of messages, and `@connections`."""
