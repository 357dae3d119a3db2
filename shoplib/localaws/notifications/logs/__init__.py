"""Subscription filters of log groups: their patterns, and what a match sends."""
