"""Which tapes a name stands for, and a tape together with the session that can read it."""

from pathlib import Path

from cockpit import venues
from cockpit.core.errors import InputError, TapeError
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


def tapes_beside(path: Path) -> tuple[Path, ...]:
    """Every tape of its folder."""
    folder = path.parent
    return tuple(sorted([*folder.glob("*.jsonl"), *folder.glob("*.jsonl.gz")]))


def recordings_in(folder: Path) -> tuple[Path, ...]:
    """Every folder of tapes in this one, the newest first."""
    try:
        found = [path for path in folder.iterdir() if path.is_dir() and tapes_beside(path / "any")]
    except OSError:
        return ()
    return tuple(sorted(found, key=lambda path: path.name, reverse=True))


def find_tapes(paths: list[str]) -> list[Path]:
    """Files as given; a folder stands for every tape in it. InputError when there is none."""
    found: list[Path] = []
    for text in paths:
        path = Path(text).expanduser()
        try:
            is_folder, is_there = path.is_dir(), path.exists()
        except OSError as error:
            raise InputError(f"{path}: cannot be looked at: {error.strerror}") from error
        if is_folder:
            inside = tapes_beside(path / "any")
            if not inside:
                raise InputError(f"{path}: no tape in this folder; expected *.jsonl or *.jsonl.gz")
            found += inside
        elif is_there:
            found.append(path)
        else:
            raise InputError(f"{path}: no such tape")
    return found
