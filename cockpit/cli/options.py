"""Values of options that several commands share, read with one sentence for each mistake."""

import argparse
from collections.abc import Collection

from cockpit.core import typed
from cockpit.core.assets import listed_symbol
from cockpit.core.errors import InputError


def parse_duration(text: str, option: str) -> float:
    """`500ms 30s 5m 2h 1d 1h30m` as seconds. InputError names the option."""
    try:
        return typed.parse_duration(text)
    except ValueError as error:
        raise InputError(f"{option}: {error}; use 500ms, 30s, 5m, 2h or 1d") from error


def parse_names(text: str, option: str) -> tuple[str, ...]:
    """`A,B`, `A B` or JSON as names in the given order, each once. InputError if there is none."""
    try:
        names = tuple(typed.parse_list(text))
    except ValueError:
        names = ()
    if not names:
        raise InputError(f"{option}: expected names with commas between them, got {text!r}")
    return names


def parse_venues(text: str, option: str, known: Collection[str]) -> tuple[str, ...]:
    """Venues in any case or by a short form; `all` is every one. Errors as those of `parse_names`.

    What is no venue stays as it was typed: the config says what is wrong with it.
    """
    if text.strip().lower() == "all":
        return tuple(known)
    return tuple(
        dict.fromkeys(typed.parse_venue(name, known) for name in parse_names(text, option))
    )


def parse_symbols(text: str, option: str) -> tuple[str, ...]:
    """Symbols in any case and in the venues' spellings. Errors as those of `parse_names`.

    Two coins of one name are listed under that name, so `NEIRO@VENUE` is NEIRO here.
    """
    names = (typed.parse_symbol(name) for name in parse_names(text, option))
    return tuple(dict.fromkeys(listed_symbol(name) for name in names))


def number(text: str) -> float:
    """An argparse type: a number as people type it."""
    try:
        return typed.parse_number(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def whole_number(text: str) -> int:
    """An argparse type: a whole number as people type it, such as `10`, `1k` or `1_000`."""
    try:
        return typed.parse_whole(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
