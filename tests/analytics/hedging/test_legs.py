"""Which venues to hedge on: least cost within band, carry, caps and margin."""

import math
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.analytics.hedging.legs import HedgeVenue
from cockpit.analytics.hedging.linear_program import Infeasible, minimise
from tests.analytics.hedging.single import hedge_legs

INF = math.inf


def venue(
    name: str = "x", funding: float = 0.0, cost: float = 1e-4, cap: float = INF,
    position: float = 0.0, margin: float = INF, imf: float = 0.05,
) -> HedgeVenue:  # fmt: skip
    side = [(INF, cost)]
    return HedgeVenue(name, funding, side, side, cap, position, margin, imf)


two_shorts = (venue("a", 1e-5, cost=1e-4), venue("b", 5e-5, cost=2e-4))


def test_a_long_of_one_million_at_three_is_carried_by_half_at_one_and_half_at_five() -> None:
    found = hedge_legs(1e6, -30.0, two_shorts, 0.0, 0.0)
    assert found.trade_usd == pytest.approx([-500_000, -500_000])
    assert (found.delta_usd, found.carry_usd_per_hour) == pytest.approx((0, 0), abs=1e-6)
    assert found.cost_usd == pytest.approx(50 + 100)
    assert found.feasible
    assert found.binding is None


def test_where_nothing_is_held_and_nobody_can_trade_nothing_is_to_be_done() -> None:
    found = hedge_legs(0.0, 0.0, (), 0.0, None)
    assert found.trade_usd.tolist() == []
    assert found.feasible
    assert minimise(*(np.zeros(shape) for shape in (0, (0, 0), 0, 0))).tolist() == []


def test_without_a_target_the_cheapest_venue_takes_all() -> None:
    assert hedge_legs(1e6, -30.0, two_shorts, 0.0, None).trade_usd == pytest.approx([-1e6, 0])


def test_only_the_edge_of_the_band_is_paid_for() -> None:
    found = hedge_legs(1e6, 0.0, [venue()], 20_000.0, None)
    assert found.trade_usd == pytest.approx([-980_000])
    assert found.delta_usd == pytest.approx(20_000)


def test_nothing_to_hedge_trades_nothing() -> None:
    found = hedge_legs(0.0, 0.0, two_shorts, 0.0, None)
    assert found.trade_usd.tolist() == [0, 0]
    assert found.cost_usd == 0
    assert hedge_legs(500.0, 0.0, two_shorts, 1000.0, None).trade_usd.tolist() == [0, 0]


def test_caps_that_are_too_small_leave_the_rest_and_say_so() -> None:
    venues = (venue("a", cap=3e5), venue("b", cap=5e5))
    found = hedge_legs(1e6, 0.0, venues, 1000.0, None)
    assert not found.feasible
    assert found.trade_usd == pytest.approx([-3e5, -5e5])
    assert found.delta_usd == pytest.approx(2e5)
    assert "cap at a (300,000 USD), cap at b (500,000 USD)" in (found.binding or "")


def test_a_carry_out_of_reach_gives_the_best_there_is_and_names_the_margin() -> None:
    venues = (venue("a", 1e-5), venue("b", 5e-5, margin=10_000))
    found = hedge_legs(1e6, -30.0, venues, 0.0, 0.0)
    assert not found.feasible
    assert found.trade_usd == pytest.approx([-800_000, -200_000])
    assert found.carry_usd_per_hour == pytest.approx(-30 + 8 + 10)
    assert "margin at b (200,000 USD)" in (found.binding or "")
    assert " a " not in (found.binding or "")


def test_a_visible_book_that_is_too_thin_is_the_limit() -> None:
    thin = HedgeVenue("x", 0.0, [(100.0, 1e-4)], [(100.0, 1e-4), (50.0, 2e-4)], INF, 0, INF, 0.05)
    found = hedge_legs(1000.0, 0.0, [thin], 0.0, None)
    assert found.delta_usd == pytest.approx(850)
    assert found.cost_usd == pytest.approx(100e-4 + 50 * 2e-4)
    assert "book at x (150 USD)" in (found.binding or "")


def test_a_position_over_its_margin_may_shrink_and_not_grow() -> None:
    full = venue("x", position=1e6, margin=10_000)
    assert hedge_legs(1e6, 0.0, [full], 0.0, None).trade_usd == pytest.approx([-1e6])
    assert hedge_legs(-1e6, 0.0, [full], 0.0, None).trade_usd.tolist() == [0]


def test_a_venue_with_unknown_funding_is_left_out_by_name() -> None:
    found = hedge_legs(1e6, 0.0, [venue("a", math.nan, 1e-5), venue("b", 1e-5)], 0.0, None)
    assert found.trade_usd == pytest.approx([0, -1e6])
    assert found.excluded == ("a",)
    only = hedge_legs(1e6, 0.0, [venue("a", math.nan)], 0.0, None)
    assert "unknown figures at a" in (only.binding or "")


def test_a_crossed_book_is_no_place_to_hedge() -> None:
    crossed = HedgeVenue("x", 0.0, [(1e6, -5e-4)], [(1e6, 1e-4)], INF, 0, INF, 0.05)
    assert hedge_legs(1e5, 0.0, [crossed, venue("y")], 0.0, None).excluded == ("x",)


def test_an_unknown_delta_or_carry_is_refused() -> None:
    for delta, carry in ((math.nan, 0.0), (1e6, math.nan)):
        with pytest.raises(ValueError, match="must be known"):
            hedge_legs(delta, carry, two_shorts, 0.0, 0.0)


def test_without_venues_the_delta_stays() -> None:
    assert not hedge_legs(1e6, 0.0, [], 0.0, None).feasible


