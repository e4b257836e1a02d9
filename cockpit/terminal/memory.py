"""Garbage collection and returning freed memory, done while no key waits."""

import gc
from collections.abc import Callable
from functools import cache


def settle() -> None:
    """Exempt all objects that exist now from collection, and switch collection on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()


def tidy() -> None:
    """Collect, and give back to the system what lies free between what is used.

    Messages of a hundred bytes and of ten thousand leave holes that the C library keeps for itself:
    measured, half a megabyte a minute. Giving them back takes about a millisecond.
    """
    gc.collect()
    trim = _trimmer()
    if trim is not None:
        trim(0)


@cache
def _trimmer() -> Callable[[int], int] | None:
    """The C library's own function; None where it has none (macOS, musl)."""
    import ctypes

    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, AttributeError, TypeError):
        return None
    return trim
