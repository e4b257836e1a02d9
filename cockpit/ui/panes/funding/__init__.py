"""The panes of FUNDING."""
