"""GRVT: the facts that a row amounts to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

from cockpit.core.events import Funding, Instrument, OpenInterest, Prices, Reject, Trade, Volume
from cockpit.core.market import Side
from cockpit.core.units import HOUR_S
from cockpit.venues.grvt import messages as wire
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.dedupe import Seen
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.instruments import Market, Unit, unscaled
from cockpit.venues.kit.numbers import amount, finite, positive

VENUE = "grvt"
FACTS = venue_facts("cockpit.venues.grvt")
"""With the fees: the API tells them only to a key."""
THOUSANDS = frozenset({"PEPE", "BONK", "SHIB"})
"""Coins of which the K before the name was measured: KAITO and KAS are names of their own."""
PERPETUAL = "_Perp"
_FIRST_NS, _LAST_NS = 1_000_000_000_000_000_000, 4_102_444_800_000_000_000
_OPEN = (None, "", "UNSPECIFIED", "ACTIVE")
_GONE = ("CLOSED", "DELISTED")

Fact = Prices | OpenInterest | Funding | Volume | Reject


@dataclass(slots=True, eq=False)
class GrvtMarket(Market):
    """One market. `row` is its listing, `status` and `session` what was said of it last, `brackets`
    its margin rules as (notional from which, maintenance, initial), `paid_ns` the stamps of the
    payments that were stated, `book_key` the chain that makes its book."""

    row: wire.InstrumentRow | None = None
    status: str | None = None
    session: str | None = None
    brackets: tuple[tuple[float, float, float], ...] = ()
    max_leverage: float | None = None
    next_ns: int | None = None
    book_key: str = ""
    paid_ns: set[int] = field(default_factory=set)
    fills: Seen = field(default_factory=Seen)

    @property
    def is_halted(self) -> bool:
        """Whether nothing is published: a market that is paused may still have book and rate."""
        return self.instrument is not None and self.instrument.status == "delisted"

    @property
    def interval_s(self) -> int | None:
        return None if self.row is None else interval_s(self.row.funding_interval_hours)

    # --- figures ------------------------------------------------------------------------------

    def figures(self, row: wire.Ticker, at_ns: int) -> Iterator[Fact]:
        """Prices, open interest, the running rate and the volume of a ticker."""
        venue_ns = stamp_ns(row.event_time)
        mark, index = self._price(row.mark_price), self._price(row.index_price)
        last = self._price(row.last_price)
        if mark is not None or index is not None or last is not None:
            yield Prices(
                venue=VENUE, symbol=self.symbol, recv_ns=at_ns, venue_ns=venue_ns, mark=mark,
                index=index, last=last,
            )  # fmt: skip
        if row.open_interest not in (None, ""):
            interest = amount(row.open_interest)
            if interest is None:
                yield self._odd("open interest", row.open_interest, at_ns)
            else:
                yield OpenInterest(
                    venue=VENUE, symbol=self.symbol, recv_ns=at_ns, venue_ns=venue_ns,
                    base=interest * self.unit.contract,
                )  # fmt: skip
        if row.funding_rate not in (None, ""):
            yield from self._live(row, venue_ns, at_ns)
        base = _both(row.buy_volume_24h_b, row.sell_volume_24h_b)
        usd = _both(row.buy_volume_24h_q, row.sell_volume_24h_q)
        if base is not None or usd is not None:
            yield Volume(
                venue=VENUE, symbol=self.symbol, recv_ns=at_ns, venue_ns=venue_ns, usd_24h=usd,
                base_24h=None if base is None else base * self.unit.contract,
            )  # fmt: skip

    def _live(self, row: wire.Ticker, venue_ns: int | None, at_ns: int) -> Iterator[Fact]:
        """The running estimate; nothing as long as its interval is not known."""
        rate = fraction(row.funding_rate)
        if rate is None:
            yield self._odd("funding rate", row.funding_rate, at_ns)
            return
        self.next_ns = stamp_ns(row.next_funding_time) or self.next_ns
        every_s = interval_s(row.funding_interval_hours) or self.interval_s
        if every_s is None:
            return
        is_ahead = self.next_ns is not None and self.next_ns > (venue_ns or at_ns)
        yield Funding(
            venue=VENUE, symbol=self.symbol, recv_ns=at_ns, venue_ns=venue_ns, kind="live",
            rate=rate, interval_s=every_s, next_ns=self.next_ns if is_ahead else None,
        )  # fmt: skip

    def trade(self, fill: wire.Fill, at_ns: int) -> Trade:
        return Trade(
            venue=VENUE,
            symbol=self.symbol,
            recv_ns=at_ns,
            venue_ns=stamp_ns(fill.event_time),
            price=self.unit.to_price(fill.price),
            size=self.unit.to_size(fill.size, fill.price),
            side=Side.BUY if fill.is_taker_buyer else Side.SELL,
        )

    def payments(self, rows: Iterable[wire.FundingRow], at_ns: int) -> Iterator[Funding | Reject]:
        """The payments not stated before, the oldest first.

        Rows of interval 0 are minutes of the accrual before October 2025: no payments.
        """
        for row in sorted(rows, key=lambda row: row.funding_time):
            rate, hours = fraction(row.funding_rate), row.funding_interval_hours
            every_s = self.interval_s if hours in (None, "") else interval_s(hours)
            if rate is None:
                yield self._odd("settled funding rate", row.funding_rate, at_ns)
            elif every_s is not None and row.funding_time not in self.paid_ns:
                self.paid_ns.add(row.funding_time)
                yield Funding(
                    venue=VENUE, symbol=self.symbol, recv_ns=at_ns, venue_ns=row.funding_time,
                    kind="settled", rate=rate, interval_s=every_s,
                )  # fmt: skip

    def adopt_brackets(self, rows: Iterable[wire.Bracket]) -> str | None:
        """Take over the margin rules; a sentence if they make no sense, and then none are known."""
        self.brackets, self.max_leverage = (), None
        known: list[tuple[float, float, float]] = []
        leverage: float | None = None
        for row in rows:
            over = amount(row.notional_floor)
            mmf, imf = positive(row.maintenance_margin_rate), positive(row.initial_margin_rate)
            is_first = not known
            is_next = over is not None and (over == 0.0 if is_first else over > known[-1][0])
            if over is None or mmf is None or imf is None or not is_next or not mmf <= imf < 1.0:
                return f"margin rules of {self.native} make no sense"
            leverage = positive(row.max_leverage) if is_first else leverage
            known.append((over, mmf, imf))
        self.brackets, self.max_leverage = tuple(known), leverage
        return None

    def _price(self, value: wire.Number) -> float | None:
        price = positive(value)
        return None if price is None else self.unit.to_price(price)

    def _odd(self, what: str, value: wire.Number, at_ns: int) -> Reject:
        return reject(VENUE, at_ns, f"{what} of {self.native} makes no sense", str(value))


# --- single figures ---------------------------------------------------------------------------


def fraction(percent: wire.Number) -> float | None:
    """A rate, which GRVT states in per cent; None where it cannot be one."""
    rate = finite(percent)
    return None if rate is None or abs(rate) >= 100.0 else rate / 100.0


def interval_s(hours: wire.Number) -> int | None:
    """A funding interval; None where it is not known, which 0 says as well."""
    number = positive(hours)
    return None if number is None or number > 24 else round(number * HOUR_S)


def stamp_ns(value: wire.Number) -> int | None:
    """A time, read as a whole number; None where it is none, or in another unit."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdecimal() and len(value) == 19 else None
    is_time = isinstance(value, int) and _FIRST_NS <= value < _LAST_NS
    return int(value) if is_time and value is not None else None


