"""What the screen says and does, without a toolkit."""
