"""Funding rates, their term structure and reversion, and what a carry earns."""
