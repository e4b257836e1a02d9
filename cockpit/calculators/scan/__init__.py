"""Scan: every pair of every asset, ranked by what it leaves net at one size."""
