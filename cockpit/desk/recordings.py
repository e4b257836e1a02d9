"""A tape together with the session that can read it."""

from pathlib import Path

from cockpit import venues
from cockpit.core.errors import TapeError
from cockpit.core.names import did_you_mean
from cockpit.wire.replay import Recording
from cockpit.wire.tape import read_tape


def open_recording(path: Path) -> Recording:
    """Open a tape by its header. TapeError names the file, and a venue that we do not know."""
    tape = read_tape(path)
    name = tape.header.venue
    if name not in venues.REGISTRY:
        raise TapeError(
            f"{path}, line 1: unknown venue {name!r}{did_you_mean(name, venues.REGISTRY)}; "
            f"expected one of {', '.join(venues.REGISTRY)}"
        )
    module = venues.load(name)
    return tape, module.SPEC, module.Session