def test_nonsense_is_refused() -> None:
    with pytest.raises(ValueError, match="band"):
        hedge_legs(1e6, 0.0, two_shorts, -1.0, None)
    falling = HedgeVenue("x", 0.0, [(1.0, 2e-4), (1.0, 1e-4)], [], INF, 0, INF, 0.05)
    with pytest.raises(ValueError, match="cheapest first"):
        hedge_legs(1e6, 0.0, [falling], 0.0, None)


def test_a_program_without_a_point_or_without_an_end_is_told_apart() -> None:
    one = np.ones(1)
    with pytest.raises(Infeasible):
        minimise(one, one[None], np.array([2.0]), one)
    with pytest.raises(ValueError, match="least"):
        minimise(-one, np.zeros((1, 1)), np.zeros(1), np.array([INF]))


@st.composite
def problems(draw, most: int = 8):  # type: ignore[no-untyped-def]
    count = draw(st.integers(1, most))
    amounts = st.integers(0, 40).map(lambda x: x * 5e4)
    rates, costs = st.integers(-6, 6), st.integers(1, 9)
    venues = [
        venue(
            str(i), draw(rates) * 1e-5, draw(costs) * 1e-4, draw(amounts),
            draw(st.integers(-4, 4)) * 1e5, draw(amounts) / 20,
        )
        for i in range(count)
    ]  # fmt: skip
    delta = draw(st.integers(-30, 30)) * 1e5
    return delta, draw(st.integers(-40, 40)) * 1.0, venues, draw(st.sampled_from([0.0, 1e3, 1e5]))


def allowed(v: HedgeVenue) -> tuple[float, float]:
    """The lowest and highest trade, by the words of the contract."""
    largest = v.margin_usd / v.imf_frac
    low, high = min(-largest - v.position_usd, 0), max(largest - v.position_usd, 0)
    return max(low, -v.cap_usd), min(high, v.cap_usd)


def cost_of(trade, venues) -> float:  # type: ignore[no-untyped-def]
    return sum(abs(t) * v.buy[0][1] for t, v in zip(trade, venues, strict=True))


def carry_of(carry, trade, venues) -> float:  # type: ignore[no-untyped-def]
    return carry - sum(t * v.funding_hourly for t, v in zip(trade, venues, strict=True))


@given(problem=problems(), target=st.integers(-40, 40) | st.none())
def test_a_feasible_hedge_keeps_every_promise(problem, target) -> None:  # type: ignore[no-untyped-def]
    delta, carry, venues, band = problem
    found = hedge_legs(delta, carry, venues, band, target)
    for traded, v in zip(found.trade_usd, venues, strict=True):
        low, high = allowed(v)
        assert low - 1e-3 <= traded <= high + 1e-3
    assert found.delta_usd == pytest.approx(delta + sum(found.trade_usd), abs=1e-3)
    assert found.carry_usd_per_hour == pytest.approx(carry_of(carry, found.trade_usd, venues))
    assert found.cost_usd == pytest.approx(cost_of(found.trade_usd, venues), abs=1e-6)
    assert found.feasible == (found.binding is None)
    if found.feasible:
        assert abs(found.delta_usd) <= band + 1e-2
        assert target is None or found.carry_usd_per_hour >= target - 1e-6


@given(problem=problems())
def test_no_single_venue_that_can_do_it_is_cheaper(problem) -> None:  # type: ignore[no-untyped-def]
    delta, carry, venues, band = problem
    found = hedge_legs(delta, carry, venues, band, None)
    for v in venues:
        alone = -math.copysign(max(abs(delta) - band, 0), delta)
        low, high = allowed(v)
        if low <= alone <= high:
            assert found.feasible
            assert found.cost_usd <= abs(alone) * v.buy[0][1] + 1e-6


def corners(delta, carry, venues, band, target):  # type: ignore[no-untyped-def]
    """Every trade at which so many limits bind that nothing can move: the least lies among them."""
    kinks = [sorted({low, 0.0, high}) for low, high in map(allowed, venues)]
    funding = np.array([v.funding_hourly for v in venues])
    ones = np.ones(len(venues))
    rows = [(ones, band - delta), (ones, -band - delta)]
    if target is not None:
        rows.append((-funding * 1e5, (target - carry) * 1e5))
    for point in product(*kinks):
        for free in (0, 1, 2):
            for moved, bound in product(
                combinations(range(len(venues)), free), combinations(rows, free)
            ):
                trade = np.array(point)
                inside = list(moved)
                left = np.array(
                    [right - row @ trade + row[inside] @ trade[inside] for row, right in bound]
                )
                matrix = np.array([row[inside] for row, _ in bound]).reshape(free, free)
                if free and abs(np.linalg.det(matrix)) < 1e-9:
                    continue
                trade[inside] = np.linalg.solve(matrix, left) if free else []
                yield trade


@settings(max_examples=40, deadline=None)
@given(problem=problems(most=3), target=st.integers(-40, 40) | st.none())
def test_the_cost_is_the_least_of_all_corners(problem, target) -> None:  # type: ignore[no-untyped-def]
    delta, carry, venues, band = problem
    limits = [allowed(v) for v in venues]

    def fits(trade) -> bool:  # type: ignore[no-untyped-def]
        return (
            all(
                low - 1e-6 <= t <= high + 1e-6 for t, (low, high) in zip(trade, limits, strict=True)
            )
            and abs(delta + sum(trade)) <= band + 1e-6
            and (target is None or carry_of(carry, trade, venues) >= target - 1e-9)
        )

    good = [cost_of(t, venues) for t in corners(delta, carry, venues, band, target) if fits(t)]
    found = hedge_legs(delta, carry, venues, band, target)
    assert found.feasible == bool(good)
    if good:
        assert found.cost_usd == pytest.approx(min(good), rel=1e-7, abs=1e-4)
