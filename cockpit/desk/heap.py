"""The C library's heap under a day of messages: kept whole, and what is free of it given back."""

from collections.abc import Callable
from functools import cache

_M_MMAP_THRESHOLD = -3
"""glibc's name for it, of malloc.h."""
LARGE_BYTES = 128 * 1024
"""What glibc itself calls large, until the first large block is freed."""


def keep_large_blocks_apart() -> None:
    """Large blocks have pages of their own, and no hole stays where one was.

    By itself glibc raises what it calls large to the largest block that was freed. From the first
    listing of a venue on, replies of megabytes lie among small blocks then, what is kept meanwhile
    settles in their holes, and the next reply needs new pages: measured on ten venues, the heap
    grew by forty megabytes an hour, a quarter of it resident, with hardly a byte more in use.
    With other C libraries nothing is done.
    """
    _call("mallopt", _M_MMAP_THRESHOLD, LARGE_BYTES)


def give_back() -> None:
    """Return to the system what lies free between what is used; takes about a millisecond."""
    _call("malloc_trim", 0)


def _call(name: str, *values: int) -> None:
    function = _function(name)
    if function is not None:
        function(*values)


@cache
def _function(name: str) -> Callable[..., int] | None:
    """The C library's own; None where it has none of that name (macOS, musl)."""
    import ctypes

    try:
        function: Callable[..., int] = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError, TypeError):
        return None
    return function
