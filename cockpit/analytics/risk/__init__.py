"""Margin, exposure, stress and the tail of the distribution."""
