"""What the scan's process does: unpack the markets, add what is kept of them, rank."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from cockpit.calculators.common.paid_history import Paid, joined, paid_at
from cockpit.calculators.scan.day_past import Floats, looks_ns
from cockpit.calculators.scan.listing import History, Listing
from cockpit.calculators.scan.packed import PackedScan, unpacked
from cockpit.calculators.scan.ranked import RankedPairs
from cockpit.calculators.scan.ranking import ScanJob, rank
from cockpit.core.units import HOUR_NS, HOUR_S
from cockpit.desk import heap
from cockpit.history.at_stamps import figures_at
from cockpit.history.errors import HistoryError
from cockpit.history.layout import DAY_NS, Folder
from cockpit.history.reader import HistoryReader

KEPT_DAYS: Final = 31
"""As many as are fetched of a market that is followed."""
LATE_H: Final = 24
"""What is fetched may reach so much further back: with it what is kept is still the past."""
Market = tuple[str, str]


class ScanOrder(msgspec.Struct, frozen=True, kw_only=True):
    """`history` is the folder of what is kept; None ranks without it."""

    scan: PackedScan
    history: Path | None = None


def get_ready(_: None, __: Callable[[int, int], bool]) -> None:
    """To ask for it has the process started and everything imported that a ranking needs."""


def rank_order(order: ScanOrder, _: Callable[[int, int], bool]) -> RankedPairs:
    """Where what is kept cannot be read, rows say that their past was just fetched."""
    scan = order.scan
    listings = unpacked(scan.parts)
    if order.history is not None:
        with suppress(HistoryError):
            listings = with_kept(listings, order.history, scan.at_ns)
    pairs = rank(ScanJob(listings=listings, inputs=scan.inputs, at_ns=scan.at_ns))
    # A month of all markets passes through once, and stays as holes.
    heap.give_back()
    return pairs


def with_kept(listings: Iterable[Listing], folder: Path, at_ns: int) -> tuple[Listing, ...]:
    """The same with what is kept of them beside what was fetched. HistoryError with a sentence."""
    kept = _remembered(folder, at_ns)
    return tuple(_with_past(one, kept) for one in listings)


class Kept(NamedTuple):
    """By (venue, symbol): payments of a month, marks of a day, open interest of a day ago."""

    paid: Mapping[Market, Paid]
    prices: Mapping[Market, Floats]
    interest: Mapping[Market, Floats]


def _with_past(listing: Listing, kept: Kept) -> Listing:
    market = (listing.venue, listing.symbol)
    prices, interest = kept.prices.get(market), kept.interest.get(market)
    if prices is not None:
        listing = msgspec.structs.replace(listing, day_prices=prices)
    if interest is not None:
        listing = msgspec.structs.replace(listing, oi_base_day_ago=float(interest[0]))
    paid, fetched = kept.paid.get(market), listing.paid
    if paid is None:
        return listing
    is_past = not fetched.rates.size or paid.first <= fetched.first + LATE_H
    history: History | None = "kept" if is_past else listing.history
    # The newest hours are written a while after they were heard.
    return msgspec.structs.replace(listing, paid=joined(paid, fetched), history=history)


_last: tuple[tuple[Path, int], Kept] | None = None


def _remembered(folder: Path, at_ns: int) -> Kept:
    """Read four times an hour: the desk goes on asking venues for what is not known."""
    global _last
    asked = folder, at_ns // (HOUR_NS // 4)
    if _last is None or _last[0] != asked:
        _last = asked, _read(folder, at_ns)
    return _last[1]


def _read(folder: Path, at_ns: int) -> Kept:
    stamps_ns, where = looks_ns(at_ns), Folder(folder)
    return Kept(
        paid=_paid(where, at_ns),
        prices=figures_at(where, "mark", stamps_ns),
        interest=figures_at(where, "oi_base", stamps_ns[:1]),
    )


def _paid(folder: Folder, at_ns: int) -> dict[Market, Paid]:
    rows = HistoryReader(folder).payments(at_ns - KEPT_DAYS * DAY_NS, at_ns)
    return {
        (one.venue, one.symbol): paid_at(
            one.at_ns, one.rate * HOUR_S / one.interval_s, one.interval_s
        )
        for one in rows
    }
