"""What a running desk hands to its history: rows of each slot, accounts, outages.

Facts pass by here before they become state, so that a slot is sampled as things stood when it
began: each venue by itself, before its own next fact, so that no frame waits for all of them.
Nothing waits for the disk: the rows are written by a thread of `HistoryService`.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from cockpit.analytics.risk import exposure as sums
from cockpit.core.account import Account, short_address
from cockpit.core.clock import Clock
from cockpit.core.events import Event, Funding, Instrument
from cockpit.core.units import NS_PER_S
from cockpit.history.layout import Folder
from cockpit.history.rows import Batch, ExposureSample, Gap, together
from cockpit.history.sampler import SURVEYED_NS, WATCHED_NS
from cockpit.history.service import HistoryService, Status
from cockpit.history.settings import HistorySettings
from cockpit.history.tape import SlotFeed, ViewState
from cockpit.history.writer_lock import Role
from cockpit.portfolio import positions
from cockpit.portfolio.positions import Portfolio
from cockpit.state.view import MarketView

LOOK_S: Final = 1.0
ASLEEP_NS: Final = 30 * NS_PER_S
"""Who has not looked for so long was asleep, or its clock was set forward: of the time between
nothing is known, whatever the state says."""
LATE_NS: Final = NS_PER_S // 5
"""A slot without a later fact is sampled so long after it began: facts of it may be on their way
between the link and the state."""
_REMEMBERED = frozenset({Funding, Instrument})
"""Facts that are kept as they come; all else is sampled from the state."""


class MemoryOrder(msgspec.Struct, frozen=True, kw_only=True):
    """Remember in this folder."""

    folder: Folder
    settings: HistorySettings
    role: Role = "cockpit"


class Memory:
    """The memory of one desk. `hear` facts before they are applied, `look` now and then."""

    def __init__(self, order: MemoryOrder, view: MarketView, clock: Clock) -> None:
        self.folder = order.folder
        self._view = view
        self._clock = clock
        self._feeds = {venue.name: SlotFeed(ViewState(view, venue.name)) for venue in view.venues()}
        self._sampled: list[Batch] = []
        self._listed: dict[tuple[str, str], Instrument] = {}
        self._service = HistoryService(order.folder, order.settings, clock, order.role)
        self._down_since_ns: dict[str, int] = {}
        self._slot_ns: int | None = None
        self._looked_ns: int | None = None
        self._listeners: list[Callable[[Batch], None]] = []

    def listen(self, listener: Callable[[Batch], None]) -> None:
        """Be told every batch that is handed over to be written."""
        self._listeners.append(listener)

    @property
    def status(self) -> Status:
        return self._service.status

    def start(self) -> None:
        self._service.start()

    def hear(self, events: Sequence[Event]) -> None:
        """Facts of one input of one venue, which all arrived at once, before the state has them."""
        feed = self._feeds.get(events[0].venue)
        if feed is None:
            return
        at_ns = events[0].recv_ns
        if feed.is_due(at_ns):
            self._awake(at_ns)
            self._sampled += feed.before(at_ns)
        if _REMEMBERED.isdisjoint(map(type, events)):
            return
        for event in events:
            if isinstance(event, Funding):
                feed.heard(event)
            elif isinstance(event, Instrument):
                self._listed[event.venue, event.symbol] = event

    def look(self) -> None:
        """Once a second: time passes also where nothing arrives. Hands over what was sampled."""
        at_ns = self._clock.now_ns() - LATE_NS
        self._awake(at_ns)
        self._looked_ns = at_ns
        for feed in self._feeds.values():
            if feed.is_due(at_ns):
                self._sampled += feed.before(at_ns)
        slot_ns = at_ns - at_ns % WATCHED_NS
        before_ns, self._slot_ns = self._slot_ns, slot_ns
        if before_ns is not None and slot_ns < before_ns:
            # An outage does not end before it began.
            down = self._down_since_ns.items()
            self._down_since_ns = {venue: min(since_ns, slot_ns) for venue, since_ns in down}
        if before_ns is not None and before_ns != slot_ns:
            self._sampled.append(self._slot(slot_ns, before_ns))
            self._hand_over()

    def _awake(self, at_ns: int) -> None:
        """After a sleep no slot that was slept through is sampled."""
        looked_ns = self._looked_ns
        if looked_ns is not None and at_ns - looked_ns > ASLEEP_NS:
            self._looked_ns = at_ns
            for feed in self._feeds.values():
                feed.skip_to(at_ns)

    def offer(self, batch: Batch) -> None:
        """Rows that are not of a slot, with the next slot's."""
        self._sampled.append(batch)

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            self.look()

    def stop(self) -> None:
        """Write the rest. Blocks for as long as the disk needs, a few seconds at most."""
        now_ns = self._clock.now_ns()
        gaps = tuple(self._gap(venue, now_ns) for venue in self._down_since_ns)
        self._sampled += [Batch(gaps=gaps), *(feed.rest() for feed in self._feeds.values())]
        self._hand_over()
        self._service.stop()

    def _hand_over(self) -> None:
        """One batch a slot, whatever number of venues: a writer counts in slots what may wait."""
        self._sampled.append(Batch(listings=tuple(self._listed.values())))
        batch = together(self._sampled)
        self._sampled, self._listed = [], {}
        self._service.offer(batch)
        for listener in self._listeners:
            listener(batch)

    def _slot(self, slot_ns: int, before_ns: int) -> Batch:
        """What is not a market's: outages that are over, and once a minute the accounts."""
        minute_ns = slot_ns - slot_ns % SURVEYED_NS
        exposure: tuple[ExposureSample, ...] = ()
        if minute_ns > before_ns:
            exposure = tuple(exposure_samples(positions.read(self._view, minute_ns)))
        return Batch(exposure=exposure, gaps=tuple(self._outages(slot_ns)))

    def _outages(self, slot_ns: int) -> Iterator[Gap]:
        """A gap for each venue that is back; what is down is remembered."""
        for venue in self._view.venues():
            if venue.state != "live":
                self._down_since_ns.setdefault(venue.name, slot_ns)
            elif venue.name in self._down_since_ns:
                yield self._gap(venue.name, slot_ns)
                del self._down_since_ns[venue.name]

    def _gap(self, venue: str, to_ns: int) -> Gap:
        return Gap(from_ns=self._down_since_ns[venue], to_ns=to_ns, venue=venue, why="link down")


