"""GRVT: the facts that a row amounts to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from cockpit.core.events import Instrument, Trade
from cockpit.venues.grvt import messages as wire
from cockpit.venues.kit.dedupe import Seen
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.fields import Number, moment_ns, told_interval_s
from cockpit.venues.kit.figures import Figures
from cockpit.venues.kit.history import Paid
from cockpit.venues.kit.instruments import Market, Unit, unscaled
from cockpit.venues.kit.numbers import Odd, amount, finite, is_nothing, positive
from cockpit.venues.kit.statements import trade

VENUE = "grvt"
FACTS = venue_facts("cockpit.venues.grvt")
"""With the fees: the API tells them only to a key."""
THOUSANDS = frozenset({"PEPE", "BONK", "SHIB"})
"""Coins of which the K before the name was measured: KAITO and KAS are names of their own."""
PERPETUAL = "_Perp"
PER_CENT = 100.0
"""GRVT states rates in per cent."""
NS = 1
"""The unit of its times."""
_OPEN = (None, "", "UNSPECIFIED", "ACTIVE")
_GONE = ("CLOSED", "DELISTED")


@dataclass(slots=True, eq=False)
class GrvtMarket(Market):
    """One market. `row` is its listing, `status` and `session` what was said of it last, `brackets`
    its margin rules as (notional from which, maintenance, initial), `book_key` the chain that makes
    its book."""

    row: wire.InstrumentRow | None = None
    status: str | None = None
    session: str | None = None
    brackets: tuple[tuple[float, float, float], ...] = ()
    max_leverage: float | None = None
    next_ns: int | None = None
    book_key: str = ""
    fills: Seen = field(default_factory=Seen)
    speaks_while_paused = True

    # --- figures ------------------------------------------------------------------------------

    def figures(self, row: wire.Ticker, at_ns: int) -> Figures:
        """Prices, open interest, the running rate and the volume of a ticker."""
        venue_ns = moment_ns(row.event_time, NS)
        said = Figures(VENUE, self, at_ns, venue_ns)
        said.prices(row.mark_price, row.index_price, row.last_price)
        said.interest(row.open_interest)
        if not is_nothing(row.next_funding_time):
            self.next_ns = said.moment(row.next_funding_time, NS)
        is_ahead = self.next_ns is not None and self.next_ns > (venue_ns or at_ns)
        every_s = said.interval(row.funding_interval_hours)
        if is_nothing(row.funding_interval_hours):
            every_s = self.interval_s
        said.live(row.funding_rate, every_s, self.next_ns if is_ahead else None, per=PER_CENT)
        said.volume(
            _both(row.buy_volume_24h_q, row.sell_volume_24h_q),
            _both(row.buy_volume_24h_b, row.sell_volume_24h_b),
        )
        return said

    def trade(self, fill: wire.Fill, at_ns: int) -> Trade:
        level, venue_ns = (fill.price, fill.size), moment_ns(fill.event_time, NS)
        return trade(VENUE, self, level, venue_ns, at_ns, is_buy=fill.is_taker_buyer)

    def adopt_brackets(self, rows: Sequence[wire.Bracket]) -> str | None:
        """Take over the margin rules; a sentence if they, or the leverage, make no sense."""
        self.brackets, self.max_leverage = (), None
        known: list[tuple[float, float, float]] = []
        for row in rows:
            over = amount(row.notional_floor)
            mmf, imf = positive(row.maintenance_margin_rate), positive(row.initial_margin_rate)
            is_next = over is not None and (over > known[-1][0] if known else over == 0.0)
            if over is None or mmf is None or imf is None or not is_next or not mmf <= imf < 1.0:
                known.clear()
                break
            known.append((over, mmf, imf))
        if not known:
            return f"margin rules of {self.native} make no sense"
        self.brackets, odd = tuple(known), Odd()
        self.max_leverage = odd.price("max_leverage", rows[0].max_leverage)
        return f"{odd[0]} in the margin rules of {self.native}" if odd else None


def paid(row: wire.FundingRow) -> Paid:
    """Rows of interval 0 are minutes of the accrual before October 2025: no payments."""
    odd, hours = Odd(), row.funding_interval_hours
    every_s = told_interval_s(odd, f"interval of {row.instrument}", hours)
    return Paid(
        native=row.instrument, stamp_ns=row.funding_time, rate=row.funding_rate, per=PER_CENT,
        interval_s=every_s, is_no_payment=finite(hours) == 0.0, odd="".join(odd),
    )  # fmt: skip


def _both(one: Number, other: Number) -> Number:
    """The sum of two amounts; where one of them is none, that one, which may be nonsense."""
    first, second = amount(one), amount(other)
    if first is None or second is None:
        return one if first is None else other
    return first + second


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
    unit, tiers, odd = market.unit, market.brackets, market.odd
    least = unit.lot(odd.number("min_size", row.min_size, 0.0))
    return Instrument(
        venue=VENUE,
        recv_ns=at_ns,
        symbol=market.symbol,
        native=market.native,
        base=coin_of(row.base)[0],
        quote=row.quote,
        tick=unit.tick(odd.number("tick_size", row.tick_size, 0.0)),
        lot=least,
        min_size=least,
        min_notional_usd=odd.price("min_notional", row.min_notional),
        contract=unit.contract,
        funding_interval_s=told_interval_s(odd, "interval", row.funding_interval_hours),
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
