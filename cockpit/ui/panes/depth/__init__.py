"""The panes of DEPTH."""
