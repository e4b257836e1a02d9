"""Rows from elsewhere, each written once, however often they are imported.

Rows within the hot store's span are judged by its key. Older ones may stand in a cold file
already, which only the worker's side can tell: `KeysOf` asks it, and the commit checks that no file
was written since.
"""

from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Final

import msgspec

from cockpit.core.units import hour_floor_ns
from cockpit.history.hot import HotStore, Overtaken, Written, meta
from cockpit.history.layout import DAY_NS
from cockpit.history.rows import Batch, Sample

Key = tuple[str, str, int]
"""(venue, symbol, at_ns)"""

KeysOf = Callable[[int, int, frozenset[tuple[str, str]]], set[Key]]
"""(from_ns, to_ns, markets) -> the keys that any tier holds already."""

_ATTEMPTS: Final = 10


class Known(msgspec.Struct, frozen=True):
    """What is there already, and from when on samples are kept at all."""

    keys: KeysOf
    oldest_ns: int = 0


class Imported(msgspec.Struct, kw_only=True):
    """How many rows were read, and how many of them were new, or older than anything is kept."""

    samples: int = 0
    samples_new: int = 0
    samples_too_old: int = 0
    settled: int = 0
    settled_new: int = 0
    chain_new: int = 0

    def add(self, batch: Batch, written: Written) -> None:
        self.samples += len(batch.samples)
        self.settled += len(batch.settled)
        self.samples_new += written.samples
        self.settled_new += written.settled
        self.chain_new += written.chain


def import_batches(
    store: HotStore, batches: Iterable[Batch], known: Known, count: Imported
) -> None:
    """Write what is not there yet; `count` grows as it goes. sqlite3.Error if the disk gives up:
    what was counted is written."""
    for batch in batches:
        kept = tuple(row for row in batch.samples if row.at_ns >= known.oldest_ns)
        count.samples_too_old += len(batch.samples) - len(kept)
        written = _import(store, msgspec.structs.replace(batch, samples=kept), known.keys)
        count.add(batch, written)


def _import(store: HotStore, batch: Batch, keys_of: KeysOf) -> Written:
    for _ in range(_ATTEMPTS):
        generation = meta(store.connection, "generation")
        hot_from_ns = meta(store.connection, "hot_from_ns")
        old = [row for row in batch.samples if hour_floor_ns(row.at_ns) < hot_from_ns]
        there: set[Key] = set()
        for day_ns, rows in groupby(sorted(old, key=_day), key=_day):
            markets = frozenset((row.venue, row.symbol) for row in rows)
            there |= keys_of(day_ns, day_ns + DAY_NS, markets)
        fresh = tuple(
            row for row in batch.samples if (row.venue, row.symbol, row.at_ns) not in there
        )
        try:
            return store.append(
                msgspec.structs.replace(batch, samples=fresh), if_generation=generation
            )
        except Overtaken:
            continue
    raise Overtaken


def _day(row: Sample) -> int:
    return row.at_ns - row.at_ns % DAY_NS
