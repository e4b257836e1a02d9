"""The panes of STRESS."""
