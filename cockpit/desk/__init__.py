"""The desk: one core that live feeds and replays drive, and the intents it answers."""
