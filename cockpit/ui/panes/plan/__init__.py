"""The panes of PLAN."""
