"""Documents: what the program prints and reads back, as typed structures."""
