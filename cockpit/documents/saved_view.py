"""A saved snapshot as a view: what `cockpit snapshot --json` wrote can be computed on later.

Reading is strict: a document that is not a snapshot, or says something impossible, is refused with
a sentence that names the place. What a document leaves out is not known, never zero.
"""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import msgspec

from cockpit.core.errors import InputError
from cockpit.core.events import (
    AccountState,
    BookSnapshot,
    Event,
    Funding,
    Instrument,
    Link,
    LinkState,
    Margin,
    OpenInterest,
    Position,
    Prices,
    Volume,
)
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.core.validation import explain
from cockpit.documents.schema import SnapshotDocument
from cockpit.documents.schema_account import AccountDocument, PositionDocument
from cockpit.documents.schema_market import (
    ChainDocument,
    FundingDocument,
    Levels,
    MarketDocument,
    Rate,
)
from cockpit.state.chain import ChainSummary
from cockpit.state.store import MarketStore
from cockpit.state.venue import WORST
from cockpit.state.view import FIELDS
from cockpit.storage.reading import read_utf8


class SnapshotView(MarketStore):
    """A saved snapshot in a real store, written by the facts in it. Its time is `at_ns`.

    It has no curves: a snapshot is one moment. Ages and staleness are those of `at_ns`.
    """

    def __init__(self, document: SnapshotDocument) -> None:
        chains = {chain.venue: chain for chain in document.chains}
        names = dict.fromkeys(
            [*chains, *(market.venue for market in document.markets),
             *(account.venue for account in document.accounts),
             *(held.venue for held in document.positions if held.source == "venue")]
        )  # fmt: skip
        super().__init__(((n, chains[n].chain if n in chains else None) for n in names), ())
        self.at_ns = document.at_ns
        self.apply_all(_links(document, names))
        for chain in document.chains:
            self._take_chain(chain)
        for market in document.markets:
            self.take_in(market.venue, market.symbol)
            self.apply_all(_market_facts(market, self.at_ns))
            self._take_staleness(market)
        self._take_accounts(document)
        # At last: the facts have no stamps, and would say that nothing is known of the clock.
        self.set_clock(round(document.clock_offset_ms * NS_PER_MS))

    def _take_accounts(self, document: SnapshotDocument) -> None:
        """Accounts, with one for each that is only named by a position, then what they hold."""
        accounts = {(a.venue, a.account): a for a in document.accounts}
        for held in document.positions:
            if held.source == "venue":
                key = held.venue, held.account or held.source
                accounts.setdefault(key, AccountDocument(venue=key[0], account=key[1]))
        self.follow((a.venue, a.account, a.name or "") for a in accounts.values())
        for account in accounts.values():
            self.apply_all(_account_facts(account, self.at_ns))
        typed = []
        for held in document.positions:
            if held.source == "manual":
                typed.append(_position(held, self.at_ns))
            else:
                account = accounts[held.venue, held.account or held.source]
                self.apply(_position(held, _before(self.at_ns, account.age_s)))
        self.set_manual(typed)

    def _take_chain(self, document: ChainDocument) -> None:
        """The figures as they were: the samples behind them are not in a snapshot."""
        venue = self.venue(document.venue)
        if venue is None:
            return
        venue.chain.height = document.height
        venue.chain.rtt_ns = None if document.rtt_ms is None else round(document.rtt_ms * 1e6)
        venue.chain.summary = ChainSummary(
            block_age_s=document.block_age_s,
            cadence_s=document.cadence_s,
            latency_ms_p50=document.latency_ms_p50,
            latency_ms_p99=document.latency_ms_p99,
            clock_skew_ms=document.clock_skew_ms,
        )

    def _take_staleness(self, document: MarketDocument) -> None:
        """What was old is old, whatever its age; where a document does not say, its age does."""
        market = self.market(document.venue, document.symbol)
        if market is None or document.stale is None:
            return
        for field in FIELDS:
            market.restore_staleness(field, self.at_ns, is_stale=field in document.stale)


def load_view(path: Path) -> SnapshotView:
    """The view of a saved snapshot. InputError with a sentence if the file is not one."""
    try:
        tree = msgspec.json.decode(read_utf8(path))
    except OSError as error:
        raise InputError(f"--view {path}: cannot be read: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"--view {path}: is not one JSON document: {error}") from None
    try:
        return view_of(tree)
    except InputError as error:
        raise InputError(f"--view {path}: {error.ui_message}") from None


def view_of(tree: Any) -> SnapshotView:
    """The view of a snapshot document. InputError names the place that cannot be used."""
    try:
        document = msgspec.convert(tree, SnapshotDocument)
    except msgspec.ValidationError as error:
        place, words = explain(error)
        raise InputError(
            "is not a snapshot, `cockpit snapshot --json` writes one: "
            f"{place or 'the document'}: {words}"
        ) from None
    seen: set[tuple[str, str]] = set()
    for market in document.markets:
        key = (market.venue, market.symbol)
        if key in seen:
            raise InputError(f"names the market {market.venue}/{market.symbol} twice")
        seen.add(key)
        _check_tiers(market)
    return SnapshotView(document)


def _check_tiers(document: MarketDocument) -> None:
    """InputError where the bounds do not rise from 0 or maintenance falls, as no venue's do."""
    kinds = (("margin_tiers", document.margin_tiers), ("initial_tiers", document.initial_tiers))
    for name, tiers in kinds:
        if not tiers:
            continue
        rises = all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(tiers))
        if tiers[0][0] != 0.0 or not rises:
            raise InputError(
                f"{document.venue}/{document.symbol}: {name}: expected bounds that rise from 0, "
                "with fractions that do not fall"
            )


