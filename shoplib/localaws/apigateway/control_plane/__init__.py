"""API Gateway's own API, where moto lacks it or answers otherwise."""
