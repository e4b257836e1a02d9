"""What a start takes from history: funding that was paid, the last hour's curves, the last figures.

Reading blocks and is done in a thread; what was read is handed to the state on the loop. What is
recalled is old until a venue says it anew, and shows its age.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

import msgspec

from cockpit.core.clock import Clock
from cockpit.core.events import Funding, FundingKind, Instrument
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.desk.contract import Notice
from cockpit.desk.kept_outlooks import last_outlooks
from cockpit.desk.recall_pulse import read_pulses, recall_pulses
from cockpit.history.errors import HistoryError
from cockpit.history.layout import Folder
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Sample, Settled
from cockpit.state.recollection import CurvePoint, Recollection, Stated
from cockpit.state.store import MarketStore
from cockpit.venues.contract import KeptSpan

SETTLED_DAYS: Final = 31
FIGURES_NS: Final = 24 * HOUR_NS
"""Older figures are no help to anybody who looks at a market now."""
GAP_NS: Final = 75 * NS_PER_S
"""A market that stands still has a row a minute: a longer silence is a gap of its curve."""
RECALL_S: Final = 3.0
"""What is kept is not waited for any longer: the venues are asked instead."""
Key = tuple[str, str]


async def recall(
    view: MarketStore, folder: Folder, clock: Clock, note: Callable[[Notice], None]
) -> dict[str, dict[str, KeptSpan]]:
    """Begin with what is kept; returns by venue and symbol which payments need not be asked for.

    What cannot be read is noted, and asked for anew.
    """
    now_ns, symbols = clock.now_ns(), frozenset(view.symbols())
    reading = asyncio.to_thread(read_recollections, folder, now_ns, symbols)
    try:
        found = await asyncio.wait_for(reading, RECALL_S)
        pulses = await asyncio.to_thread(read_pulses, HistoryReader(folder), now_ns)
    except TimeoutError:
        words = f"{folder.path}: takes too long to read; everything is asked for anew"
        note(Notice(now_ns, "", words, "warn"))
        return {}
    except HistoryError as error:
        note(Notice(now_ns, "", error.ui_message, "warn"))
        return {}
    recall_pulses(view, pulses)
    view.outlooks = await asyncio.to_thread(last_outlooks, folder, now_ns)
    kept: defaultdict[str, dict[str, KeptSpan]] = defaultdict(dict)
    for key, recollection in found.items():
        for venue, spans in take_over(view, {key: recollection}).items():
            kept[venue].update(spans)
        # The screen draws and hears keys in between.
        await asyncio.sleep(0)
    return kept


def read_recollections(
    folder: Folder, now_ns: int, symbols: Collection[str]
) -> dict[Key, Recollection]:
    """(venue, symbol) -> what is kept of it. Blocks; HistoryError with a sentence."""
    reader = HistoryReader(folder)
    settled: defaultdict[Key, list[Settled]] = defaultdict(list)
    for paid in reader.settled(SETTLED_DAYS, now_ns, symbols):
        if paid.paid_at_ns <= now_ns:
            settled[paid.venue, paid.symbol].append(paid)
    recent = reader.hot_curves(now_ns - HOUR_NS, now_ns, symbols)
    last = {
        (row.venue, row.symbol): row
        for row in reader.last_samples()
        if row.symbol in symbols and now_ns - FIGURES_NS < row.at_ns <= now_ns
    }
    listings = reader.listings()
    return {
        key: recollection(
            last.get(key),
            listing=listings.get(key),
            settled=settled[key],
            curves=curve_of(recent.get(key, ()), now_ns),
        )
        for key in {*settled, *recent, *last}
    }


def take_over(view: MarketStore, found: dict[Key, Recollection]) -> dict[str, dict[str, KeptSpan]]:
    """Hand it to the state; returns by venue and symbol which payments need not be asked for."""
    kept: defaultdict[str, dict[str, KeptSpan]] = defaultdict(dict)
    for (venue, symbol), recollection in found.items():
        market = view.market(venue, symbol)
        if market is None:
            continue
        market.recall(recollection)
        rows = market.settled.rows()
        if not rows:
            continue
        gaps = market.settled.gaps()
        whole_from_ns = gaps[-1][1] - HOUR_NS // 2 if gaps else 0
        first = next(row for row in rows if _paid_ns(row) >= whole_from_ns)
        kept[venue][symbol] = KeptSpan(
            from_ns=_paid_ns(first) - first.interval_s * NS_PER_S, to_ns=_paid_ns(rows[-1])
        )
    return kept


def _paid_ns(row: Funding) -> int:
    return row.recv_ns if row.venue_ns is None else row.venue_ns


def recollection(
    last: Sample | None,
    *,
    listing: Instrument | None,
    settled: Iterable[Settled] = (),
    curves: Iterable[CurvePoint] = (),
) -> Recollection:
    """One market, from its last row, its payments and its curves, each oldest first."""
    found = Recollection(
        settled=tuple(payment(paid) for paid in settled),
        curves=tuple(curves),
        listing=None if listing is None or listing.status == "delisted" else listing,
    )
    if last is None:
        return found
    figures = last.figures
    return msgspec.structs.replace(
        found,
        mark=_stated(last, figures.mark, figures.mark_age_s),
        index=_stated(last, figures.index_price, figures.index_age_s),
        open_interest=_stated(last, figures.oi_base, figures.oi_age_s),
        volume_usd=_stated(last, figures.volume_24h_usd, figures.volume_age_s),
        live=_rate(last, "live", figures.live_rate, figures.live_age_s),
        predicted=_rate(last, "predicted", figures.predicted_rate, figures.predicted_age_s),
    )


def _rate(last: Sample, kind: FundingKind, rate: float | None, age_s: int | None) -> Funding | None:
    """The premium of a row is that of its live rate, if it has one."""
    figures = last.figures
    if rate is None or figures.interval_s is None:
        return None
    has_premium = kind == "live" or figures.live_rate is None
    return Funding(
        venue=last.venue,
        symbol=last.symbol,
        recv_ns=_stated_ns(last, age_s),
        kind=kind,
        rate=rate,
        interval_s=figures.interval_s,
        premium=figures.premium if has_premium else None,
    )


def payment(paid: Settled) -> Funding:
    """A kept row as the fact that it was."""
    return Funding(
        venue=paid.venue,
        symbol=paid.symbol,
        recv_ns=paid.paid_at_ns,
        venue_ns=paid.paid_at_ns,
        kind="settled",
        rate=paid.rate,
        interval_s=paid.interval_s,
        premium=paid.premium,
    )


def curve_of(points: Iterable[CurvePoint], now_ns: int) -> Iterator[CurvePoint]:
    """The points, with one of which nothing is known after each that has no near successor."""
    before: CurvePoint | None = None
    for point in points:
        if before is not None and point.at_ns - before.at_ns > GAP_NS:
            yield CurvePoint(before.at_ns + NS_PER_S)
        yield point
        before = point
    if before is not None and now_ns - before.at_ns > GAP_NS:
        yield CurvePoint(before.at_ns + NS_PER_S)


def _stated(row: Sample, value: float | None, age_s: int | None) -> Stated | None:
    return None if value is None else Stated(value, _stated_ns(row, age_s))


def _stated_ns(row: Sample, age_s: int | None) -> int:
    return row.at_ns - (age_s or 0) * NS_PER_S
