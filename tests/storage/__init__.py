"""Storage: what is written survives, and what fails leaves nothing behind."""
