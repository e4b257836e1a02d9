"""What dialogs say and do."""
