"""What CloudWatch and access logs get of each request."""
