"""One file a pane: a `TITLE`, a `HZ` and a pure `lines(readings, width, height)`."""
