"""Legs that hedge each other closed together: in rounds that keep them balanced."""
