"""Orderly: the facts that a row amounts to."""

import re
from dataclasses import dataclass
from typing import Literal

from cockpit.core.events import Instrument
from cockpit.core.units import HOUR_S, NS_PER_MS, NS_PER_S, hour_floor_ns
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.fields import Number, moment_ns, ms_to_ns, told_interval_s
from cockpit.venues.kit.figures import Figures
from cockpit.venues.kit.history import Paid
from cockpit.venues.kit.instruments import Market, Unit, unscaled
from cockpit.venues.kit.numbers import finite
from cockpit.venues.orderly import messages as wire

VENUE = "orderly"
FACTS = venue_facts("cockpit.venues.orderly")
"""With the fees: what a trader pays is set by his brand, and told only to a key."""
QUOTE = "USDC"
_PERP = re.compile(r"PERP_([A-Za-z0-9]+)_USDC")
_HOUR_MS = HOUR_S * 1000
_MOST_MS = 24 * _HOUR_MS
_STREAMED_NS = 30 * NS_PER_S
"""Each figure comes by stream every 15 s or more often; what is polled is older than that."""
_MARGIN_EXPONENT, _CHORD = 0.8, 1.5
_MOST_NOTIONAL_USD = 1e9
"""The largest open interest that the venue allows in a market: no position is larger."""
_MOST_SLOPE = 0.9
"""Of margin over notional: with the fee of a forced close it stays below the whole."""


@dataclass(slots=True, eq=False)
class OrderlyMarket(Market):
    """One market. `status` is the listing's word, without the venue's maintenance; `told_ms` the
    next settlement as it was last told."""

    status: Literal["active", "paused"] = "active"
    interval_s: int | None = None
    told_ms: int | None = None
    speaks_while_paused = True

    @property
    def rates(self) -> dict[int, float]:
        """What was settled, by the hour (ns)."""
        settled = self.settled_rates.rates
        return {hour_floor_ns(stamp_ns): rate for stamp_ns, rate in settled.items()}

    @property
    def next_ms(self) -> int | None:
        """The next settlement; None where what was told is none of the listed interval."""
        if self.told_ms is None or self.interval_s is None:
            return None
        return None if self.told_ms % (1000 * self.interval_s) else self.told_ms

    def stamp_ns(self, at_ns: int) -> int | None:
        """The newest settlement until then; None while the interval is not known."""
        if self.interval_s is None:
            return None
        return at_ns - at_ns % (self.interval_s * NS_PER_S)

    def learn_next(self, value: Number, now_ms: int) -> bool:
        """The next settlement, if that is a full hour ahead; whether it is another than before.

        Then there was one in between, or the interval has changed. The stream's field is documented
        as the time of its message: that is none.
        """
        next_ms = finite(value)
        if next_ms is None or next_ms % _HOUR_MS or not 0 < next_ms - now_ms <= _MOST_MS:
            return False
        is_other = self.told_ms is not None and self.told_ms != next_ms
        self.told_ms = int(next_ms)
        return is_other

    def live(self, said: Figures, value: Number, now_ms: int) -> None:
        """The estimate for the next settlement; right after a listing there is none.

        Where the next one is none of the listed interval, that is of before a change: what the
        estimate is per is not known until the listing is read again.
        """
        next_ms, most_ms = self.next_ms, 1000 * (self.interval_s or 0)
        is_ahead = next_ms is not None and 0 < next_ms - now_ms <= most_ms
        is_known = self.told_ms is None or next_ms is not None
        every_s = self.interval_s if is_known else None
        said.live(value, every_s, ms_to_ns(next_ms) if is_ahead else None)

    def figures(
        self, row: wire.FuturesRow, at_ns: int, venue_ns: int | None, *, is_survey: bool
    ) -> Figures:
        """What a polled row says, without the figures that a stream has told lately."""
        said, now_ms = Figures(VENUE, self, at_ns, venue_ns), (venue_ns or at_ns) // NS_PER_MS

        def untold(figure: str, value: Number) -> Number:
            return None if self.is_told(figure, at_ns, _STREAMED_NS) else value

        mark, index = untold("mark", row.mark_price), untold("index", row.index_price)
        said.prices(mark, index, row.close_24h)
        said.interest(untold("interest", row.open_interest))
        said.moment(row.next_funding_time)
        self.learn_next(row.next_funding_time, now_ms)
        self.live(said, untold("rate", row.est_funding_rate), now_ms)
        if is_survey:
            said.volume(row.amount_24h, row.volume_24h)
        return said


