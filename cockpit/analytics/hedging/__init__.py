"""Hedge ratios and the legs that reach a target at least cost."""
