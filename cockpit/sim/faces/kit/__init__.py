"""What every face does the same way."""
