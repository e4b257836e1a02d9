"""What calculators share: forms, results, and how they read the market."""
