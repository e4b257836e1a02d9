"""Garbage collection and returning freed memory, done while no key waits."""

import gc

from cockpit.desk import heap


def settle() -> None:
    """Exempt all objects that exist now from collection, and switch collection on."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()


def tidy() -> None:
    """Collect, and give back what lies free: messages of a hundred bytes and of ten thousand leave
    holes that the C library keeps for itself."""
    gc.collect()
    heap.give_back()
