"""Bybit's klines: of trades, mark, index and premium.

Rows are newest first. A `start` without an `end` is answered forwards from there, as far as `limit`
reaches; otherwise the newest rows of the window are answered. Weeks begin on Monday, months on
their first day, both at midnight UTC.
Source: https://bybit-exchange.github.io/docs/v5/market/kline, .../mark-kline, .../index-kline and
.../premium-index-kline.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.bybit.messages import Contract, Json
from cockpit.sim.faces.bybit.params import Query, Refused, contract_of, limit_of, number_of
from cockpit.sim.world import candles
from cockpit.sim.world.contract import VenueWorld

MINUTE_MS, DAY_MS = 60_000, 86_400_000
WEEK_MS = 7 * DAY_MS
MONDAY_MS = 4 * DAY_MS
"""The first one of all times; they are counted from a Thursday."""
INTERVALS_MS = {
    **{str(minutes): minutes * MINUTE_MS for minutes in (1, 3, 5, 15, 30, 60, 120, 240, 360, 720)},
    "D": DAY_MS,
    "W": WEEK_MS,
    "M": 31 * DAY_MS,
}
"""Name -> length; of a month the longest."""
PREMIUM_DECIMALS = 6
END_OF_TIME_MS = 1 << 60

Row = Callable[[VenueWorld, Contract, str, int], list[str] | None]
"""A kline by its beginning; None where there is no price."""


def open_ms(interval: str, at_ms: int) -> int:
    """When the kline began that is running at this time."""
    if interval == "M":
        month = datetime.fromtimestamp(at_ms / 1000, UTC)
        return round(datetime(month.year, month.month, 1, tzinfo=UTC).timestamp() * 1000)
    shift = MONDAY_MS if interval == "W" else 0
    return (at_ms - shift) // INTERVALS_MS[interval] * INTERVALS_MS[interval] + shift


def next_ms(interval: str, begin_ms: int) -> int:
    """When the kline ends that began at this time."""
    return open_ms(interval, begin_ms + INTERVALS_MS[interval])


def openings(
    world: VenueWorld, contract: Contract, interval: str, begin_ms: int, end_ms: int, limit: int
) -> list[int]:
    """The newest `limit` beginnings in [begin, end] that the market has a history for."""
    if contract.state is None:
        return []
    now_ns = world.now_ns()
    history_ms = candles.history_begins_ns(contract.state, now_ns) // NS_PER_MS
    oldest_ms = max(begin_ms, open_ms(interval, history_ms))
    found: list[int] = []
    at_ms = open_ms(interval, min(end_ms, now_ns // NS_PER_MS))
    while at_ms >= oldest_ms and len(found) < limit:
        found.append(at_ms)
        at_ms = open_ms(interval, at_ms - 1)
    return found


def bar(world: VenueWorld, contract: Contract, interval: str, begin_ms: int) -> list[str] | None:
    """[start, open, high, low, close, volume, turnover]; None where there is no price."""
    if contract.state is None:
        return None
    length_ns = (next_ms(interval, begin_ms) - begin_ms) * NS_PER_MS
    trades = candles.tape(world, contract.state)
    found = candles.candle(contract.state, begin_ms * NS_PER_MS, length_ns, world.now_ns(), trades)
    if found is None:
        return None
    prices = [contract.price(p) for p in (found.open, found.high, found.low, found.close)]
    volume = contract.size(round(found.volume * 10**contract.listing.size_decimals))
    return [str(begin_ms), *prices, volume, f"{found.volume * found.close:.4f}"]


def _of_price(name: str) -> Row:
    """Klines of mark or index: no volume, and the running one ends at the price of now."""

    def row(
        world: VenueWorld, contract: Contract, interval: str, begin_ms: int
    ) -> list[str] | None:
        state = contract.state
        if state is None:
            return None
        length_ns = (next_ms(interval, begin_ms) - begin_ms) * NS_PER_MS
        now_price, trades = getattr(state, name), candles.tape(world, state)
        found = candles.price_candle(
            state, now_price, begin_ms * NS_PER_MS, length_ns, world.now_ns(), trades
        )
        return found and [str(begin_ms), *(contract.price(price) for price in found)]

    return row


def _of_premium(
    world: VenueWorld, contract: Contract, interval: str, begin_ms: int
) -> list[str] | None:
    if contract.state is None:
        return None
    length_ns = (next_ms(interval, begin_ms) - begin_ms) * NS_PER_MS
    found = candles.premium_candle(contract.state, begin_ms * NS_PER_MS, length_ns, world.now_ns())
    return found and [str(begin_ms), *(f"{value:.{PREMIUM_DECIMALS}f}" for value in found)]


def _end_of(interval: str, begin_ms: int, limit: int, now_ms: int) -> int:
    """When the kline begins that is the last of `limit` from `begin_ms` on."""
    if begin_ms > now_ms:
        return begin_ms
    end_ms = open_ms(interval, begin_ms - 1)
    for _ in range(limit):
        end_ms = next_ms(interval, end_ms)
        if end_ms > now_ms:
            break
    return end_ms


def _reader(row: Row) -> Callable[[VenueWorld, Query], Json]:
    def read(world: VenueWorld, query: Query) -> Json:
        contract = contract_of(world, {"category": "linear", **query})
        interval = query.get("interval", "")
        if interval not in INTERVALS_MS:
            raise Refused(10001, "Invalid period!")
        begin_ms, limit = number_of(query, "start", 0), limit_of(query, 200, 1000)
        end_ms = number_of(query, "end", END_OF_TIME_MS)
        if begin_ms and not query.get("end"):
            end_ms = _end_of(interval, begin_ms, limit, world.now_ns() // NS_PER_MS)
        begins = openings(world, contract, interval, begin_ms, end_ms, limit)
        rows = [row(world, contract, interval, begin) for begin in begins]
        return {
            "symbol": contract.native,
            "category": "linear",
            "list": [one for one in rows if one is not None],
        }

    return read


READS: dict[str, Callable[[VenueWorld, Query], Json]] = {
    "/v5/market/kline": _reader(bar),
    "/v5/market/mark-price-kline": _reader(_of_price("mark")),
    "/v5/market/index-price-kline": _reader(_of_price("index")),
    "/v5/market/premium-index-price-kline": _reader(_of_premium),
}
