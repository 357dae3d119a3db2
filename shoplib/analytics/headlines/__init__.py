"""Findings in words: each function returns one sentence about a table, or None if the figures support none."""
