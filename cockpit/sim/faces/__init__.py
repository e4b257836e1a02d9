"""Faces: one folder a venue, speaking that venue's own protocol."""
