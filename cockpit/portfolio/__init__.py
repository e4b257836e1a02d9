"""The portfolio: what is held, where it came from and what it earns."""
