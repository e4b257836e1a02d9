"""What a dYdX market row says: instrument, oracle price, open interest and live funding.

Private to `dydx.py`, whose docstring has the units and their documentation.
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from msgspec import UNSET, Raw

from cockpit.core.events import Funding, Instrument, OpenInterest, Prices, Reject
from cockpit.core.units import HOUR_S, NS_PER_S, hour_floor_ns, next_boundary_ns
from cockpit.venues.dydx.messages import ROW, MarketRow, OracleRow, ns_of
from cockpit.venues.kit import decoding, numbers
from cockpit.venues.kit.facts import venue_facts

NAME = "dydx"
FACTS = venue_facts("cockpit.venues.dydx")
"""With the fees: the Indexer does not publish them."""
STALE_AFTER_HOUR_NS = 90 * NS_PER_S
"""For about this long after the hour the live rate is still that of the hour before."""

Fact = Instrument | Prices | Funding | OpenInterest | Reject
Status = Literal["active", "paused", "delisted"]

_SETTLED = "FINAL_SETTLEMENT"
_STATUS: dict[str, Status] = {"ACTIVE": "active", _SETTLED: "delisted"}
_WITHOUT_FUNDING = frozenset({"PAUSED", "INITIALIZING", _SETTLED})
_SUFFIX = "-USD"


def symbol_of(ticker: str) -> str:
    """The cross-venue name: the ticker up to its last `-USD`.

    On-chain assets (`AART,raydium,F3nef-USD`) keep their whole id, so that they never meet a coin
    of the same name at another venue.
    """
    head, found, _ = ticker.rpartition(_SUFFIX)
    return head if found and head else ticker


def ticker_of(symbol: str) -> str:
    return symbol + _SUFFIX


class MarketTable:
    """Every listed market, kept for good; only the wanted ones state facts beyond `Instrument`."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self.wanted = wanted
        """Symbols; empty means all."""
        self._listings: dict[str, Listing] = {}
        self._is_whole = False

    def __len__(self) -> int:
        return len(self._listings)

    def trades(self, ticker: str) -> bool:
        """Whether the market is listed and not settled for good."""
        listing = self._listings.get(ticker)
        return listing is not None and not listing.is_delisted

    def terms(self, ticker: str) -> tuple[float | None, float | None, float | None]:
        """Oracle price, effective initial and maintenance fraction, as far as they are known."""
        listing = self._listings.get(ticker)
        return (None, None, None) if listing is None else listing.terms()

    def listed(self, rows: Mapping[str, Raw], at_ns: int) -> Iterator[Fact]:
        """The whole list: what is no longer in it is no longer traded."""
        self._is_whole = True
        yield from self.rows(rows, at_ns)
        for ticker, listing in self._listings.items():
            if ticker not in rows:
                listing.row.status = _SETTLED
                yield from listing.instrument(at_ns)

    def rows(self, rows: Mapping[str, Raw], at_ns: int) -> Iterator[Fact]:
        """Whole or partial rows. One that is nonsense is rejected alone."""
        for ticker, raw in rows.items():
            part = decoding.decode(ROW, bytes(raw))
            if isinstance(part, str):
                yield decoding.reject(NAME, at_ns, f"market {ticker}: {part}", bytes(raw))
                continue
            listing = self._listings.get(ticker)
            if listing is None:
                listing = self._listings[ticker] = Listing(ticker)
            listing.merge(part)
            yield from listing.instrument(at_ns)
            if self._is_wanted(listing):
                yield from listing.facts(part, at_ns)

    def oracles(self, rows: Mapping[str, OracleRow], at_ns: int) -> Iterator[Fact]:
        """New oracle prices. Once the list is known, assets without a market are passed over."""
        for ticker, row in rows.items():
            listing = self._listings.get(ticker)
            if listing is None:
                if self._is_whole:
                    continue
                listing = Listing(ticker)
            oracle = numbers.positive(row.oracle_price) or numbers.positive(row.price)
            if oracle is None or listing.is_delisted:
                continue
            listing.row.oracle_price = oracle
            if self._is_wanted(listing):
                venue_ns = None if row.effective_at is None else ns_of(row.effective_at)
                yield listing.prices(oracle, at_ns, venue_ns)

    def released(self, at_ns: int) -> Iterator[Funding]:
        """Withheld rates that are now sure to belong to the running hour."""
        for listing in self._listings.values():
            if listing.holds_rate and self._is_wanted(listing):
                yield from listing.released(at_ns)

    def _is_wanted(self, listing: "Listing") -> bool:
        return not self.wanted or listing.symbol in self.wanted


