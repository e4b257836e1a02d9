"""Every session against its own face, with a good line and with a bad one."""

import pytest

from cockpit import venues
from cockpit.core.events import Event
from cockpit.core.units import NS_PER_S
from cockpit.sim.server.faults import Faults
from cockpit.venues.contract import Fetch, Restart, Send, Wants
from cockpit.wire.pump import Pump
from tests.invariants import Invariants
from tests.pair import Pair

SYMBOLS = ("BTC", "ETH", "SOL", "PEPE", "WIF")
BAD_LINE = Faults(
    drop=0.02, duplicate=0.02, reorder=0.02, corrupt=0.01, truncate=0.01, disconnect_every_s=30,
    http_429=0.2, http_500=0.2, http_hang=0.05,
)  # fmt: skip

every_venue = pytest.mark.parametrize("name", sorted(venues.REGISTRY))


def assert_equals_truth(pair: Pair) -> None:
    real = pair.truth()
    assert set(real) == set(SYMBOLS)
    for symbol, market in real.items():
        mine = pair.store.market(pair.name, symbol)
        assert mine.book.bids() == [tuple(level) for level in market["bids"]], symbol
        assert mine.book.asks() == [tuple(level) for level in market["asks"]], symbol
        assert mine.mark == market["mark"], symbol
        assert mine.index == market["index"], symbol
        assert mine.open_interest == pytest.approx(market["open_interest_base"], rel=1e-12)
        rate = mine.live.rate * 3600 / mine.live.interval_s
        assert rate == pytest.approx(market["funding_rate_hourly"], rel=1e-12, abs=1e-18)
        assert mine.live.next_ns == market["next_funding_ns"]


def paid(rows):
    """Number of the interval -> rate."""
    return {row.venue_ns // (row.interval_s * NS_PER_S): row.rate for row in rows}


def paid_in_the_world(pair, rows):
    """The same of the same payments, as the exchange has them."""
    interval_ns = rows[-1].interval_s * NS_PER_S
    settled = pair.world.venues[pair.name].by_symbol["BTC"].settled
    rates = {stamp_ns // interval_ns: rate for stamp_ns, rate, *_ in settled}
    return {number: rates[number] for number in paid(rows)}


@every_venue
@pytest.mark.parametrize("scenario", ["calm", "squeeze"])
def test_on_a_good_line_the_state_is_the_truth(name, scenario):
    pair = Pair(name, SYMBOLS, scenario, seed=4)
    pair.run(40)
    pair.settle()
    assert_equals_truth(pair)
    assert pair.pump.faults == 0
    assert pair.counts["BookReset"] == 0
    assert pair.counts["Reject"] == 0


@pytest.fixture(scope="module", params=sorted(venues.REGISTRY))
def after_a_bad_line(request):
    """A minute and a half of a squeeze on a bad line, and ten seconds on a good one."""
    pair = Pair(request.param, SYMBOLS, "squeeze", seed=9)
    pair.run(10)
    pair.run(90, BAD_LINE)
    assert pair.counts["Reject"] > 10, "what was corrupted was counted"
    pair.run(10)
    pair.settle()
    return pair


def test_ten_seconds_after_a_bad_line_the_state_is_the_truth_again(after_a_bad_line):
    assert_equals_truth(after_a_bad_line)
    assert after_a_bad_line.pump.faults == 0


def test_no_event_on_a_bad_line_breaks_an_invariant(after_a_bad_line):
    Invariants(after_a_bad_line.name).check_all(after_a_bad_line.events)


def test_the_same_inputs_give_the_same_events_bit_for_bit(after_a_bad_line):
    module = venues.load(after_a_bad_line.name)
    pump = Pump(module.SPEC, module.Session, Wants(symbols=SYMBOLS))
    again: list[Event] = [
        output
        for item in after_a_bad_line.inputs
        for output in pump.feed(item)
        if not isinstance(output, Send | Fetch | Restart)
    ]
    assert again == after_a_bad_line.events


@every_venue
def test_thirty_days_of_settled_funding_arrive_without_a_hole_and_as_they_were_paid(name):
    pair = Pair(name, ("BTC",), "calm", seed=6)
    pair.run(30)
    history = pair.store.market(name, "BTC").settled
    rows = history.rows()
    interval_h = rows[-1].interval_s / 3600
    assert len(rows) * interval_h >= 29 * 24
    assert history.gaps() == []
    # What accrues is told in money: the rate that it was is of a price that moved meanwhile.
    accrues = pair.world.venues[name].by_symbol["BTC"].rule.accrual == "continuous"
    real = pytest.approx(paid_in_the_world(pair, rows), rel=0.05 if accrues else 1e-6, abs=1e-9)
    assert paid(rows) == real
