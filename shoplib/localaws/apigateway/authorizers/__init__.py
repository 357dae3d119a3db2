"""Who may call a method or a route: Lambda, JWT, Cognito and IAM authorizers."""