def exposure_samples(portfolio: Portfolio) -> Iterator[ExposureSample]:
    """A row for each followed account and for what was typed at a venue, in USD.

    What is stale, or was never read, has no figures. `margin_ratio` is that of the worst pool. An
    account goes by its name, else by its address cut short. An address that the venue does not know
    holds nothing and has no row: a sum over all accounts would never be known beside it.
    """
    names = {Account(a.venue, a.address): a for a in portfolio.accounts}
    legs = {Account(row.leg.venue, row.leg.account): None for row in portfolio.rows}
    for key in dict.fromkeys([*names, *legs]):
        known = names.get(key)
        mine = [row for row in portfolio.rows if (row.leg.venue, row.leg.account) == _pair(key)]
        if known is not None and known.status == "unknown" and not mine:
            continue
        sample = ExposureSample(
            venue=key.venue,
            account=(known.name if known else "") or short_address(key.address),
            at_ns=portfolio.at_ns,
        )
        is_old = any(row.is_stale for row in mine) or (
            known is not None and (known.is_stale or known.was_never_read)
        )
        if is_old:
            yield sample
            continue
        pools = [pool for pool in portfolio.pools if (pool.venue, pool.account) == _pair(key)]
        total = sums.totals([row.leg for row in mine], pools)
        margins = sums.by_venue([row.leg for row in mine], pools)
        yield msgspec.structs.replace(
            sample,
            net_usd=total.net_usd,
            gross_usd=total.gross_usd,
            carry_usd_per_hour=total.carry_usd_per_hour,
            equity_usd=total.equity_usd,
            margin_used_usd=margins[0].margin_used_usd if margins else None,
            margin_ratio=margins[0].worst_margin_ratio if margins else None,
        )


def _pair(account: Account) -> tuple[str, str]:
    return account.venue, account.address
