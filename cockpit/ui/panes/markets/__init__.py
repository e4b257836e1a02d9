"""The panes of MARKETS."""
