"""Storage: where files live, and the only code that writes them."""
