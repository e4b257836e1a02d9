"""Paradex: the facts that a row amounts to."""

from dataclasses import dataclass, field
from typing import Literal

from cockpit.core.events import Instrument, Trade
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.fields import told_interval_s
from cockpit.venues.kit.figures import Figures, fraction
from cockpit.venues.kit.instruments import Market
from cockpit.venues.kit.numbers import Odd
from cockpit.venues.kit.price_levels import PriceLevels
from cockpit.venues.kit.statements import trade
from cockpit.venues.paradex import messages as wire
from cockpit.venues.paradex.funding_index import FundingIndex

VENUE = "paradex"
FACTS = venue_facts("cockpit.venues.paradex")
"""Its fees stand in only where the listing states none."""
FLOW = frozenset({"FILL", "RPI", "LIQUIDATION"})
"""Trades of the market; all other kinds are bookkeeping."""

_MOST_FEE = 0.01
"""No market charges, or gives back, more of the notional."""

Status = Literal["active", "paused"]


@dataclass(slots=True, eq=False)
class ParadexMarket(Market):
    """One market. `period_s` and `premium` are what the funding stream said last; `is_streamed` and
    `has_all_digits` tell of the summaries of this link, `is_shallow` that it refused all levels."""

    period_s: int | None = None
    premium: float | None = None
    is_streamed: bool = False
    has_all_digits: bool = False
    is_shallow: bool = False
    levels: PriceLevels = field(default_factory=PriceLevels)
    index: FundingIndex = field(default_factory=FundingIndex)

    speaks_while_paused = True

    @property
    def has_book(self) -> bool:
        """While it is paused only its figures are followed."""
        return self.instrument is not None and self.instrument.status == "active"

    @property
    def book(self) -> str:
        """The channel of all its levels; of fifteen a side where that one was refused."""
        feed = "snapshot@15@100ms" if self.is_shallow else "deltas"
        return f"order_book.{self.native}.{feed}"

    @property
    def interval_s(self) -> int | None:
        """The period that a rate is for: the stream's word, else the listing's, else unknown."""
        if self.period_s is not None or self.instrument is None:
            return self.period_s
        return self.instrument.funding_interval_s

    def forget_link(self) -> None:
        self.period_s = self.premium = None
        self.is_streamed = self.has_all_digits = self.is_shallow = False

    def summary(self, row: wire.Summary, venue_ns: int | None, at_ns: int) -> Figures:
        """What a summary says. Its volume is told in dollars alone."""
        said = Figures(VENUE, self, at_ns, venue_ns)
        said.prices(row.mark_price, row.underlying_price, row.last_traded_price)
        said.interest(row.open_interest)
        said.volume(row.volume_24h)
        said.live(row.funding_rate, self.interval_s, premium=self.premium)
        return said

    def funding(self, row: wire.FundingRow, venue_ns: int, at_ns: int) -> Figures:
        """The running rate, unless the summary tells more of its digits."""
        said = Figures(VENUE, self, at_ns, venue_ns)
        self.period_s = said.interval(row.funding_period_hours)
        self.premium = fraction(row.impact_premium_rate)
        if row.has_all_digits or not self.has_all_digits:
            said.live(row.funding_rate, self.interval_s, premium=self.premium)
        return said

    def trade(self, fill: wire.Fill, venue_ns: int, at_ns: int) -> Trade:
        return trade(
            VENUE, self, (fill.price, fill.size), venue_ns, at_ns, is_buy=fill.side == "BUY",
            is_forced=fill.trade_type == "LIQUIDATION",
        )  # fmt: skip


def instrument(
    market: ParadexMarket, row: wire.MarketRow, status: Status, at_ns: int
) -> Instrument:
    """The market as now listed, in coins. The margin fractions hold for any size."""
    unit, odd = market.unit, market.odd
    margin = row.delta1_cross_margin_params or wire.CrossMargin()
    initial = _fraction(odd.number("imf_base", margin.imf_base, 0.0))
    factor = _fraction(odd.number("mmf_factor", margin.mmf_factor, 0.0))
    fees = (row.fee_config or wire.FeeConfig()).api_fee or wire.FeePair()
    return Instrument(
        venue=VENUE,
        recv_ns=at_ns,
        symbol=market.symbol,
        native=market.native,
        base=wire.coin_and_contract(row.base_currency)[0],
        quote=row.quote_currency,
        tick=unit.tick(odd.number("price_tick_size", row.price_tick_size, 0.0)),
        lot=unit.lot(odd.number("order_size_increment", row.order_size_increment, 0.0)),
        min_notional_usd=odd.price("min_notional", row.min_notional),
        contract=unit.contract,
        funding_interval_s=told_interval_s(odd, "funding_period_hours", row.funding_period_hours),
        max_leverage=None if initial is None else 1.0 / initial,
        mmf=None if initial is None or factor is None else initial * factor,
        taker_fee=_fee(odd, "taker fee", fees.taker_fee),
        maker_fee=_fee(odd, "maker fee", fees.maker_fee),
        status=status,
    )


def _fee(odd: Odd, what: str, stated: wire.Fee | None) -> float | None:
    return None if stated is None else odd.number(what, stated.fee, -_MOST_FEE, _MOST_FEE)


def _fraction(number: float | None) -> float | None:
    return number if number is not None and 1e-3 <= number < 1.0 else None
