"""Stress: what shocks do to a book of positions."""
