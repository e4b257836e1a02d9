"""Values of options that several commands share, read with one sentence for each mistake."""

from cockpit.core.errors import InputError
from cockpit.core.units import parse_duration_s


def parse_duration(text: str, option: str) -> float:
    """`500ms 30s 5m 2h 1d` as seconds. InputError names the option."""
    try:
        return parse_duration_s(text)
    except ValueError as error:
        raise InputError(f"{option}: {error}; use 500ms, 30s, 5m, 2h or 1d") from error


def parse_names(text: str, option: str) -> tuple[str, ...]:
    """`A,B` as names in the given order, each once. InputError if there is none."""
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise InputError(f"{option}: expected names with commas between them, got {text!r}")
    return names
