"""What an order does to a book: depth, impact, splits, schedules, whole lots."""
