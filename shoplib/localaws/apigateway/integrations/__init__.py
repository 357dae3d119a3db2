"""What a method or a route is wired to: Lambda, AWS services, HTTP endpoints, MOCK, and the mappings around them."""
