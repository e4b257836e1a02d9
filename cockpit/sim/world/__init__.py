"""The world: markets, books, funding, chains and accounts, knowing nothing of venues."""
