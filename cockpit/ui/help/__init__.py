"""What the screen says about itself: its words, and what each pane is for."""
