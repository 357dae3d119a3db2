"""OpenAPI documents as API Gateway reads and imports them."""
