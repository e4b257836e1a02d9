"""Forecasts and carry run over the past, as they would have been made at the time."""
