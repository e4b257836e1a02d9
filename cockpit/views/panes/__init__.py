"""One file a pane. A pane has a `TITLE`, a `HZ` and a pure `lines(scene, width, height)`."""
