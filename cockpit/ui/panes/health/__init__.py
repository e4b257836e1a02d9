"""The panes of HEALTH."""
