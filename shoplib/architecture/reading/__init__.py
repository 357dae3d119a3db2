"""From a template, or from what is deployed, to a Model: the same rules for both."""
