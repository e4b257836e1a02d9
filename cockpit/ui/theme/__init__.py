"""Themes, colours, and what the terminal can show."""
