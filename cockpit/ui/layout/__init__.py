"""Workspaces, and where their panes stand."""
