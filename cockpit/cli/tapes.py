"""Which tapes an argument stands for."""

from pathlib import Path

from cockpit.core.errors import InputError


def find_tapes(paths: list[str]) -> list[Path]:
    """Files as given; a folder stands for every tape in it. InputError when there is none."""
    found: list[Path] = []
    for text in paths:
        path = Path(text)
        if path.is_dir():
            inside = sorted([*path.glob("*.jsonl"), *path.glob("*.jsonl.gz")])
            if not inside:
                raise InputError(f"{path}: no tape in this folder; expected *.jsonl or *.jsonl.gz")
            found += inside
        elif path.exists():
            found.append(path)
        else:
            raise InputError(f"{path}: no such tape")
    return found
