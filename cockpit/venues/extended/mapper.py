"""Extended: the facts that a row amounts to."""

from dataclasses import dataclass, field
from decimal import Decimal

from cockpit.core.events import Instrument, Prices, Trade
from cockpit.core.units import HOUR_S, NS_PER_MS, NS_PER_S, hour_floor_ns
from cockpit.venues.extended import messages as wire
from cockpit.venues.kit.dedupe import Seen
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.fields import Number
from cockpit.venues.kit.figures import Figures
from cockpit.venues.kit.history import Paid
from cockpit.venues.kit.instruments import Market, Unit, unscaled
from cockpit.venues.kit.price_levels import PriceLevels
from cockpit.venues.kit.statements import trade

VENUE = "extended"
FACTS = venue_facts("cockpit.venues.extended")
"""With the fees: the API tells them only to a key."""
STREAM_NS = 15 * NS_PER_S
"""A price that was streamed this recently is newer than any that is polled."""
PAID_WITHIN_NS = 10 * NS_PER_S
"""A streamed rate is a payment if it is stamped this soon after an hour."""
MOST_DECIMALS = 9
"""Of a size, where the lot is not known: sums of floats leave no ghosts of 1e-17 behind."""
_PUBLISHING = ("ACTIVE", "REDUCE_ONLY")


@dataclass(slots=True, eq=False)
class ExtendedMarket(Market):
    """One market; `status` and `is_off_hours` are the listing's word, `decimals` those of the lot,
    to which sums of sizes are rounded."""

    status: str = "ACTIVE"
    is_off_hours: bool = False
    levels: PriceLevels = field(default_factory=PriceLevels)
    decimals: int = MOST_DECIMALS
    fills: Seen = field(default_factory=Seen)

    @property
    def is_halted(self) -> bool:
        """Whether nothing is published: a market that is paused may still have book and rate."""
        return self.is_gone or self.status not in _PUBLISHING

    def has_other_state(self, row: wire.MarketRow) -> bool:
        """Whether a row says that the market trades otherwise than we know."""
        return (row.status, bool(row.isOffHours)) != (self.status, self.is_off_hours)

    # --- figures ------------------------------------------------------------------------------

    def stats(self, row: wire.Stats, at_ns: int) -> Figures:
        """Prices, open interest, the running rate and the volume of a row of all markets."""
        said = Figures(VENUE, self, at_ns)
        mark = self._polled("MP", row.markPrice, at_ns)
        said.prices(mark, self._polled("IP", row.indexPrice, at_ns), row.lastPrice)
        said.interest(row.openInterestBase)
        said.live(row.fundingRate, HOUR_S, said.moment(row.nextFundingRate))
        said.volume(row.dailyVolume, row.dailyVolumeBase)
        return said

    def streamed(self, kind: str, price: float, venue_ns: int | None, at_ns: int) -> Prices:
        """A price of a stream: `MP` is the mark, `IP` the index."""
        self.told_ns[kind] = at_ns
        price = self.unit.to_price(price)
        mark, index = (price, None) if kind == "MP" else (None, price)
        return Prices(
            venue=VENUE, symbol=self.symbol, recv_ns=at_ns, venue_ns=venue_ns, mark=mark,
            index=index,
        )  # fmt: skip

    def trade(self, fill: wire.Fill, at_ns: int) -> Trade:
        return trade(
            VENUE, self, (fill.p, fill.q), fill.T * NS_PER_MS, at_ns, is_buy=fill.S == "BUY",
            is_forced=fill.tT == "LIQUIDATION",
        )  # fmt: skip

    def _polled(self, kind: str, value: Number, at_ns: int) -> Number:
        """A polled price, where no stream told a newer one."""
        return None if self.is_told(kind, at_ns, STREAM_NS) else value


def paid(row: wire.FundingRow) -> Paid:
    """A payment, at the hour at which it was paid: each covers one, whatever is missing before."""
    stamp_ns = row.T * NS_PER_MS
    paid_ns = hour_floor_ns(stamp_ns)
    return Paid(native=row.m, stamp_ns=stamp_ns, paid_ns=paid_ns, rate=row.f, interval_s=HOUR_S)


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
    """The market as now listed, in coins. Maintenance fractions are not known: see the claims."""
    rules, unit, odd = row.tradingConfig, market.unit, market.odd
    return Instrument(
        venue=VENUE,
        recv_ns=at_ns,
        symbol=market.symbol,
        native=market.native,
        base=coin,
        quote="USDC" if row.collateralAssetName == "USD" else row.collateralAssetName,
        tick=unit.tick(odd.number("minPriceChange", rules.minPriceChange, 0.0)),
        lot=unit.lot(odd.number("minOrderSizeChange", rules.minOrderSizeChange, 0.0)),
        min_size=unit.lot(odd.number("minOrderSize", rules.minOrderSize, 0.0)),
        contract=unit.contract,
        funding_interval_s=HOUR_S,
        max_leverage=odd.price("maxLeverage", rules.maxLeverage),
        status="active" if row.status == "ACTIVE" and not row.isOffHours else "paused",
        taker_fee=FACTS.taker_fee,
        maker_fee=FACTS.maker_fee,
    )


def adopt_row(market: ExtendedMarket, row: wire.MarketRow) -> None:
    """What the market must remember of its row."""
    market.status, market.is_off_hours = row.status, bool(row.isOffHours)
    market.decimals = _decimals_of(row.tradingConfig.minOrderSizeChange)


def _decimals_of(step: Number) -> int:
    """Decimals of a lot: "0.001" -> 3, "10" -> 0; the most where it is no number."""
    try:
        exponent = Decimal(str(step)).normalize().as_tuple().exponent
    except ArithmeticError:
        return MOST_DECIMALS
    return min(max(0, -exponent), MOST_DECIMALS) if isinstance(exponent, int) else MOST_DECIMALS
