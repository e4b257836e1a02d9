"""A saved snapshot as a view: what `cockpit snapshot --json` wrote can be computed on later.

Reading is strict: a document that is not a snapshot, or says something impossible, is refused with
a sentence that names the place. What a document leaves out is not known, never zero.
"""

from pathlib import Path
from typing import Any, Literal

import msgspec

from cockpit.core.assets import AssetRules
from cockpit.core.errors import InputError
from cockpit.core.events import Funding, Instrument, Link, LinkState, Margin, Position
from cockpit.core.units import NS_PER_S
from cockpit.documents.schema import (
    AccountDocument,
    ChainDocument,
    FundingDocument,
    Levels,
    MarketDocument,
    Paid,
    PoolDocument,
    PositionDocument,
    Rate,
    SnapshotDocument,
)
from cockpit.state.accounts import AccountBook
from cockpit.state.book import Book
from cockpit.state.chain import ChainTelemetry
from cockpit.state.curves import Ring, SettledHistory
from cockpit.state.exposure_history import ExposureHistory
from cockpit.state.market import FLOOR_S
from cockpit.state.view import Field
from cockpit.storage.reading import read_utf8


class SavedMarket:
    """One market as it was; a `MarketRead`. It has no curves: a snapshot is one moment."""

    def __init__(self, document: MarketDocument, at_ns: int) -> None:
        self.venue = document.venue
        self.symbol = document.symbol
        self.link: LinkState = document.link
        self.book = _book(document)
        self.instrument = _instrument(document, at_ns)
        funding = document.funding or FundingDocument()
        self.live = _funding(document, "live", funding.live, funding.next_ns, at_ns)
        self.predicted = _funding(document, "predicted", funding.predicted, funding.next_ns, at_ns)
        self.settled = SettledHistory()
        for paid in funding.settled:
            self.settled.add(_settled(document, paid))
        self.open_interest = document.open_interest_base
        self.mark = document.mark
        self.index = document.index
        self.last = document.last
        self.version = 0
        self.mids = Ring(1)
        self.spreads_bps = Ring(1)
        self.open_interests = Ring(1)
        self.live_hourly = Ring(1)
        self.depths_usd = Ring(1)
        self._stale = document.stale
        self._ages: dict[Field, float | None] = {
            "book": document.age_s,
            "funding": funding.live.age_s if funding.live else None,
            "predicted": funding.predicted.age_s if funding.predicted else None,
        }

    def age_s(self, field: Field, now_ns: int) -> float | None:
        """As it was when the snapshot was taken: a saved moment does not grow older."""
        return self._ages.get(field)

    def is_stale(self, field: Field, now_ns: int) -> bool:
        """As the document says; by its age where an older document does not say."""
        if self.link != "live":
            return True
        if self._stale is not None:
            return field in self._stale
        age_s = self._ages.get(field)
        return age_s is not None and age_s > FLOOR_S[field]

    def rate(self) -> Funding | None:
        return self.predicted or self.live


class SavedTelemetry(ChainTelemetry):
    """A venue's telemetry, of which a snapshot keeps the figures and not the samples."""

    def __init__(self, document: ChainDocument) -> None:
        super().__init__()
        self._document = document
        self.height = document.height
        self.rtt_ns = None if document.rtt_ms is None else round(document.rtt_ms * 1e6)

    def cadence_s(self) -> float | None:
        return self._document.cadence_s

    def block_age_s(self, now_ns: int) -> float | None:
        return self._document.block_age_s

    def latency_ms(self, percentile: float) -> float | None:
        """The 50th and the 99th are known; what is between is read as the 99th."""
        if percentile <= 50:
            return self._document.latency_ms_p50
        return self._document.latency_ms_p99

    def clock_skew_ms(self) -> float | None:
        return self._document.clock_skew_ms


class SavedVenue:
    """One venue as it was; a `VenueRead`."""

    def __init__(self, document: ChainDocument, state: LinkState, at_ns: int) -> None:
        self.name = document.venue
        self.chain: ChainTelemetry = SavedTelemetry(document)
        self.chain_name = document.chain
        self.state: LinkState = document.link or state
        self.reason = document.reason or ""
        link = Link(venue=self.name, recv_ns=at_ns, state=self.state, reason=self.reason)
        self.links: dict[str, Link] = {link.link: link}

    def age_s(self, now_ns: int) -> float | None:
        return None


class SavedAccount(AccountBook):
    """One account as it was; an `AccountRead`."""

    def __init__(self, document: AccountDocument, at_ns: int) -> None:
        super().__init__(document.venue, document.account, document.name or "")
        self._is_stale = document.stale
        if document.age_s is not None:
            at_ns -= round(document.age_s * NS_PER_S)
        for pool in document.pools:
            self.apply(_margin(document, pool, at_ns))
        self.status = document.state
        self.reason = document.reason or ""
        self.read_ns = None if document.age_s is None else at_ns

    def is_stale(self, now_ns: int) -> bool:
        """As it was when the snapshot was taken."""
        return self._is_stale


