"""Trouble with what is remembered: always a sentence, never a reason to stop the screen."""

from cockpit.core.errors import CockpitError


class HistoryError(CockpitError):
    """History cannot be written or read: names the file or folder and what to do."""
