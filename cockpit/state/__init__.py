"""Single writer, many readers, no I/O."""
