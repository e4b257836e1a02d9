"""Candles of a market whose price was paid for at 10:00, 11:00 and 12:00, seen at 12:30."""

import pytest

from cockpit.core.units import HOUR_NS
from cockpit.sim.world.contract import FundingRule, Listing, MarketState
from cockpit.sim.world.past_prices import Candle, candles

TEN_NS = 495_554 * HOUR_NS
NOW_NS = TEN_NS + 5 * HOUR_NS // 2
HOURLY, HALF_HOURLY, TWO_HOURLY = 3600, 1800, 7200


@pytest.fixture
def state() -> MarketState:
    """A tick is 0.1 of the quote, a lot 0.01 coins, and the day's volume is 48 coins."""
    listing = Listing("BTC", "BTC", 0, price_decimals=1, size_decimals=2)
    paid = [(100.0, 0), (110.0, 1), (90.0, 2)]
    return MarketState(
        "anywhere",
        listing,
        FundingRule(),
        last=95.0,
        mark=94.0,
        settled=[(TEN_NS + hour * HOUR_NS, 1e-5, 0.0, price) for price, hour in paid],
        day_volume_base=48.0,
        day_trades=240,
    )


def test_an_hour_opens_at_one_payments_price_and_closes_at_the_next(state: MarketState) -> None:
    first, second, running = candles(state, HOURLY, NOW_NS)
    # Two coins of the 48 an hour are 200 lots, and ten of the 240 trades.
    assert first == Candle(TEN_NS, 1000, 1100, 1000, 1100, 200, 10)
    assert second == Candle(TEN_NS + HOUR_NS, 1100, 1100, 900, 900, 200, 10)
    # Half of an hour has passed, and the last price is 95.
    assert running == Candle(TEN_NS + 2 * HOUR_NS, 900, 950, 900, 950, 100, 5)


def test_a_longer_candle_reaches_as_far_as_the_price_went_within_it(state: MarketState) -> None:
    row = candles(state, TWO_HOURLY, NOW_NS)[0]
    assert (row.open, row.high, row.low, row.close) == (1000, 1100, 900, 900)


def test_a_span_without_an_end_is_cut_to_its_first_rows_else_to_the_newest(
    state: MarketState,
) -> None:
    begins = [row.begin_ns for row in candles(state, HALF_HOURLY, NOW_NS)]
    assert begins == [TEN_NS + half * HOUR_NS // 2 for half in range(6)]
    newest = candles(state, HALF_HOURLY, NOW_NS, most=2)
    assert [row.begin_ns for row in newest] == begins[-2:]
    forward = candles(state, HALF_HOURLY, NOW_NS, TEN_NS + 1, most=2)
    assert [row.begin_ns for row in forward] == begins[1:3]
    bounded = candles(state, HALF_HOURLY, NOW_NS, TEN_NS, begins[3], most=2)
    assert [row.begin_ns for row in bounded] == begins[2:4]


def test_a_market_without_prices_has_no_candles(state: MarketState) -> None:
    state.last = state.mark = None
    assert candles(state, HOURLY, NOW_NS) == []
