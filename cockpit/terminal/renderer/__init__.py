"""The renderer: what changed on the screen, in as few bytes as possible."""
