"""Logging to a file, never to the terminal that a screen is drawn on."""

import logging
import logging.handlers
import sys
from pathlib import Path

from cockpit.storage import paths

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


class LogFile(logging.handlers.RotatingFileHandler):
    """The log, rotated at 4 MB, readable by its owner alone. OSError if it cannot be opened."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        super().__init__(path, maxBytes=4 * 2**20, backupCount=2)
        self.setFormatter(logging.Formatter(_FORMAT))
        path.chmod(0o600)

    def handleError(self, record: logging.LogRecord) -> None:
        """A full disk costs the line. On stderr it would be drawn into the screen."""


def start_logging(level: str) -> Path | None:
    """Log to the state folder; returns the file's path.

    Where no file can be written that is said on stderr once, None is returned, and work goes on.
    """
    path: Path | None = paths.log_file()
    root = logging.getLogger()
    if not any(isinstance(h, LogFile | logging.NullHandler) for h in root.handlers):
        try:
            root.addHandler(LogFile(paths.log_file()))
        except OSError as error:
            # Without any handler logging would write to stderr by itself.
            root.addHandler(logging.NullHandler())
            print(f"cockpit: no log: {path}: {error.strerror}", file=sys.stderr)
    root.setLevel(level.upper())
    for noisy in ("websockets", "httpx", "httpcore", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return path if any(isinstance(h, LogFile) for h in root.handlers) else None
