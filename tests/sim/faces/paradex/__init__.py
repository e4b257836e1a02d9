"""The face of Paradex."""
