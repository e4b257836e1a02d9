"""Dialogs as widgets: one at a time, drawn like a pane, no markup."""
