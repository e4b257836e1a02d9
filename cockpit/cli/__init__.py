"""Arguments and exit codes, one file a command; each imports what it needs when it runs."""
