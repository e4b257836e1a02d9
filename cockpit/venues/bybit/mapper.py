"""Bybit v5: one market, and the facts that its rows amount to.

Private to `bybit.py`. `BybitMarket` merges ticker deltas, converts contracts to coins, and knows
which settled rates it has stated already.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, cast

from msgspec.structs import replace

from cockpit.core.events import Funding, Instrument, OpenInterest, Prices
from cockpit.core.units import HOUR_S, NS_PER_MS
from cockpit.venues.bybit import messages as wire
from cockpit.venues.kit.numbers import finite, positive

VENUE = "bybit"
MAX_LEVERAGE = 1000.0
TAKER_FEE, MAKER_FEE = 0.00055, 0.0002
"""Fractions of the documented non-VIP tier; the API tells fees only to a key."""
REORDER_MS = 10_000
"""A value this much older than ours was overtaken on its way; older still, ours was wrong."""
_PRICES = frozenset({"markPrice", "indexPrice", "lastPrice"})
_FUNDING = frozenset({"fundingRate", "nextFundingTime", "fundingIntervalHour"})
_MAX_GAP_S = 86_400

Fact = Prices | OpenInterest | Funding


@dataclass(slots=True, eq=False)
class BybitMarket:
    """What we know of one native market.

    `values` and `stamps_ms` are the merged ticker, `feeding` the chain that makes its book.
    `history_floor_ms` is where the running fill of settled funding ends.
    """

    native: str
    symbol: str
    contract: float
    instrument: Instrument | None = None
    mmf: float | None = None
    values: dict[str, float | None] = field(default_factory=dict)
    stamps_ms: dict[str, int] = field(default_factory=dict)
    feeding: Any = None
    settled_ms: set[int] = field(default_factory=set)
    is_history_filled: bool = False
    history_floor_ms: int | None = None
    history_due_ns: int = 0
    tiers_due_ns: int = 0

    @property
    def is_halted(self) -> bool:
        return self.instrument is not None and self.instrument.status != "active"

    @property
    def interval_s(self) -> int | None:
        """The funding interval: the ticker's word, else the listing's, else unknown."""
        live = wire.seconds(self.values.get("fundingIntervalHour"), HOUR_S)
        if live is not None or self.instrument is None:
            return live
        return self.instrument.funding_interval_s

    def forget_link(self) -> None:
        self.feeding = None
        self.values.clear()
        self.stamps_ms.clear()

    # --- listing ------------------------------------------------------------------------------

    def listed(self, row: wire.InstrumentRow, at_ns: int) -> Instrument | None:
        """The market as now listed, in coins; None if nothing changed."""
        lot, contract = row.lotSizeFilter, self.contract
        tick = positive(row.priceFilter.tickSize)
        step, least = positive(lot.qtyStep), positive(lot.minOrderQty)
        coin, _ = wire.coin_and_contract(row.symbol, row.baseCoin)
        return self._state(
            Instrument(
                venue=VENUE,
                recv_ns=at_ns,
                symbol=self.symbol,
                native=self.native,
                base=coin,
                quote=row.quoteCoin,
                tick=None if tick is None else tick / contract,
                lot=None if step is None else step * contract,
                min_size=None if least is None else least * contract,
                min_notional_usd=positive(lot.minNotionalValue),
                contract=contract,
                funding_interval_s=wire.seconds(row.fundingInterval, 60),
                max_leverage=_leverage(row.leverageFilter.maxLeverage),
                mmf=self.mmf,
                status=_status(row),
                taker_fee=TAKER_FEE,
                maker_fee=MAKER_FEE,
            )
        )

    def margined(self, mmf: float, at_ns: int) -> Instrument | None:
        self.mmf = mmf
        if self.instrument is None:
            return None
        return self._state(replace(self.instrument, mmf=mmf, recv_ns=at_ns))

    def delisted(self, at_ns: int) -> Instrument | None:
        if self.instrument is None:
            return None
        return self._state(replace(self.instrument, status="delisted", recv_ns=at_ns))

    def _state(self, new: Instrument) -> Instrument | None:
        old, self.instrument = self.instrument, new
        if old is not None and replace(old, recv_ns=new.recv_ns) == new:
            return None
        return new

    # --- ticker -------------------------------------------------------------------------------

    def ticker(
        self, row: wire.TickerRow[wire.Number], ts_ms: int | None, at_ns: int
    ) -> Sequence[Fact] | str:
        """Merge a row and state what it says; a sentence if a figure in it cannot be."""
        fresh = self._merge(row, at_ns // NS_PER_MS if ts_ms is None else ts_ms)
        if not fresh or self.is_halted or self._is_dead:
            return ()
        venue_ns = None if ts_ms is None else ts_ms * NS_PER_MS
        values, facts = self.values, list[Fact]()
        if not fresh.isdisjoint(_PRICES):
            mark, index, last = (
                self._price(key) for key in ("markPrice", "indexPrice", "lastPrice")
            )
            if mark is not None or index is not None or last is not None:
                facts.append(
                    Prices(
                        venue=VENUE,
                        symbol=self.symbol,
                        recv_ns=at_ns,
                        venue_ns=venue_ns,
                        mark=mark,
                        index=index,
                        last=last,
                    )
                )
        single, both = values.get("singleOpenInterest"), values.get("openInterest")
        interest = single if single is not None else None if both is None else both / 2
        said = "singleOpenInterest" if single is not None else "openInterest"
        if interest is not None and said in fresh:
            if interest < 0:
                return f"open interest of {self.native} is negative"
            facts.append(
                OpenInterest(
                    venue=VENUE,
                    symbol=self.symbol,
                    recv_ns=at_ns,
                    venue_ns=venue_ns,
                    base=interest * self.contract,
                )
            )
        if not fresh.isdisjoint(_FUNDING):
            live = self.live(at_ns, venue_ns)
            if isinstance(live, str):
                return live
            facts += [live] if live else []
        return facts

    def live(self, at_ns: int, venue_ns: int | None) -> Funding | str | None:
        """The running rate; None while rate or interval is unknown, or the market is dead."""
        rate, interval_s = self.values.get("fundingRate"), self.interval_s
        if rate is None or interval_s is None or self.is_halted or self._is_dead:
            return None
        if abs(rate) >= 1:
            return f"funding rate of {self.native} is not a fraction"
        next_ms = positive(self.values.get("nextFundingTime"))
        return Funding(
            venue=VENUE,
            symbol=self.symbol,
            recv_ns=at_ns,
            venue_ns=venue_ns,
            kind="live",
            rate=rate,
            interval_s=interval_s,
            next_ns=None if next_ms is None else int(next_ms) * NS_PER_MS,
        )

    @property
    def _is_dead(self) -> bool:
        return "markPrice" in self.values and positive(self.values["markPrice"]) is None

    def _price(self, key: str) -> float | None:
        price = positive(self.values.get(key))
        return None if price is None else price / self.contract

    def _merge(self, row: wire.TickerRow[wire.Number], ts_ms: int) -> set[str]:
        """Take over the keys that are there and not overtaken; returns which."""
        fresh: set[str] = set()
        if len(row) == 1:
            return fresh
        for key, value in cast(Mapping[str, wire.Number], row).items():
            if key == "symbol" or 0 < self.stamps_ms.get(key, 0) - ts_ms < REORDER_MS:
                continue
            self.values[key] = value if type(value) is float else finite(value)
            self.stamps_ms[key] = ts_ms
            fresh.add(key)
        return fresh

    # --- settled funding ----------------------------------------------------------------------

    def settled(self, rows: Iterable[wire.FundingRow], at_ns: int) -> list[Funding] | str:
        """The payments not stated before, oldest first; a sentence if a rate is not a number.

        A payment covers the time since the one before it. Where that is not known the time to
        the next one stands in, then the market's interval; with none of them it is left out.
        """
        by_stamp: dict[int, float] = {}
        for row in rows:
            rate = finite(row.fundingRate)
            if rate is None or abs(rate) >= 1:
                return f"settled funding rate of {self.native} is not a fraction"
            by_stamp[row.fundingRateTimestamp] = rate
        known = sorted(self.settled_ms.union(by_stamp))
        place = {stamp: i for i, stamp in enumerate(known)}
        facts = []
        for stamp in sorted(by_stamp.keys() - self.settled_ms):
            interval_s = self._covered_s(known, place[stamp])
            if interval_s is None:
                continue
            self.settled_ms.add(stamp)
            facts.append(
                Funding(
                    venue=VENUE,
                    symbol=self.symbol,
                    recv_ns=at_ns,
                    venue_ns=stamp * NS_PER_MS,
                    kind="settled",
                    rate=by_stamp[stamp],
                    interval_s=interval_s,
                )
            )
        return facts

    def _covered_s(self, stamps_ms: list[int], i: int) -> int | None:
        for earlier, later in ((i - 1, i), (i, i + 1)):
            if earlier >= 0 and later < len(stamps_ms):
                minutes = round((stamps_ms[later] - stamps_ms[earlier]) / 60_000)
                if 0 < minutes * 60 <= _MAX_GAP_S:
                    return minutes * 60
        return self.interval_s


def _status(row: wire.InstrumentRow) -> Literal["active", "paused", "delisted"]:
    """A pre-listing trades, and has a book, only from its phase of continuous trading on."""
    if row.status in ("Closed", "Delivering"):
        return "delisted"
    if row.isPreListing or row.status == "PreLaunch":
        phase = row.preListingInfo.curAuctionPhase if row.preListingInfo else None
        return "active" if phase == "ContinuousTrading" else "paused"
    return "active" if row.status == "Trading" else "paused"


def _leverage(value: float | str | None) -> float | None:
    """A leverage that a venue could mean; anything else is unknown."""
    leverage = positive(value)
    return leverage if leverage is not None and leverage <= MAX_LEVERAGE else None
