"""What may be said of a table: each function gives one sentence, or None where the figures bear none."""
