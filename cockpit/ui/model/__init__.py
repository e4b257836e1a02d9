"""What the screen remembers: cursor, lists, forms."""
