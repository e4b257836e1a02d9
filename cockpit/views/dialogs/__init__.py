"""What opens over the workspace for a moment: one at a time, drawn like a pane, no markup."""