def _both(one: wire.Number, other: wire.Number) -> float | None:
    first, second = amount(one), amount(other)
    return None if first is None or second is None else first + second


# --- names ------------------------------------------------------------------------------------


def coin_of(base: str) -> tuple[str, float]:
    """The coin and how many of it are priced: `KPEPE` is 1000 PEPE."""
    coin, scale = unscaled(base, {"K": 1000.0})
    return (coin, scale) if coin in THOUSANDS else (base, 1.0)


def is_named_well(row: wire.InstrumentRow) -> bool:
    """Whether base, quote and the name of a market agree."""
    names = (row.base, row.quote)
    expected = f"{row.base}_{row.quote}{PERPETUAL}"
    return all(names) and "".join(names).isprintable() and row.instrument == expected


def guessed(native: str) -> GrvtMarket | None:
    """A market by its name alone, before the listing is known; None where it is no perpetual's."""
    base, _, rest = native.partition("_")
    if not base or not native.isprintable() or not rest.endswith(PERPETUAL):
        return None
    coin, scale = coin_of(base)
    return GrvtMarket(native, coin, Unit(price=scale))


def instrument(market: GrvtMarket, row: wire.InstrumentRow, at_ns: int) -> Instrument:
    """The market as now listed, in coins."""
    contract = market.unit.contract
    tick, lot = positive(row.tick_size), positive(row.min_size)
    tiers = market.brackets
    return Instrument(
        venue=VENUE,
        recv_ns=at_ns,
        symbol=market.symbol,
        native=market.native,
        base=coin_of(row.base)[0],
        quote=row.quote,
        tick=None if tick is None else tick / contract,
        lot=None if lot is None else lot * contract,
        min_size=None if lot is None else lot * contract,
        min_notional_usd=positive(row.min_notional),
        contract=contract,
        funding_interval_s=interval_s(row.funding_interval_hours),
        max_leverage=market.max_leverage,
        mmf=tiers[0][1] if tiers else None,
        margin_tiers=tuple((over, mmf) for over, mmf, _ in tiers) if len(tiers) > 1 else (),
        initial_tiers=tuple((over, imf) for over, _, imf in tiers),
        status=_status(market, row),
        taker_fee=FACTS.taker_fee,
        maker_fee=FACTS.maker_fee,
    )


def _status(market: GrvtMarket, row: wire.InstrumentRow) -> Literal["active", "paused", "delisted"]:
    """A delisted row has no room between cap and floor; a share outside its hours is paused."""
    cap, floor = finite(row.adjusted_funding_rate_cap), finite(row.adjusted_funding_rate_floor)
    if market.status in _GONE or (cap == 0.0 and floor in (0.0, None)):
        return "delisted"
    return "active" if market.status in _OPEN and market.session != "CLOSE" else "paused"
