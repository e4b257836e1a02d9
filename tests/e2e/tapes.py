"""What a tape has on it while it is still written."""

from collections import Counter
from pathlib import Path

from cockpit.core.errors import TapeError
from cockpit.desk.recordings import open_recording
from cockpit.wire.replay import decode_tape

WHOLE = {"Instrument", "BookSnapshot", "BookDelta", "Prices", "Funding"}
"""Of each kind one, and a tape shows a market."""


def heard(path: Path) -> Counter[str]:
    """How many events of each kind its venue has said so far; none where no tape is yet."""
    try:
        return Counter(type(said).__name__ for said in decode_tape(*open_recording(path)))
    except (FileNotFoundError, TapeError):
        return Counter()
