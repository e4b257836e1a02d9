"""Checks of the tree itself, run by `make lint`: circles of imports, lines of code."""
