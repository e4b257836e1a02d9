"""How everything stood at a moment, from history: read in a thread, polled by the screen.

The view of a moment has what history keeps: rates, prices, open interest and their ages, the hour
before it, and funding paid until then. It has no books and no positions: those are not kept, and
nothing takes their place.
"""

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Final

import msgspec

from cockpit.core.assets import AssetRules
from cockpit.core.errors import CockpitError
from cockpit.core.events import (
    Event,
    Funding,
    Instrument,
    Link,
    OpenInterest,
    Prices,
)
from cockpit.core.units import HOUR_NS, NS_PER_S, utc
from cockpit.desk.recall import GAP_NS, SETTLED_DAYS, Key, curve_of, payment
from cockpit.desk.stats import PastMoment
from cockpit.history.layout import Folder
from cockpit.history.protocol import MomentQuestion
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import Figures, Sample
from cockpit.state.recollection import Recollection
from cockpit.state.store import MarketStore
from cockpit.state.view import Field

WITHIN_S: Final = GAP_NS // NS_PER_S
NO_HISTORY: Final = "nothing is remembered here: history is off, or this is a demo or a tape"


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What a past view takes from the present: whom it is about, and what the venues list."""

    venues: tuple[tuple[str, str | None], ...]
    symbols: tuple[str, ...]
    instruments: tuple[Instrument, ...]
    accounts: tuple[tuple[str, str, str], ...]
    asset_rules: AssetRules


def frame_of(view: MarketStore) -> Frame:
    venues = view.venues()
    return Frame(
        venues=tuple((venue.name, venue.chain_name) for venue in venues),
        symbols=tuple(view.symbols()),
        instruments=tuple(found for venue in venues for found in view.listed(venue.name)),
        accounts=tuple((a.venue, a.address, a.name) for a in view.accounts()),
        asset_rules=view.asset_rules,
    )


class Past:
    """One moment at a time: a new one replaces the one before. Used on the loop."""

    def __init__(self, folder: Folder | None, view: MarketStore) -> None:
        """`folder` None remembers nothing: each moment is answered by a sentence."""
        self._view = view
        self._reader = HistoryReader(folder) if folder else None
        self._threads: ThreadPoolExecutor | None = None
        self._asked: Future[PastMoment] | None = None

    def ask(self, at_ns: int | None) -> None:
        """How it stood then; None is the first moment that is kept."""
        if self._threads is None:
            self._threads = ThreadPoolExecutor(1, thread_name_prefix="past")
        if self._asked is not None:
            self._asked.cancel()
        frame = frame_of(self._view)
        self._asked = self._threads.submit(_moment, self._reader, frame, at_ns)

    def answer(self) -> PastMoment | None:
        """What was found last; None while nothing was asked or nothing is found yet."""
        asked = self._asked
        return asked.result() if asked is not None and asked.done() else None

    def close(self) -> None:
        threads, self._threads = self._threads, None
        if threads is None:
            return
        if self._asked is not None:
            self._asked.cancel()
        if self._reader is not None:
            # After what is being read: the screen does not wait for it.
            threads.submit(self._reader.close)
        threads.shutdown(wait=False)


def _moment(reader: HistoryReader | None, frame: Frame, asked_ns: int | None) -> PastMoment:
    """In the thread: never raises, what cannot be read is a sentence."""
    if reader is None:
        return PastMoment(asked_ns=asked_ns, problem=NO_HISTORY)
    try:
        at_ns = reader.first_ns() if asked_ns is None else asked_ns
        if at_ns is None:
            return PastMoment(asked_ns=asked_ns, problem="nothing is kept yet")
        view = view_at(reader, frame, at_ns)
        if view is None:
            return PastMoment(asked_ns=asked_ns, problem=_why_nothing(reader, at_ns))
        return PastMoment(asked_ns=asked_ns, at_ns=at_ns, view=view)
    except CockpitError as error:
        return PastMoment(asked_ns=asked_ns, problem=error.ui_message)


def _why_nothing(reader: HistoryReader, at_ns: int) -> str:
    whys = dict.fromkeys(gap.why for gap in reader.gaps(at_ns - GAP_NS, at_ns + 1))
    why = f": {', '.join(whys)}" if whys else ""
    return f"nothing was kept at {utc(at_ns):%Y-%m-%d %H:%M:%S}{why}"


def view_at(reader: HistoryReader, frame: Frame, at_ns: int) -> MarketStore | None:
    """The state of that moment; None where no market has a row near it. HistoryError."""
    rows = [
        row
        for row in reader.samples_at(MomentQuestion(at_ns=at_ns, within_s=WITHIN_S))
        if row.symbol in frame.symbols
    ]
    if not rows:
        return None
    hour = reader.hot_curves(at_ns - HOUR_NS, at_ns, frame.symbols)
    paid: defaultdict[Key, list[Funding]] = defaultdict(list)
    for found in reader.settled(SETTLED_DAYS, at_ns):
        if found.paid_at_ns <= at_ns:
            paid[found.venue, found.symbol].append(payment(found))
    store = MarketStore(frame.venues, frame.symbols)
    store.asset_rules = frame.asset_rules
    store.follow(frame.accounts)
    store.apply_all(frame.instruments)
    _link(store, rows, at_ns)
    for row in rows:
        market = store.market(row.venue, row.symbol)
        if market is None:
            continue
        key = (row.venue, row.symbol)
        market.recall(
            Recollection(settled=tuple(paid[key]), curves=tuple(curve_of(hour.get(key, ()), at_ns)))
        )
        store.apply_all(_facts(row))
        for field in _stated(row.figures):
            # The row holds no figure that was stale.
            market.restore_staleness(field, at_ns, is_stale=False)
    return store


def _link(store: MarketStore, rows: Sequence[Sample], at_ns: int) -> None:
    """A venue of which any figure was fresh was reached; of another nothing is kept."""
    reached = {row.venue for row in rows if any(_stated(row.figures))}
    for venue in store.venues():
        is_live = venue.name in reached
        store.apply(
            Link(
                venue=venue.name,
                recv_ns=at_ns,
                state="live" if is_live else "down",
                reason="" if is_live else "nothing of it is kept at this moment",
            )
        )


def _stated(figures: Figures) -> list[Field]:
    known: dict[Field, float | None] = {
        "funding": figures.live_rate,
        "predicted": figures.predicted_rate,
        "mark": figures.mark,
        "index": figures.index_price,
        "open_interest": figures.oi_base,
    }
    return [field for field, value in known.items() if value is not None]


def _facts(row: Sample) -> list[Event]:
    """The row's figures as facts, each as old as it was."""
    figures = row.figures

    def stated_ns(age_s: int | None) -> int:
        return row.at_ns - (age_s or 0) * NS_PER_S

    facts: list[Event] = []
    if figures.mark is not None:
        at_ns = stated_ns(figures.mark_age_s)
        facts.append(Prices(venue=row.venue, symbol=row.symbol, recv_ns=at_ns, mark=figures.mark))
    if figures.index_price is not None:
        at_ns = stated_ns(figures.index_age_s)
        price = figures.index_price
        facts.append(Prices(venue=row.venue, symbol=row.symbol, recv_ns=at_ns, index=price))
    if figures.oi_base is not None:
        at_ns = stated_ns(figures.oi_age_s)
        base = figures.oi_base
        facts.append(OpenInterest(venue=row.venue, symbol=row.symbol, recv_ns=at_ns, base=base))
    if figures.interval_s is None:
        return facts
    if figures.live_rate is not None:
        facts.append(
            Funding(
                venue=row.venue,
                symbol=row.symbol,
                recv_ns=stated_ns(figures.live_age_s),
                kind="live",
                rate=figures.live_rate,
                interval_s=figures.interval_s,
                premium=figures.premium,
            )
        )
    if figures.predicted_rate is not None:
        facts.append(
            Funding(
                venue=row.venue,
                symbol=row.symbol,
                recv_ns=stated_ns(figures.predicted_age_s),
                kind="predicted",
                rate=figures.predicted_rate,
                interval_s=figures.interval_s,
            )
        )
    return facts
