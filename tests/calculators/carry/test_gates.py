"""What is known of a pair must be sound before its money is looked at."""

from typing import Any

import pytest

from cockpit.calculators import load
from tests.calculators.markets import DEEP_ASKS, DEEP_BIDS, HOUR_NS, calc, market
from tests.calculators.risk import view
from tests.support import AT_NS


def deep(venue: str, rate: float | None, **fields: Any) -> dict[str, Any]:
    return market(venue, DEEP_BIDS, DEEP_ASKS, rate=rate, **fields)


def gate(*markets: dict[str, Any], **given: Any) -> str | None:
    """The gate of long a, short b; `chains` go into the view, all else into the form."""
    chains = given.pop("chains", [])
    asked = {"long_venue": "a", "short_venue": "b", "notional_usd": 1e6, "haircut": False, "phi": 1}
    found = calc("carry", view(*markets, chains=chains), **{**asked, "hold_h": 100, **given})
    return found.values.gate


def paid(hours_ago: float) -> dict[str, Any]:
    row = {"rate": 1e-5, "interval_s": 3600, "at_ns": AT_NS - round(hours_ago * HOUR_NS)}
    live = {"rate": 2.4e-5, "interval_s": 3600, "age_s": 1.0}
    return {"live": live, "predicted": None, "settled": [row], "next_ns": None}


def test_a_sound_pair_has_no_gate() -> None:
    assert gate(deep("a", 0.0), deep("b", 2.4e-5)) is None


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"age_s": 14.0, "stale": ["book"]}, "stale 14 s: book of b"),
        ({"stale": ["funding"]}, "stale 1 s: funding of b"),
        ({"rate": None}, "interval unknown: b states no rate for one"),
        ({"taker_fee": None}, "fee unknown: set taker_fee.b"),
        (
            {"funding": paid(3.2)},
            "settlement unhealthy: b last paid 3.2 h ago, every 1 h are due",
        ),
        (
            {"bids": [(99.9999, 6000.0)]},
            "depth 0.6x: the visible book of b holds 6000 of 10000",
        ),
        (
            {"bids": [(100.2199, 1e6)], "asks": [(100.2201, 1e6)]},
            "basis 22 bps, 20 are allowed",
        ),
    ],
)
def test_the_first_condition_that_fails_is_said_with_its_figure(
    fields: dict[str, Any], words: str
) -> None:
    other = {**deep("b", 2.4e-5), **fields}
    if "rate" in fields:
        other = deep("b", None)
    assert gate(deep("a", 0.0), other) == words


def test_what_is_stale_is_said_before_what_is_thin() -> None:
    thin = market("b", rate=2.4e-5, stale=["book"], age_s=9.0)
    assert gate(deep("a", 0.0), thin) == "stale 9 s: book of b"


def test_a_payment_within_its_interval_is_healthy() -> None:
    assert gate(deep("a", 0.0), deep("b", 2.4e-5, funding=paid(0.9))) is None


def test_a_chain_that_makes_no_blocks_does_not_settle() -> None:
    chain = {"venue": "b", "cadence_s": 1.0, "block_age_s": 40.0}
    words = gate(deep("a", 0.0), deep("b", 2.4e-5), chains=[chain])
    assert words == "settlement unhealthy: b has no block for 40 s"


def test_how_much_depth_and_basis_are_wanted_can_be_set() -> None:
    far = market("b", [(100.2199, 1e6)], [(100.2201, 1e6)], rate=2.4e-5)
    assert gate(deep("a", 0.0), far, max_basis_bps=30) is None
    half = {**deep("b", 2.4e-5), "bids": [(99.9999, 15_500.0)]}
    words = gate(deep("a", 0.0), half, min_depth=2)
    assert words == "depth 1.55x: the visible book of b holds 15500 of 10000"


def test_a_pair_without_a_rate_stays_in_the_ranking_at_its_end() -> None:
    markets = (deep("a", 0.0), deep("b", None), deep("c", 5e-5))
    found = calc("carry", view(*markets), notional_usd=1e4, haircut=False)
    assert len(found.values.pairs) == 3
    assert found.values.pairs[0].long_venue == "a"
    assert [p.spread_hourly is None for p in found.values.pairs] == [False, True, True]
    assert found.values.pairs[-1].cost_bps is not None
    alone = calc("carry", view(*markets[:2]), notional_usd=1e4, haircut=False)
    assert load("carry").verdict(alone) == "No pair: interval unknown: b states no rate for one."
