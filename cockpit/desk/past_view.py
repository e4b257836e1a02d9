"""A moment as history kept it, as a state that panes can read.

It has rates, prices, open interest and their ages, the hour before, funding paid until then, and
the sums of accounts. It has no books and no positions: those are not kept, and nothing takes their
place; what rested within 10, 25 and 50 bps is in the rows beside it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Final

import msgspec

from cockpit.analytics.risk.exposure import total
from cockpit.core.assets import AssetRules
from cockpit.core.events import (
    Event,
    Funding,
    FundingKind,
    Instrument,
    Link,
    OpenInterest,
    Prices,
    Surveyed,
    Volume,
)
from cockpit.core.margins import VenueMargin
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.desk.earlier import DAY_NS, read_earlier
from cockpit.desk.kept_outlooks import kept_outlooks
from cockpit.desk.recall import GAP_NS, SETTLED_DAYS, Key, curve_of, payment
from cockpit.desk.recall_pulse import read_pulses, recall_pulses
from cockpit.desk.stats import PastMoment
from cockpit.history.protocol import MomentQuestion
from cockpit.history.reader import HistoryReader
from cockpit.history.rows import ExposureSample, Figures, Sample
from cockpit.state.curves import hour_of_payment_ns
from cockpit.state.exposure_history import ExposureHistory, Jump
from cockpit.state.recollection import Recollection
from cockpit.state.store import MarketStore
from cockpit.state.survey import PERIODS
from cockpit.state.view import Field, MarketRead

STAMP_NS: Final = DAY_NS
"""A payment longer ago says nothing of the next one: the interval may have been another."""
WITHIN_S: Final = GAP_NS // NS_PER_S


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """What a past view takes from the present: whom it is about, and what the venues list."""

    venues: tuple[tuple[str, str | None], ...]
    symbols: tuple[str, ...]
    instruments: tuple[Instrument, ...]
    accounts: tuple[tuple[str, str, str], ...]
    jumps: tuple[Jump, ...]
    stamped: frozenset[str]
    """Venues that state when the next payment is due."""
    asset_rules: AssetRules
    own_margins: dict[str, VenueMargin]
    own_taker_fees: dict[str, float]


def frame_of(view: MarketStore) -> Frame:
    venues = view.venues()
    return Frame(
        venues=tuple((venue.name, venue.chain_name) for venue in venues),
        symbols=tuple(view.symbols()),
        instruments=tuple(found for venue in venues for found in view.listed(venue.name)),
        accounts=tuple((a.venue, a.address, a.name) for a in view.accounts()),
        jumps=tuple(view.exposure.jumps),
        stamped=frozenset(market.venue for market in view.markets() if _states_stamp(market)),
        asset_rules=view.asset_rules,
        own_margins=dict(view.own_margins),
        own_taker_fees=dict(view.own_taker_fees),
    )


def _states_stamp(market: MarketRead) -> bool:
    rates = (market.live, market.predicted)
    return any(rate is not None and rate.next_ns is not None for rate in rates)


def moment_at(reader: HistoryReader, frame: Frame, at_ns: int) -> PastMoment | None:
    """The state of that moment; None where no market has a row near it. HistoryError."""
    rows = reader.samples_at(MomentQuestion(at_ns=at_ns, within_s=WITHIN_S))
    if not rows:
        return None
    accounts = reader.exposure(at_ns - DAY_NS, at_ns)
    last_ns = accounts[-1].at_ns if accounts else 0
    return PastMoment(
        asked_ns=at_ns,
        at_ns=at_ns,
        view=_view(reader, frame, rows, accounts, at_ns),
        figures={(row.venue, row.symbol): row.figures for row in rows},
        exposure=tuple(
            row for row in accounts if row.at_ns == last_ns and at_ns - last_ns <= GAP_NS
        ),
        day_before=read_earlier(reader, at_ns - DAY_NS),
    )


def _view(
    reader: HistoryReader,
    frame: Frame,
    rows: Sequence[Sample],
    accounts: Sequence[ExposureSample],
    at_ns: int,
) -> MarketStore:
    hour = reader.hot_curves(at_ns - HOUR_NS, at_ns, frame.symbols)
    paid: defaultdict[Key, list[Funding]] = defaultdict(list)
    for found in reader.settled(SETTLED_DAYS, at_ns):
        if found.paid_at_ns <= at_ns:
            paid[found.venue, found.symbol].append(payment(found))
    store = MarketStore(frame.venues, frame.symbols)
    store.asset_rules = frame.asset_rules
    store.own_margins, store.own_taker_fees = frame.own_margins, frame.own_taker_fees
    store.outlooks = kept_outlooks(reader, at_ns)
    store.follow(frame.accounts)
    store.survey(is_on=True)
    store.apply_all(frame.instruments)
    _link(store, rows, at_ns)
    surveyed: list[Sample] = []
    for row in rows:
        market = store.market(row.venue, row.symbol)
        if market is None:
            surveyed.append(row)
            continue
        key = (row.venue, row.symbol)
        market.recall(
            Recollection(settled=tuple(paid[key]), curves=tuple(curve_of(hour.get(key, ()), at_ns)))
        )
        next_ns = _next_ns(row, paid[key], at_ns) if row.venue in frame.stamped else None
        store.apply_all(_facts(row, next_ns))
        for field in _stated(row.figures):
            # The row holds no figure that was stale.
            market.restore_staleness(field, at_ns, is_stale=False)
    _survey(store, surveyed, at_ns)
    _expose(store.exposure, accounts, frame.jumps, at_ns)
    recall_pulses(store, read_pulses(reader, at_ns))
    return store


def _survey(store: MarketStore, rows: Iterable[Sample], at_ns: int) -> None:
    """Markets that were not watched. Their figures were not stale either, however old."""
    by_venue: defaultdict[str, list[Event]] = defaultdict(list)
    for row in rows:
        by_venue[row.venue] += _facts(row)
    for venue, facts in by_venue.items():
        store.apply_all(facts)
        oldest_ns = min((fact.recv_ns for fact in facts), default=at_ns)
        period_s = (at_ns - oldest_ns) / NS_PER_S / PERIODS
        store.apply(Surveyed(venue=venue, recv_ns=oldest_ns, markets=len(facts), period_s=period_s))


def _expose(
    history: ExposureHistory,
    accounts: Iterable[ExposureSample],
    jumps: Iterable[Jump],
    at_ns: int,
) -> None:
    """The day before of all accounts together. An account that was not known leaves a gap."""
    for minute_ns, group in groupby(accounts, attrgetter("at_ns")):
        rows = list(group)
        ratios = [row.margin_ratio for row in rows if row.margin_ratio is not None]
        history.append(
            minute_ns,
            total(row.net_usd for row in rows),
            total(row.carry_usd_per_hour for row in rows),
            max(ratios, default=None) if all(row.is_known for row in rows) else None,
        )
    history.jumps.extend(jump for jump in jumps if jump.at_ns <= at_ns)


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
        "volume": figures.volume_24h_usd,
    }
    return [field for field, value in known.items() if value is not None]


def _next_ns(row: Sample, paid: Sequence[Funding], at_ns: int) -> int | None:
    """When the next payment was due: so many intervals after the last one before, by its full hour.
    None where nothing was paid for longer than `STAMP_NS` before."""
    interval_s = row.figures.interval_s
    if not interval_s:
        return None
    stamps = [hour_of_payment_ns(row) for row in paid]
    last_ns = max((stamp for stamp in stamps if stamp <= at_ns), default=None)
    if last_ns is None or at_ns - last_ns > STAMP_NS:
        return None
    interval_ns = interval_s * NS_PER_S
    return last_ns + ((at_ns - last_ns) // interval_ns + 1) * interval_ns


def _facts(row: Sample, next_ns: int | None = None) -> list[Event]:
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
    if figures.volume_24h_usd is not None:
        at_ns = stated_ns(figures.volume_age_s)
        usd = figures.volume_24h_usd
        facts.append(Volume(venue=row.venue, symbol=row.symbol, recv_ns=at_ns, usd_24h=usd))
    if figures.interval_s is None:
        return facts
    rates: tuple[tuple[FundingKind, float | None, int | None, float | None], ...] = (
        ("live", figures.live_rate, figures.live_age_s, figures.premium),
        ("predicted", figures.predicted_rate, figures.predicted_age_s, None),
    )
    for kind, rate, age_s, premium in rates:
        if rate is not None:
            facts.append(
                Funding(
                    venue=row.venue,
                    symbol=row.symbol,
                    recv_ns=stated_ns(age_s),
                    kind=kind,
                    rate=rate,
                    interval_s=figures.interval_s,
                    next_ns=next_ns,
                    premium=premium,
                )
            )
    return facts
