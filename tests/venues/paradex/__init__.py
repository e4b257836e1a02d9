"""Paradex: its wire, its traps."""
