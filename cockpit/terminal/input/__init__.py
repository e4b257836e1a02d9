"""What the terminal sends: bytes into whole keys, pastes and answers."""
