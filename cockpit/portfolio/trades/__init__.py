"""Positions that belong together as one thing: how it is found, what it earned, what ends it."""
