"""The panes of POSITIONS."""