def paid(row: wire.PaidRow) -> Paid:
    stamp_ns = row.funding_rate_timestamp * NS_PER_MS
    return Paid(native=row.symbol, stamp_ns=stamp_ns, rate=row.funding_rate)


def newest(row: wire.RatesRow) -> Paid | None:
    """The last payment of a market; one that has never paid has no stamp, or zero."""
    stamp_ns = moment_ns(row.last_funding_rate_timestamp)
    if stamp_ns is None:
        return None
    return Paid(native=row.symbol, stamp_ns=stamp_ns, rate=row.last_funding_rate)


def named(native: str) -> tuple[str, Unit] | None:
    """`PERP_1000PEPE_USDC` -> `PEPE` in thousands; None for a builder's market, or no market.

    A builder's market has a suffix, which belongs to its name: without it two would be one.
    """
    match = _PERP.fullmatch(native)
    if match is None:
        return None
    coin, contract = unscaled(match[1])
    return coin, Unit(price=contract)


def listed(market: OrderlyMarket, row: wire.InfoRow, is_down: bool, at_ns: int) -> Instrument:
    """The market as now listed, in coins; all are paused while the venue is in maintenance."""
    odd = market.odd
    market.interval_s = told_interval_s(odd, "funding_period", row.funding_period)
    market.status = "active" if row.status == "ACTIVE" else "paused"
    unit, base = market.unit, market.symbol
    if base == market.native and (name := named(base)) is not None:
        base = name[0]
    initial, maintenance = odd.price("base_imr", row.base_imr), odd.price("base_mmr", row.base_mmr)
    factor = odd.price("imr_factor", row.imr_factor)
    if initial is None or maintenance is None or not maintenance <= initial <= 1.0:
        initial = maintenance = None
    return Instrument(
        venue=VENUE, recv_ns=at_ns, symbol=market.symbol, native=market.native,
        base=base, quote=QUOTE,
        tick=unit.tick(odd.number("quote_tick", row.quote_tick, 0.0)),
        lot=unit.lot(odd.number("base_tick", row.base_tick, 0.0)),
        min_size=unit.lot(odd.number("base_min", row.base_min, 0.0)),
        min_notional_usd=odd.price("min_notional", row.min_notional),
        contract=unit.contract,
        funding_interval_s=market.interval_s,
        max_leverage=None if initial is None else 1.0 / initial,
        mmf=maintenance,
        margin_tiers=margin_tiers(initial, maintenance, factor),
        status="paused" if is_down else market.status,
        taker_fee=FACTS.taker_fee, maker_fee=FACTS.maker_fee,
    )  # fmt: skip


def margin_tiers(
    initial: float | None, maintenance: float | None, factor: float | None
) -> tuple[tuple[float, float], ...]:
    """The venue's curve as tiers (notional in USD from which it counts, fraction), lowest first.

    A position needs `max(maintenance, maintenance / initial * factor * notional ** 0.8)` of its
    whole notional. Above the notional at which the second begins to rule, that is a convex curve:
    its chords are at or above it, by at most 3 % where each ends at 1.5 times its beginning.
    """
    if initial is None or maintenance is None or factor is None:
        return ()
    over_usd = (initial / factor) ** (1 / _MARGIN_EXPONENT)
    tiers = [(0.0, maintenance)]
    margin_usd = over_usd * maintenance
    while over_usd < _MOST_NOTIONAL_USD:
        upper_usd = _CHORD * over_usd
        upper_margin_usd = maintenance / initial * factor * upper_usd ** (1 + _MARGIN_EXPONENT)
        slope = (upper_margin_usd - margin_usd) / (upper_usd - over_usd)
        if slope > _MOST_SLOPE:
            break
        tiers.append((over_usd, slope))
        over_usd, margin_usd = upper_usd, upper_margin_usd
    return tuple(tiers) if len(tiers) > 1 else ()