class Listing:
    """One market: its merged row, and what has been said about it."""

    __slots__ = ("_rate", "_rate_since_ns", "_said", "holds_rate", "row", "symbol", "ticker")

    def __init__(self, ticker: str) -> None:
        self.ticker = ticker
        self.symbol = symbol_of(ticker)
        self.row = MarketRow()
        self.holds_rate = False
        """Whether the live rate is withheld until it is sure to belong to the running hour."""
        self._rate: float | None = None
        self._rate_since_ns = 0
        self._said: tuple[object, ...] | None = None

    @property
    def is_delisted(self) -> bool:
        return self.row.status == _SETTLED

    def merge(self, part: MarketRow) -> None:
        """Take over the fields that a whole or partial row names."""
        for name in MarketRow.__struct_fields__:
            value = getattr(part, name)
            if value is not UNSET:
                setattr(self.row, name, value)

    def instrument(self, at_ns: int) -> Iterator[Instrument]:
        """What is traded, if that is known and has not been said already."""
        row = self.row
        if row.status is UNSET:
            return
        terms = (
            number(row.tick_size), number(row.step_size), self._max_leverage(),
            number(row.maintenance_margin_fraction), _STATUS.get(row.status, "paused"),
        )  # fmt: skip
        if terms == self._said:
            return
        self._said = terms
        tick, lot, max_leverage, mmf, status = terms
        yield Instrument(
            venue=NAME, recv_ns=at_ns, symbol=self.symbol, native=self.ticker,
            base=self.symbol.partition(",")[0], quote="USD", tick=tick, lot=lot, min_size=lot,
            funding_interval_s=HOUR_S, max_leverage=max_leverage, mmf=mmf, status=status,
            taker_fee=FACTS.taker_fee, maker_fee=FACTS.maker_fee,
        )  # fmt: skip

    def terms(self) -> tuple[float | None, float | None, float | None]:
        """What a position is margined by: oracle, initial and maintenance fraction."""
        row, max_leverage = self.row, self._max_leverage()
        imf = None if max_leverage is None else 1 / max_leverage
        return number(row.oracle_price), imf, number(row.maintenance_margin_fraction)

    def facts(self, part: MarketRow, at_ns: int) -> Iterator[Fact]:
        """Prices, funding and open interest, as far as `part` (already merged) names them."""
        if self.is_delisted:
            return
        oracle = number(part.oracle_price)
        if oracle is not None:
            yield self.prices(oracle, at_ns)
        if part.next_funding_rate is not UNSET and self.row.status not in _WITHOUT_FUNDING:
            rate = numbers.finite(part.next_funding_rate)
            if rate is not None and self._is_of_this_hour(rate, at_ns):
                yield self._funding(rate, at_ns)
        if part.open_interest is not UNSET:
            base = numbers.finite(part.open_interest)
            if base is not None and base >= 0:
                yield OpenInterest(venue=NAME, recv_ns=at_ns, symbol=self.symbol, base=base)

    def prices(self, oracle: float, at_ns: int, venue_ns: int | None = None) -> Prices:
        """Positions are margined at the oracle: it is the mark and the index."""
        return Prices(
            venue=NAME, recv_ns=at_ns, venue_ns=venue_ns, symbol=self.symbol,
            mark=oracle, index=oracle,
        )  # fmt: skip

    def released(self, at_ns: int) -> Iterator[Funding]:
        """The withheld rate once it must be the running hour's: the venue sends only changes."""
        if at_ns - hour_floor_ns(at_ns) < STALE_AFTER_HOUR_NS:
            return
        self.holds_rate = False
        if self._rate is not None and self.row.status not in _WITHOUT_FUNDING:
            yield self._funding(self._rate, at_ns)

    def _is_of_this_hour(self, rate: float, at_ns: int) -> bool:
        hour_ns = hour_floor_ns(at_ns)
        if rate != self._rate:
            self._rate, self._rate_since_ns = rate, at_ns
        early = at_ns - hour_ns < STALE_AFTER_HOUR_NS
        self.holds_rate = early and self._rate_since_ns < hour_ns
        return not self.holds_rate

    def _funding(self, rate: float, at_ns: int) -> Funding:
        return Funding(
            venue=NAME, recv_ns=at_ns, symbol=self.symbol, kind="live", rate=rate,
            interval_s=HOUR_S, next_ns=next_boundary_ns(at_ns, HOUR_S),
        )  # fmt: skip

    def _max_leverage(self) -> float | None:
        """1 / effective initial margin fraction, which open interest above a lower cap raises."""
        row = self.row
        imf = number(row.initial_margin_fraction)
        upper = number(row.open_interest_upper_cap)
        if imf is None or upper is None:
            return None if imf is None else 1 / imf
        lower = 0.0 if row.open_interest_lower_cap is UNSET else row.open_interest_lower_cap or 0.0
        base, oracle = row.open_interest, number(row.oracle_price)
        if base is UNSET or base is None or oracle is None:
            return None
        if upper <= lower:
            return 1 / imf
        scale = (base * oracle - lower) / (upper - lower)
        return 1 / min(imf + max(scale * (1 - imf), 0.0), 1.0)


def number(value: object) -> float | None:
    """A positive float, or None for null, zero, nonsense, and what the row does not name."""
    return numbers.positive(value) if isinstance(value, float) else None
