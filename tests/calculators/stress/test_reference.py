"""Every scenario on random books, against a second and independent account of it; and what pairs
lose."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.core.scenario import load_scenario, scenario_names
from tests.calculators.risk import btc, held, run, view
from tests.calculators.stress.reference import RefLeg, stressed

BOOKS = 100
PRICES = {"BTC": 60_000.0, "ETH": 3_000.0}


def random_book(rng: random.Random) -> tuple[list[RefLeg], dict[str, float]]:
    """Two to four venues, one or two coins, mostly hedged, some accounts thinly margined."""
    venues = rng.sample(["a", "b", "c", "d"], rng.randint(2, 4))
    legs = []
    for symbol in rng.sample(["BTC", "ETH"], rng.randint(1, 2)):
        usd = [rng.choice((-1, 1)) * 10 ** rng.uniform(3, 6.5) for _ in venues]
        if rng.random() < 0.7:
            usd[-1] = -sum(usd[:-1])
        for venue, amount in zip(venues, usd, strict=True):
            price = PRICES[symbol] * (1 + rng.uniform(-1e-3, 1e-3))
            near = rng.uniform(1e-5, 5e-4)
            legs.append(
                RefLeg(
                    venue=venue, symbol=symbol, size=amount / price, price=price,
                    hourly=rng.uniform(-5e-5, 1e-4), mmf=rng.uniform(0.005, 0.05),
                    fee=rng.uniform(0, 1e-3),
                    near=(near, 10 ** rng.uniform(4, 6) / price),
                    far=(near + rng.uniform(1e-4, 2e-3), 10 ** rng.uniform(5, 6.5) / price),
                )
            )  # fmt: skip
    equity = {
        venue: sum(abs(x.size * x.price) for x in legs if x.venue == venue)
        * rng.uniform(0.055, 0.7)
        for venue in venues
    }
    return legs, equity


def market_of(leg: RefLeg) -> dict[str, object]:
    mid = leg.price
    return btc(
        leg.venue, leg.hourly, symbol=leg.symbol, mark=mid, index=mid, mmf=leg.mmf,
        taker_fee=leg.fee, tick=None, lot=1e-12,
        bids=[(mid * (1 - far), size) for far, size in (leg.near, leg.far)],
        asks=[(mid * (1 + far), size) for far, size in (leg.near, leg.far)],
    )  # fmt: skip


@pytest.mark.parametrize("name", scenario_names())
def test_a_scenario_does_to_a_hundred_books_what_an_independent_account_says(name: str) -> None:
    rng = random.Random(name)
    liquidated = 0
    for _ in range(BOOKS):
        legs, equity = random_book(rng)
        at = view(*(market_of(leg) for leg in legs))
        rows = [held(leg.venue, leg.size, leg.symbol) for leg in legs]
        betas = {"BTC": 1.0, "ETH": 1.3}
        found = run(
            "stress", at, scenarios=name, positions=rows, equity_usd=equity, betas=betas,
            hold_h=24, refill_s=1.5, delay_s={leg.venue: 2.0 for leg in legs},
        ).values.scenarios[0]  # fmt: skip
        expected = stressed(load_scenario(name).shocks, legs, equity)
        scale = sum(abs(leg.size * leg.price) for leg in legs)
        near = {"rel": 1e-6, "abs": 1e-8 * scale}
        assert found.price_usd == pytest.approx(expected.price, **near)
        assert found.funding_usd == pytest.approx(expected.funding, **near)
        assert found.fees_usd == pytest.approx(expected.fees, **near)
        assert found.slippage_usd == pytest.approx(expected.slippage, **near)
        assert found.liquidation_usd == pytest.approx(expected.liquidation, **near)
        assert found.collateral_usd == pytest.approx(expected.collateral, **near)
        assert {leg.venue for leg in found.liquidated} == expected.gone
        assert found.max_unhedged_usd == pytest.approx(expected.unhedged, **near)
        flat_s = float("inf") if found.stays_open else found.time_to_flat_s
        assert flat_s == pytest.approx(expected.flat_s)
        liquidated += bool(expected.gone)
    if name in ("gap", "worst_together", "auto_deleveraging"):
        assert liquidated > 5


EARNING = view(btc("a", 1e-5), btc("b", 3e-5))


@pytest.mark.parametrize("first", ["a", "b"])
@pytest.mark.parametrize("name", sorted(set(scenario_names()) - {"calm"}))
def test_a_hedged_well_margined_pair_that_earns_loses_in_every_scenario(
    name: str, first: str
) -> None:
    rows = sorted([held("a", 10), held("b", -10)], key=lambda row: row["venue"] != first)
    row = run(
        "stress", EARNING, scenarios=name, positions=rows, equity_usd={"a": 6e5, "b": 6e5}
    ).values.scenarios[0]
    assert row.pnl_usd < -500
    assert name == "venue_lost" or not row.liquidated


@settings(max_examples=60, deadline=None)
@given(
    name=st.sampled_from(sorted(set(scenario_names()) - {"calm"})),
    size=st.floats(1, 40),
    short_rate=st.floats(2e-5, 2e-4),
    share=st.floats(0.3, 0.95),
)
def test_whatever_its_size_and_rates_a_pair_that_earns_loses(
    name: str, size: float, short_rate: float, share: float
) -> None:
    # A flip costs a pair twice what it earned, so that one of equal rates would lose nothing by it.
    at = view(btc("a", short_rate * share), btc("b", short_rate))
    rows = [held("a", size), held("b", -size)]
    usd = size * 60_000
    row = run(
        "stress", at, scenarios=name, positions=rows, equity_usd={"a": usd, "b": usd}
    ).values.scenarios[0]
    assert row.pnl_usd < 0


def test_an_ordinary_day_costs_the_pair_nothing() -> None:
    rows = [held("a", 10), held("b", -10)]
    row = run("stress", EARNING, scenarios="calm", positions=rows).values.scenarios[0]
    assert row.pnl_usd == 0


def test_the_winner_that_is_closed_costs_what_its_hedge_falls_on() -> None:
    # The short goes at -10 %; the long falls on to 0.9 * 0.96 and is sold there.
    rows = [held("a", 10), held("b", -10)]
    row = run(
        "stress", EARNING, scenarios="auto_deleveraging", positions=rows,
        equity_usd={"a": 6e5, "b": 6e5},
    ).values.scenarios[0]  # fmt: skip
    assert row.price_usd == pytest.approx(-600_000 * (0.9 - 0.9 * 0.96))
    assert row.max_unhedged_usd == pytest.approx(600_000 * 0.9 * 0.96)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    shock=st.fixed_dictionaries(
        {},
        optional={
            "gap": st.floats(-0.9, 3.0),
            "depeg": st.floats(0, 1),
            "equity_lost": st.fixed_dictionaries({"@largest": st.floats(0, 1)}),
            "adl_fraction": st.floats(0, 1),
            "funding_multiplier": st.floats(0.1, 20),
            "funding_flip": st.booleans(),
            "depth_fraction": st.floats(0.05, 1),
            "spread_multiplier": st.floats(1, 10),
            "outage": st.sampled_from([("@long",), ("@short",), ("*",)]),
        },
    ),
)
def test_the_parts_add_up_and_no_shock_does_nothing(seed: int, shock: dict) -> None:  # type: ignore[type-arg]
    legs, equity = random_book(random.Random(seed))
    at = view(*(market_of(leg) for leg in legs))
    rows = [held(leg.venue, leg.size, leg.symbol) for leg in legs]
    row = run(
        "stress", at, shocks={**shock, "correlation_one": False}, positions=rows,
        equity_usd=equity,
    ).values.scenarios[0]  # fmt: skip
    parts = (
        row.price_usd, row.funding_usd, row.fees_usd, row.slippage_usd, row.liquidation_usd,
        row.collateral_usd,
    )  # fmt: skip
    scale = sum(abs(leg.size * leg.price) for leg in legs)
    assert row.pnl_usd == pytest.approx(sum(parts), abs=1e-9 * scale)
    assert row.collateral_usd <= 0
    if not shock:
        assert not any(parts)