def _some(levels: Levels | None) -> Levels:
    """Without levels of size 0, which are none."""
    return tuple(level for level in levels or () if level[1] > 0)


def _links(document: SnapshotDocument, venues: Iterable[str]) -> Iterator[Link]:
    """The worst that is said of each venue; nothing of one that had not been tried."""
    chains = {chain.venue: chain for chain in document.chains}
    said: dict[str, set[LinkState]] = {name: set() for name in venues}
    for chain in document.chains:
        if chain.link is not None:
            said[chain.venue].add(chain.link)
    for market in document.markets:
        said[market.venue].add(market.link)
    for account in document.accounts:
        if not said[account.venue] and not account.stale:
            said[account.venue].add("live")
    for venue, states in said.items():
        state = next((state for state in WORST if state in states), None)
        if state is not None:
            said_of = chains.get(venue)
            yield Link(
                venue=venue,
                recv_ns=document.at_ns,
                state=state,
                reason=(said_of.reason if said_of else None) or "",
                cause=(said_of.cause if said_of else None) or msgspec.UNSET,
            )


def _market_facts(document: MarketDocument, at_ns: int) -> Iterator[Event]:
    """What was stated of a market, each figure as old as the document says it was."""
    venue, symbol = document.venue, document.symbol
    instrument = _instrument(document, at_ns)
    if instrument is not None:
        yield instrument
    if document.bids or document.asks:
        # A book whose order is wrong stays wrong: its readers refuse it.
        recv_ns = _before(at_ns, document.age_s)
        bids, asks = _some(document.bids), _some(document.asks)
        yield BookSnapshot(recv_ns=recv_ns, bids=bids, asks=asks, venue=venue, symbol=symbol)
    yield Prices(
        recv_ns=at_ns,
        mark=document.mark,
        index=document.index,
        last=document.last,
        venue=venue,
        symbol=symbol,
    )
    if document.open_interest_base is not None:
        yield OpenInterest(
            recv_ns=at_ns, base=document.open_interest_base, venue=venue, symbol=symbol
        )
    if document.volume_24h_usd is not None:
        yield Volume(recv_ns=at_ns, usd_24h=document.volume_24h_usd, venue=venue, symbol=symbol)
    funding = document.funding or FundingDocument()
    rates: tuple[tuple[Literal["live", "predicted"], Rate | None], ...] = (
        ("live", funding.live),
        ("predicted", funding.predicted),
    )
    for kind, rate in rates:
        if rate is not None:
            yield Funding(
                recv_ns=_before(at_ns, rate.age_s), kind=kind, rate=rate.rate,
                interval_s=rate.interval_s, next_ns=funding.next_ns, venue=venue, symbol=symbol,
            )  # fmt: skip
    for paid in funding.settled:
        yield Funding(
            recv_ns=paid.at_ns, venue_ns=paid.at_ns, kind="settled", rate=paid.rate,
            interval_s=paid.interval_s, venue=venue, symbol=symbol,
        )  # fmt: skip


def _instrument(document: MarketDocument, at_ns: int) -> Instrument | None:
    """None when the document says nothing of it."""
    stated = (document.native, document.tick, document.lot, document.max_leverage,
              document.mmf, document.taker_fee)  # fmt: skip
    if all(value is None for value in stated):
        return None
    return Instrument(
        venue=document.venue, symbol=document.symbol, recv_ns=at_ns,
        native=document.native or document.symbol, base=document.symbol, quote="USD",
        tick=document.tick, lot=document.lot, min_size=document.min_size,
        min_notional_usd=document.min_notional_usd, max_leverage=document.max_leverage,
        mmf=document.mmf, taker_fee=document.taker_fee, maker_fee=document.maker_fee,
        status=document.status or "active", margin_tiers=document.margin_tiers or (),
        initial_tiers=document.initial_tiers or (),
        funding_interval_s=document.funding_interval_s,
    )  # fmt: skip


def _account_facts(document: AccountDocument, at_ns: int) -> Iterator[Event]:
    """What was read of an account and when, and then how it stood."""
    venue, account = document.venue, document.account
    read_ns = _before(at_ns, document.age_s)
    if document.age_s is not None:
        yield AccountState(recv_ns=read_ns, state="read", venue=venue, account=account)
    for pool in document.pools:
        yield Margin(
            recv_ns=read_ns, pool=pool.pool, equity=pool.equity_usd, used=pool.used_usd,
            available=pool.available_usd, maintenance=pool.maintenance_usd,
            cross_equity=pool.cross_equity_usd, venue=venue, account=account,
        )  # fmt: skip
    yield AccountState(
        recv_ns=read_ns, state=document.state, reason=document.reason or "",
        parts_known=document.parts_known, parts_wanted=document.parts_wanted,
        venue=venue, account=account,
    )  # fmt: skip


def _position(document: PositionDocument, read_ns: int) -> Position:
    return Position(
        venue=document.venue, symbol=document.symbol, recv_ns=read_ns,
        account=document.account or document.source, pool=document.pool,
        size=document.size, entry=document.entry, mark=document.mark,
        liquidation=document.liquidation, upnl=document.upnl_usd,
        funding_paid=document.funding_paid_usd,
        funding_accrued_usd=document.funding_accrued_usd, leverage=document.leverage,
        margin_mode=document.margin_mode, isolated_equity=document.isolated_equity_usd,
        mmf=document.mmf, adl_quantile=document.adl_quantile, source=document.source,
    )  # fmt: skip


def _before(at_ns: int, age_s: float | None) -> int:
    return at_ns - round((age_s or 0.0) * NS_PER_S)
