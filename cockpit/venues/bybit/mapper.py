"""Bybit v5: the facts that a row amounts to."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from cockpit.core.events import Funding, Instrument, OpenInterest, Prices, Reject, Volume
from cockpit.core.units import NS_PER_MS
from cockpit.venues.bybit import messages as wire
from cockpit.venues.kit.books import BookFeed
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.facts import venue_facts
from cockpit.venues.kit.fields import MINUTE_S, interval_s, moment_ns, ms_to_ns, told_interval_s
from cockpit.venues.kit.figures import Figures
from cockpit.venues.kit.history import Paid
from cockpit.venues.kit.instruments import Market
from cockpit.venues.kit.numbers import finite, is_nothing

VENUE = "bybit"
FACTS = venue_facts("cockpit.venues.bybit")
"""With the fees: the API tells them only to a key."""
REORDER_MS = 10_000
"""A value this much older than ours was overtaken on its way; older still, ours was wrong."""
_PRICES = ("markPrice", "indexPrice", "lastPrice")
_FUNDING = frozenset({"fundingRate", "nextFundingTime", "fundingIntervalHour"})
_MERGED = _FUNDING | {*_PRICES, "openInterest", "singleOpenInterest"}

RiskLimits = tuple[tuple[float, float, float], ...]
"""(notional from which it counts, maintenance and initial fraction), lowest first."""
Fact = Prices | OpenInterest | Funding | Volume


@dataclass(slots=True, eq=False)
class BybitMarket(Market):
    """One market. `values` and `stamps_ms` are the merged ticker, `feeding` is its book's chain,
    `tiers` its risk limits."""

    tiers: RiskLimits = ()
    values: dict[str, float | None] = field(default_factory=dict)
    stamps_ms: dict[str, int] = field(default_factory=dict)
    feeding: BookFeed | None = None

    @property
    def interval_s(self) -> int | None:
        """The funding interval: the ticker's word, else the listing's, else unknown."""
        live = interval_s(self.values.get("fundingIntervalHour"))
        if live is not None or self.instrument is None:
            return live
        return self.instrument.funding_interval_s

    def forget_link(self) -> None:
        self.feeding = None
        self.values.clear()
        self.stamps_ms.clear()

    # --- ticker -------------------------------------------------------------------------------

    def ticker(
        self, row: Mapping[str, object], ts_ms: int | None, at_ns: int, data: str | bytes
    ) -> Sequence[Fact | Reject]:
        """Merge a row and state what it says; a figure that cannot be costs itself, and is last."""
        problems: list[str] = []
        fresh = self._merge(row, at_ns // NS_PER_MS if ts_ms is None else ts_ms, problems)
        if not fresh or self.is_halted or self._is_dead:
            return _rejects(problems, at_ns, data) if problems else ()
        venue_ns = ms_to_ns(ts_ms)
        facts = list[Fact | Reject]()
        if not fresh.isdisjoint(_PRICES):
            mark, index, last = map(self.price, map(self.values.get, _PRICES))
            if mark is not None or index is not None or last is not None:
                facts.append(
                    Prices(
                        venue=VENUE, symbol=self.symbol, recv_ns=at_ns, venue_ns=venue_ns,
                        mark=mark, index=index, last=last,
                    )
                )  # fmt: skip
        single, both = self.values.get("singleOpenInterest"), self.values.get("openInterest")
        if single is not None:
            interest = single if "singleOpenInterest" in fresh else None
        else:
            interest = both / 2 if both is not None and "openInterest" in fresh else None
        if interest is not None and interest >= 0:
            base = interest * self.unit.contract
            facts.append(
                OpenInterest(
                    venue=VENUE, symbol=self.symbol, recv_ns=at_ns, venue_ns=venue_ns, base=base
                )
            )
        elif interest is not None:
            problems.append(f"open interest of {self.native} is negative")
        if not fresh.isdisjoint(_FUNDING):
            live, next_ms = self.live(at_ns, venue_ns), self.values.get("nextFundingTime")
            if next_ms and "nextFundingTime" in fresh and moment_ns(next_ms) is None:
                problems.append(f"nextFundingTime of {self.native} is no time")
            if isinstance(live, Funding):
                facts.append(live)
            elif live is not None:
                problems.append(live)
        return [*facts, *_rejects(problems, at_ns, data)] if problems else facts

    def volume(self, row: wire.ListedTicker, venue_ns: int | None, at_ns: int) -> Figures:
        """What was traded in 24 hours."""
        said = Figures(VENUE, self, at_ns, venue_ns)
        said.volume(row.get("turnover24h"), row.get("volume24h"))
        return said

    def live(self, at_ns: int, venue_ns: int | None) -> Funding | str | None:
        """The running rate; None while rate or interval is unknown, or the market is dead."""
        rate, interval_s = self.values.get("fundingRate"), self.interval_s
        if rate is None or interval_s is None or self.is_halted or self._is_dead:
            return None
        if abs(rate) >= 1:
            return f"funding rate of {self.native} is not a fraction"
        next_ns = moment_ns(self.values.get("nextFundingTime"))
        return Funding(
            venue=VENUE, symbol=self.symbol, recv_ns=at_ns, venue_ns=venue_ns,
            kind="live", rate=rate, interval_s=interval_s, next_ns=next_ns,
        )  # fmt: skip

    @property
    def _is_dead(self) -> bool:
        """Whether it is said to have no mark."""
        return "markPrice" in self.values and is_nothing(self.values["markPrice"])

    def _merge(self, row: Mapping[str, object], ts_ms: int, problems: list[str]) -> set[str]:
        """Take over the keys that are there and not overtaken; returns which.

        What is no such figure is unknown from now on.
        """
        fresh: set[str] = set()
        if len(row) == 1:
            return fresh
        for key, value in row.items():
            if key not in _MERGED or 0 < self.stamps_ms.get(key, 0) - ts_ms < REORDER_MS:
                continue
            number = finite(value)
            if number is None and not is_nothing(value):
                problems.append(f"{key} of {self.native} is no number")
                self.values.pop(key, None)
            elif number is not None and number < 0.0 and key in _PRICES:
                problems.append(f"{key} of {self.native} is no price")
                self.values.pop(key, None)
            else:
                self.values[key] = number
            self.stamps_ms[key] = ts_ms
            fresh.add(key)
        return fresh


def _rejects(problems: Iterable[str], at_ns: int, data: str | bytes) -> list[Reject]:
    return [reject(VENUE, at_ns, problem, data) for problem in problems]


def paid(row: wire.FundingRow) -> Paid:
    stamp_ns = row.fundingRateTimestamp * NS_PER_MS
    return Paid(native=row.symbol, stamp_ns=stamp_ns, rate=row.fundingRate)


def instrument(market: BybitMarket, row: wire.InstrumentRow, at_ns: int) -> Instrument:
    """The market as now listed, in coins."""
    lot, unit, odd = row.lotSizeFilter, market.unit, market.odd
    return Instrument(
        venue=VENUE,
        recv_ns=at_ns,
        symbol=market.symbol,
        native=market.native,
        base=wire.coin_and_contract(row.symbol, row.baseCoin)[0],
        quote=row.quoteCoin,
        tick=unit.tick(odd.number("tickSize", row.priceFilter.tickSize, 0.0)),
        lot=unit.lot(odd.number("qtyStep", lot.qtyStep, 0.0)),
        min_size=unit.lot(odd.number("minOrderQty", lot.minOrderQty, 0.0)),
        min_notional_usd=odd.price("minNotionalValue", lot.minNotionalValue),
        contract=unit.contract,
        funding_interval_s=told_interval_s(odd, "fundingInterval", row.fundingInterval, MINUTE_S),
        max_leverage=odd.price("maxLeverage", row.leverageFilter.maxLeverage),
        mmf=market.tiers[0][1] if market.tiers else None,
        margin_tiers=maintenance_tiers(market.tiers),
        initial_tiers=initial_tiers(market.tiers),
        status=_status(row),
        taker_fee=FACTS.taker_fee,
        maker_fee=FACTS.maker_fee,
    )


def maintenance_tiers(tiers: RiskLimits) -> tuple[tuple[float, float], ...]:
    """Empty where one fraction holds for every size."""
    return tuple((over, margin) for over, margin, _ in tiers) if len(tiers) > 1 else ()


def initial_tiers(tiers: RiskLimits) -> tuple[tuple[float, float], ...]:
    return tuple((over, initial) for over, _, initial in tiers)


def _status(row: wire.InstrumentRow) -> Literal["active", "paused", "delisted"]:
    """A pre-listing trades, and has a book, only from its phase of continuous trading on."""
    if row.status in ("Closed", "Delivering"):
        return "delisted"
    if row.isPreListing or row.status == "PreLaunch":
        phase = row.preListingInfo.curAuctionPhase if row.preListingInfo else None
        return "active" if phase == "ContinuousTrading" else "paused"
    return "active" if row.status == "Trading" else "paused"
