"""What the program costs on this machine. Imports everything, is imported by `cockpit bench`."""
