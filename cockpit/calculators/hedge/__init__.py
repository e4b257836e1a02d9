"""Hedge: legs that take a position's delta down at least cost."""
