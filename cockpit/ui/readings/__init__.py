"""What panes read: figures prepared from the market view."""
