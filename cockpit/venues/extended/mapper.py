"""Extended: the facts that a row amounts to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from cockpit.core.events import (
    Funding,
    Instrument,
    OpenInterest,
    Prices,
    Reject,
    Trade,
    Volume,
)
from cockpit.core.market import Side
from cockpit.core.units import HOUR_S, NS_PER_MS, NS_PER_S, hour_floor_ns
from cockpit.venues.extended import messages as wire
from cockpit.venues.extended.ladder import Ladder, decimals_of
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.dedupe import Seen
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.instruments import Market, Unit, unscaled
from cockpit.venues.kit.numbers import amount, finite, positive
from cockpit.venues.kit.settled import SettledRates

VENUE = "extended"
FACTS = venue_facts("cockpit.venues.extended")
"""With the fees: the API tells them only to a key."""
STREAM_NS = 15 * NS_PER_S
"""A price that was streamed this recently is newer than any that is polled."""
PAID_WITHIN_NS = 10 * NS_PER_S
"""A streamed rate is a payment if it is stamped this soon after an hour."""
_PUBLISHING = ("ACTIVE", "REDUCE_ONLY")

Fact = Prices | OpenInterest | Funding | Volume | Reject


@dataclass(slots=True, eq=False)
class ExtendedMarket(Market):
    """One market. `streamed_ns` is when mark and index were last streamed."""

    status: str = "ACTIVE"
    is_off_hours: bool = False
    book: Ladder = field(default_factory=Ladder)
    streamed_ns: dict[str, int] = field(default_factory=dict)
    fills: Seen = field(default_factory=Seen)
    settled: SettledRates = field(default_factory=SettledRates)

    @property
    def is_halted(self) -> bool:
        """Whether nothing is published: a market that is paused may still have book and rate."""
        is_gone = self.instrument is not None and self.instrument.status == "delisted"
        return is_gone or self.status not in _PUBLISHING

    def has_other_state(self, row: wire.MarketRow) -> bool:
        """Whether a row says that the market trades otherwise than we know."""
        return (row.status, bool(row.isOffHours)) != (self.status, self.is_off_hours)

    # --- figures ------------------------------------------------------------------------------

    def stats(self, row: wire.Stats, at_ns: int) -> Iterator[Fact]:
        """Prices, open interest, the running rate and the volume of a row of all markets."""
        mark = self._polled("mark", row.markPrice, at_ns)
        index = self._polled("index", row.indexPrice, at_ns)
        last = self._price(row.lastPrice)
        if mark is not None or index is not None or last is not None:
            yield Prices(
                venue=VENUE, symbol=self.symbol, recv_ns=at_ns, mark=mark, index=index, last=last
            )
        interest = finite(row.openInterestBase)
        if interest is not None and interest >= 0.0:
            base = interest * self.unit.contract
            yield OpenInterest(venue=VENUE, symbol=self.symbol, recv_ns=at_ns, base=base)
        elif row.openInterestBase is not None:
            yield self._odd("open interest", row.openInterestBase, at_ns)
        yield from self._live(row, at_ns)
        usd, base_24h = amount(row.dailyVolume), amount(row.dailyVolumeBase)
        if usd is not None or base_24h is not None:
            yield Volume(
                venue=VENUE, symbol=self.symbol, recv_ns=at_ns, usd_24h=usd,
                base_24h=None if base_24h is None else base_24h * self.unit.contract,
            )  # fmt: skip

    def _live(self, row: wire.Stats, at_ns: int) -> Iterator[Fact]:
        if row.fundingRate is None:
            return
        rate, next_ms = finite(row.fundingRate), finite(row.nextFundingRate) or 0.0
        if rate is None or abs(rate) >= 1.0:
            yield self._odd("funding rate", row.fundingRate, at_ns)
            return
        yield Funding(
            venue=VENUE, symbol=self.symbol, recv_ns=at_ns, kind="live", rate=rate,
            interval_s=HOUR_S,
            next_ns=int(next_ms) * NS_PER_MS if 1e12 <= next_ms < 4.1e12 else None,
        )  # fmt: skip

    def streamed(self, kind: str, price: float, venue_ns: int | None, at_ns: int) -> Prices:
        """A price of a stream of `mark` or `index`."""
        self.streamed_ns[kind] = at_ns
        price = self.unit.to_price(price)
        mark, index = (price, None) if kind == "mark" else (None, price)
        return Prices(
            venue=VENUE, symbol=self.symbol, recv_ns=at_ns, venue_ns=venue_ns, mark=mark,
            index=index,
        )  # fmt: skip

    def trade(self, fill: wire.Fill, at_ns: int) -> Trade:
        return Trade(
            venue=VENUE,
            symbol=self.symbol,
            recv_ns=at_ns,
            venue_ns=fill.T * NS_PER_MS,
            price=self.unit.to_price(fill.p),
            size=self.unit.to_size(fill.q, fill.p),
            side=Side.BUY if fill.S == "BUY" else Side.SELL,
            liquidation=fill.tT == "LIQUIDATION",
        )

    def payments(self, rows: Iterable[wire.FundingRow], at_ns: int) -> Sequence[Funding | Reject]:
        """The payments not stated before, at the hour at which they were paid."""
        rates: dict[int, float] = {}
        odd: list[Funding | Reject] = []
        for row in rows:
            rate = finite(row.f)
            if rate is None or abs(rate) >= 1.0:
                odd.append(self._odd("settled funding rate", row.f, at_ns))
            else:
                rates[hour_floor_ns(row.T * NS_PER_MS)] = rate
        return [*self.settled.news(VENUE, self.symbol, rates, HOUR_S, at_ns), *odd]

    def _polled(self, kind: str, value: wire.Number, at_ns: int) -> float | None:
        streamed_ns = self.streamed_ns.get(kind)
        if streamed_ns is not None and at_ns - streamed_ns < STREAM_NS:
            return None
        return self._price(value)

    def _price(self, value: wire.Number) -> float | None:
        price = positive(value)
        return None if price is None else self.unit.to_price(price)

    def _odd(self, what: str, value: wire.Number, at_ns: int) -> Reject:
        return reject(VENUE, at_ns, f"{what} of {self.native} makes no sense", str(value))


# --- names ------------------------------------------------------------------------------------


def coin_of(row: wire.MarketRow) -> tuple[str, float] | None:
    """The coin and how many of it are priced; None where a name is none, or two of them disagree.

    `NVDA_24_5` is NVDA traded 24 hours on 5 days, `1000PEPE` is shown as `kPEPE`.
    """
    coin, scale = unscaled(row.assetName.removesuffix("_24_5"))
    names = (row.name, coin, row.collateralAssetName)
    shown = row.uiName.partition("-")[0]
    is_other = shown != "" and unscaled(shown, {"k": 1000.0})[1] != scale
    return (coin, scale) if all(names) and "".join(names).isprintable() and not is_other else None


def guessed(native: str) -> ExtendedMarket | None:
    """A market by its name alone, before the listing is known; None where it is no perpetual's."""
    asset = native.removesuffix("-USD")
    if asset == native or not asset or not native.isprintable() or asset.endswith("SPOT"):
        return None
    coin, scale = unscaled(asset.removesuffix("_24_5"))
    return ExtendedMarket(native, coin, Unit(price=scale))


