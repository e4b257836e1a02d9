"""dYdX markets: names, and what a market's row says.

The package's docstring has the units and their documentation.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

from cockpit.core.events import Funding, Instrument, OpenInterest, Prices, Reject, Trade, Volume
from cockpit.core.market import Side
from cockpit.core.units import HOUR_S, NS_PER_S, hour_floor_ns, next_boundary_ns
from cockpit.venues.dydx import messages as wire
from cockpit.venues.dydx.book import Book
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.instruments import Market
from cockpit.venues.kit.numbers import amount, finite, positive

VENUE = "dydx"
FACTS = venue_facts("cockpit.venues.dydx")
"""With the fees: the Indexer does not publish them."""
ORDERBOOK = "v4_orderbook"
STALE_AFTER_HOUR_NS = 90 * NS_PER_S
"""For about this long after the hour the live rate is still that of the hour before."""

SETTLED = "FINAL_SETTLEMENT"
_WITHOUT_FUNDING = frozenset({"PAUSED", "INITIALIZING", SETTLED})
_FORCED = frozenset({"LIQUIDATED", "DELEVERAGED"})
_SUFFIX = "-USD"
_RATE = "nextFundingRate"
_FIGURES = (
    "oraclePrice", _RATE, "openInterest", "volume24H", "initialMarginFraction",
    "maintenanceMarginFraction", "tickSize", "stepSize", "openInterestLowerCap",
    "openInterestUpperCap",
)  # fmt: skip

Fact = Prices | Funding | OpenInterest | Volume


def symbol_of(ticker: str) -> str:
    """The cross-venue name: the ticker up to its last `-USD`.

    On-chain assets (`AART,raydium,F3nef-USD`) keep their whole id, so that they never meet a coin
    of the same name at another venue.
    """
    head, found, _ = ticker.rpartition(_SUFFIX)
    return head if found and head else ticker


def ticker_of(symbol: str) -> str:
    return symbol + _SUFFIX


@dataclass(slots=True, eq=False)
class DydxMarket(Market):
    """A market: its figures, partial rows merged, and its book."""

    status: str = ""
    figures: dict[str, float | None] = field(default_factory=dict)
    holds_rate: bool = False
    """Whether the live rate is withheld until it is sure to belong to the running hour."""
    rate: tuple[float | None, int] = (None, 0)
    """The live rate and since when (ns) it is known."""
    paid_ns: set[int] = field(default_factory=set)
    """Settled hours that were stated."""
    traded_ns: int = -1
    book: Book = field(default_factory=Book)
    book_key: str = ""

    def __post_init__(self) -> None:
        self.book_key = f"{ORDERBOOK} {self.native}"

    @property
    def is_gone(self) -> bool:
        """Whether it was settled for good, or is listed no longer."""
        return self.instrument is not None and self.instrument.status == "delisted"

    # --- rows -----------------------------------------------------------------------------------

    def merge(self, row: Mapping[str, object], at_ns: int) -> Iterator[Reject]:
        """Take over what a whole or partial row names; an odd figure is unknown from now on."""
        status = row.get("status", self.status)
        if isinstance(status, str):
            self.status = status
        else:
            yield reject(VENUE, at_ns, f"market {self.native}: status is no word", str(status))
        for name in _FIGURES:
            if name not in row:
                continue
            said = row[name]
            figure = self.figures[name] = _rate(said) if name == _RATE else amount(said)
            if figure is None and said not in (None, ""):
                reason = f"market {self.native}: {name} is no such figure"
                yield reject(VENUE, at_ns, reason, str(said))

    def instrument_at(self, at_ns: int) -> Instrument:
        """What is traded, as now known."""
        lot = self.figure("stepSize")
        status: Literal["active", "paused", "delisted"] = "paused"
        if self.status in ("ACTIVE", SETTLED):
            status = "active" if self.status == "ACTIVE" else "delisted"
        imf = self.figure("initialMarginFraction")
        return Instrument(
            venue=VENUE, recv_ns=at_ns, symbol=self.symbol, native=self.native,
            base=self.symbol.partition(",")[0], quote="USD", tick=self.figure("tickSize"),
            lot=lot, min_size=lot, funding_interval_s=HOUR_S, max_leverage=self.max_leverage,
            mmf=self.figure("maintenanceMarginFraction"), status=status,
            taker_fee=FACTS.taker_fee, maker_fee=FACTS.maker_fee,
            initial_tiers=() if imf is None else ((0.0, imf),),
        )  # fmt: skip

    def figure(self, name: str) -> float | None:
        """A figure of which zero says nothing."""
        return positive(self.figures.get(name))

    @property
    def terms(self) -> tuple[float | None, float | None, float | None]:
        """What a position is margined by: oracle, initial and maintenance fraction."""
        most = self.max_leverage
        imf = None if most is None else 1 / most
        return self.figure("oraclePrice"), imf, self.figure("maintenanceMarginFraction")

    @property
    def max_leverage(self) -> float | None:
        """1 / effective initial margin fraction, which open interest above a lower cap raises."""
        imf, upper = self.figure("initialMarginFraction"), self.figure("openInterestUpperCap")
        if imf is None or upper is None:
            return None if imf is None else 1 / imf
        lower = self.figures.get("openInterestLowerCap") or 0.0
        base, oracle = self.figures.get("openInterest"), self.figure("oraclePrice")
        if base is None or oracle is None:
            return None
        if upper <= lower:
            return 1 / imf
        scale = (base * oracle - lower) / (upper - lower)
        return 1 / min(imf + max(scale * (1 - imf), 0.0), 1.0)

    # --- facts ----------------------------------------------------------------------------------

    def facts(self, named: Iterable[str], at_ns: int, *, survey: bool) -> Iterator[Fact]:
        """What a row said that named these fields and was merged."""
        if self.is_gone:
            return
        oracle = self.figure("oraclePrice")
        if "oraclePrice" in named and oracle is not None:
            yield self.prices(oracle, at_ns)
        rate = self.figures.get(_RATE) if _RATE in named else None
        has_rate = rate is not None and self.status not in _WITHOUT_FUNDING
        if has_rate and rate is not None and self._is_of_this_hour(rate, at_ns):
            yield self._funding(rate, at_ns)
        base = self.figures.get("openInterest")
        if "openInterest" in named and base is not None:
            yield OpenInterest(venue=VENUE, recv_ns=at_ns, symbol=self.symbol, base=base)
        usd = self.figures.get("volume24H")
        if survey and "volume24H" in named and usd is not None:
            yield Volume(venue=VENUE, recv_ns=at_ns, symbol=self.symbol, usd_24h=usd)

    def prices(self, oracle: float, at_ns: int, venue_ns: int | None = None) -> Prices:
        """Positions are margined at the oracle: it is the mark and the index."""
        return Prices(
            venue=VENUE, recv_ns=at_ns, venue_ns=venue_ns, symbol=self.symbol,
            mark=oracle, index=oracle,
        )  # fmt: skip

    def released(self, at_ns: int) -> Iterator[Funding]:
        """The withheld rate once it must be the running hour's: the venue sends only changes."""
        if at_ns - hour_floor_ns(at_ns) < STALE_AFTER_HOUR_NS:
            return
        self.holds_rate = False
        rate = self.rate[0]
        if rate is not None and self.status not in _WITHOUT_FUNDING:
            yield self._funding(rate, at_ns)

    def _is_of_this_hour(self, rate: float, at_ns: int) -> bool:
        hour_ns = hour_floor_ns(at_ns)
        if rate != self.rate[0]:
            self.rate = rate, at_ns
        is_early = at_ns - hour_ns < STALE_AFTER_HOUR_NS
        self.holds_rate = is_early and self.rate[1] < hour_ns
        return not self.holds_rate

    def _funding(self, rate: float, at_ns: int) -> Funding:
        return Funding(
            venue=VENUE, recv_ns=at_ns, symbol=self.symbol, kind="live", rate=rate,
            interval_s=HOUR_S, next_ns=next_boundary_ns(at_ns, HOUR_S),
        )  # fmt: skip

    def settled(self, rows: Iterable[wire.FundingRow], at_ns: int) -> Iterator[Funding | Reject]:
        """The hours that were not stated before, the oldest first."""
        for row in sorted(rows, key=lambda row: row.effective_at):
            stamp_ns, rate = wire.ns_of(row.effective_at), _rate(row.rate)
            if rate is None or stamp_ns is None:
                reason = f"settled funding of {self.native} is no rate, or of no possible time"
                yield reject(VENUE, at_ns, reason, str(row))
                continue
            if stamp_ns in self.paid_ns:
                continue
            self.paid_ns.add(stamp_ns)
            yield Funding(
                venue=VENUE, recv_ns=at_ns, venue_ns=stamp_ns, symbol=self.symbol,
                kind="settled", rate=rate, interval_s=HOUR_S,
            )  # fmt: skip

    def trades(self, said: wire.Whole | wire.Update, at_ns: int) -> Iterator[Trade | Reject]:
        """Fills; those of a start, which come newest first, as far as they are new."""
        rows = () if isinstance(said.trades, int) else said.trades
        if isinstance(said, wire.Whole):
            last_ns = self.traded_ns
            new = [row for row in reversed(rows) if (wire.ns_of(row.created_at) or 0) > last_ns]
            rows = tuple(sorted(new, key=lambda row: row.created_at))
        for row in rows:
            price, size = positive(row.price), positive(row.size)
            stamp_ns = wire.ns_of(row.created_at)
            if price is None or size is None or stamp_ns is None:
                yield reject(VENUE, at_ns, "insane trade", str(row))
                continue
            self.traded_ns = stamp_ns
            yield Trade(
                venue=VENUE, recv_ns=at_ns, venue_ns=stamp_ns, symbol=self.symbol,
                price=price, size=size, side=Side.BUY if row.side == "BUY" else Side.SELL,
                liquidation=row.type in _FORCED,
            )  # fmt: skip


def _rate(number: object) -> float | None:
    """A fraction an hour: a whole and more is nonsense."""
    rate = finite(number)
    return rate if rate is not None and abs(rate) < 1 else None