class SnapshotView:
    """A saved snapshot; implements `MarketView`. Its time is `at_ns`."""

    version = 0

    def __init__(self, document: SnapshotDocument) -> None:
        self.at_ns = document.at_ns
        self.exposure = ExposureHistory()
        self.asset_rules = AssetRules()
        self._markets = {
            (market.venue, market.symbol): SavedMarket(market, document.at_ns)
            for market in document.markets
        }
        chains = {chain.venue: chain for chain in document.chains}
        for market in document.markets:
            chains.setdefault(market.venue, ChainDocument(venue=market.venue))
        states = {market.venue: market.link for market in document.markets}
        self._venues = {
            name: SavedVenue(chain, states.get(name, "connecting"), document.at_ns)
            for name, chain in chains.items()
        }
        self._accounts = {
            (account.venue, account.account): SavedAccount(account, document.at_ns)
            for account in document.accounts
        }
        self._manual: list[Position] = []
        for position in document.positions:
            self._take_position(position)

    def _take_position(self, document: PositionDocument) -> None:
        position = Position(
            venue=document.venue, symbol=document.symbol, recv_ns=self.at_ns,
            account=document.account or document.source, pool=document.pool,
            size=document.size, entry=document.entry, mark=document.mark,
            liquidation=document.liquidation, upnl=document.upnl_usd,
            funding_paid=document.funding_paid_usd, leverage=document.leverage,
            margin_mode=document.margin_mode, isolated_equity=document.isolated_equity_usd,
            mmf=document.mmf, source=document.source,
        )  # fmt: skip
        if document.source == "manual":
            self._manual.append(position)
            return
        key = (position.venue, position.account)
        if key not in self._accounts:
            named = AccountDocument(venue=position.venue, account=position.account)
            self._accounts[key] = SavedAccount(named, self.at_ns)
        book = self._accounts[key]
        read_ns = book.read_ns
        book.apply(position)
        book.read_ns = read_ns

    def venues(self) -> list[SavedVenue]:
        return list(self._venues.values())

    def venue(self, name: str) -> SavedVenue | None:
        return self._venues.get(name)

    def symbols(self) -> list[str]:
        return list(dict.fromkeys(symbol for _, symbol in self._markets))

    def market(self, venue: str, symbol: str) -> SavedMarket | None:
        return self._markets.get((venue, symbol))

    def markets(self) -> list[SavedMarket]:
        return list(self._markets.values())

    def listed(self, venue: str) -> list[Instrument]:
        """What the snapshot has of the venue; it may list more."""
        return [m.instrument for m in self._markets.values() if m.venue == venue and m.instrument]

    def accounts(self) -> list[SavedAccount]:
        return list(self._accounts.values())

    def manual(self) -> list[Position]:
        return list(self._manual)

    def still(self) -> "SnapshotView":
        return self


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
        what, _, where = str(error).partition(" - at `$")
        place = where.rstrip("`").lstrip(".") or "the document"
        raise InputError(
            f"is not a snapshot, `cockpit snapshot --json` writes one: {place}: "
            f"{what[:1].lower()}{what[1:].replace('`', '')}"
        ) from None
    seen: set[tuple[str, str]] = set()
    for market in document.markets:
        key = (market.venue, market.symbol)
        if key in seen:
            raise InputError(f"names the market {market.venue}/{market.symbol} twice")
        seen.add(key)
    return SnapshotView(document)


def _book(document: MarketDocument) -> Book:
    """Unknown without levels. A book whose order is wrong stays wrong: its readers refuse it."""
    book = Book()
    if document.bids or document.asks:
        book.replace(_some(document.bids), _some(document.asks))
    return book


def _some(levels: Levels | None) -> Levels:
    """Without levels of size 0, which are none."""
    return tuple(level for level in levels or () if level[1] > 0)


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
    )  # fmt: skip


def _funding(
    market: MarketDocument, kind: Literal["live", "predicted"], rate: Rate | None,
    next_ns: int | None, at_ns: int,
) -> Funding | None:  # fmt: skip
    if rate is None:
        return None
    return Funding(
        venue=market.venue, symbol=market.symbol, kind=kind, rate=rate.rate,
        recv_ns=at_ns - round((rate.age_s or 0.0) * NS_PER_S),
        interval_s=rate.interval_s, next_ns=next_ns,
    )  # fmt: skip


def _settled(market: MarketDocument, paid: Paid) -> Funding:
    return Funding(
        venue=market.venue, symbol=market.symbol, recv_ns=paid.at_ns, venue_ns=paid.at_ns,
        kind="settled", rate=paid.rate, interval_s=paid.interval_s,
    )  # fmt: skip


def _margin(account: AccountDocument, pool: PoolDocument, at_ns: int) -> Margin:
    return Margin(
        venue=account.venue, recv_ns=at_ns, account=account.account, pool=pool.pool,
        equity=pool.equity_usd, used=pool.used_usd, available=pool.available_usd,
        maintenance=pool.maintenance_usd, cross_equity=pool.cross_equity_usd,
    )  # fmt: skip