def instrument(market: ExtendedMarket, coin: str, row: wire.MarketRow, at_ns: int) -> Instrument:
    """The market as now listed, in coins. Maintenance fractions are not known: see `claims`."""
    rules, contract = row.tradingConfig, market.unit.contract
    tick, lot = positive(rules.minPriceChange), positive(rules.minOrderSizeChange)
    least, leverage = positive(rules.minOrderSize), positive(rules.maxLeverage)
    return Instrument(
        venue=VENUE,
        recv_ns=at_ns,
        symbol=market.symbol,
        native=market.native,
        base=coin,
        quote="USDC" if row.collateralAssetName == "USD" else row.collateralAssetName,
        tick=None if tick is None else tick / contract,
        lot=None if lot is None else lot * contract,
        min_size=None if least is None else least * contract,
        contract=contract,
        funding_interval_s=HOUR_S,
        max_leverage=leverage,
        status="active" if row.status == "ACTIVE" and not row.isOffHours else "paused",
        taker_fee=FACTS.taker_fee,
        maker_fee=FACTS.maker_fee,
    )


def adopt_row(market: ExtendedMarket, row: wire.MarketRow) -> None:
    """What the market must remember of its row."""
    market.status, market.is_off_hours = row.status, bool(row.isOffHours)
    market.book.decimals = decimals_of(row.tradingConfig.minOrderSizeChange)
