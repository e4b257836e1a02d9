"""Rules as data, their evaluation as pure functions, and the book of what is firing."""
