"""Translations: found in the code, kept in `.po` files, compiled for functions and for the page."""
