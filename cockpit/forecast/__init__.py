"""What funding is expected to be: features, labels, models and their scores, in pure numpy."""
