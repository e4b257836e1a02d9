"""Widgets: panes that are painted line by line, and the messages above them."""
