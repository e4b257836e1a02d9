"""What leaves the screen: tables, files, the clipboard."""
