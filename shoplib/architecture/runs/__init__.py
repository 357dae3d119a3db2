"""Observed calls and their pictures, compared with what is declared and deployed."""
