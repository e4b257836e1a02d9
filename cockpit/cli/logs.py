"""Logging to a file, never to the terminal that a screen is drawn on."""

import logging
import logging.handlers
from pathlib import Path

from cockpit.storage import paths

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def start_logging(level: str) -> Path:
    """Log to the state folder, rotated at 4 MB; returns the file's path."""
    path = paths.log_file()
    root = logging.getLogger()
    if not any(isinstance(h, logging.handlers.RotatingFileHandler) for h in root.handlers):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = logging.handlers.RotatingFileHandler(path, maxBytes=4 * 2**20, backupCount=2)
        handler.setFormatter(logging.Formatter(_FORMAT))
        root.addHandler(handler)
        path.chmod(0o600)
    root.setLevel(level.upper())
    for noisy in ("websockets", "httpx", "httpcore", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return path
