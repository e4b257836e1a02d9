"""The panes of SCAN."""
