"""Carry: what a long and a short of one asset earn, and whether it is worth it."""
