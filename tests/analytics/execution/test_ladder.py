"""Levels that are checked once and read many times."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.execution.depth import haircut_frac, walk
from cockpit.analytics.execution.ladder import Ladder, ladder
from cockpit.analytics.execution.split import best_single, best_split
from tests.analytics.books import ASKS, offer


def test_a_ladder_reads_like_the_levels_it_was_made_of() -> None:
    side = Ladder.of(ASKS)
    assert list(side) == ASKS
    assert (side[0], side[-1], len(side)) == (ASKS[0], ASKS[-1], 3)
    assert list(side[1:]) == ASKS[1:]
    assert side.before.tolist() == [0.0, 5.0, 15.0]
    assert side.total == 35.0


def test_what_was_checked_is_not_checked_again() -> None:
    side = Ladder.of(ASKS)
    assert Ladder.of(side) is side
    assert ladder(side)[0] is side.prices


def test_an_empty_ladder_is_false_as_an_empty_list_is() -> None:
    assert not Ladder.of([])
    assert Ladder.of(ASKS)


def test_a_thinned_ladder_fills_less_at_the_same_prices() -> None:
    thin = Ladder.of(ASKS).thinned(0.5)
    assert list(thin) == [(100.0, 2.5), (100.05, 5.0), (100.1, 10.0)]
    assert walk(thin, 20.0).unfilled == 2.5


@pytest.mark.parametrize("levels", [[(1.0, np.inf)], [(np.inf, 1.0)], [(1.0, np.nan), (2.0, 1.0)]])
def test_one_number_that_is_not_finite_spoils_a_ladder(levels: list[tuple[float, float]]) -> None:
    with pytest.raises(ValueError, match="finite"):
        Ladder.of(levels)


@pytest.mark.parametrize("width", [1, 2, 3, 5, 7, 12])
def test_the_haircut_looks_at_every_window_of_any_width(width: int) -> None:
    depths = np.random.default_rng(width).uniform(1.0, 9.0, 30)
    windows = [depths[i : i + width] for i in range(30 - width + 1)]
    solid = [window.min() / window.mean() for window in windows]
    assert haircut_frac(depths, width, 0.1) == pytest.approx(np.quantile(solid, 0.1))


@pytest.mark.parametrize("size", [0.4, 3.0, 7.3, 34.9, 60.0])
def test_the_best_single_venue_is_the_best_split_over_one(size: float) -> None:
    alone = offer(ASKS, fee=5e-4, lot=0.1, min_notional_usd=150.0)
    split = best_split([alone], 1, size)
    single = best_single([alone], 1, size)
    assert (split.filled == 0) == (single is None)
    assert single is None or single == (0, split)


def test_an_order_of_exactly_a_level_ends_in_it() -> None:
    # 0.1 + 0.4 - 0.4 is 0.09999999999999998 in binary, 0.7 + 0.1 is 0.7999999999999999.
    assert walk([(100.1, 0.1), (101.0, 0.4)], 0.1).worst == 100.1
    done = walk([(100.1, 0.7), (100.2, 0.1), (101.0, 0.4)], 0.8)
    assert (done.worst, done.unfilled) == (100.2, 0.0)
    assert walk([(100.1, 0.7), (100.2, 0.1)], 0.8).unfilled == 0.0
    assert walk([(100.1, 0.1), (101.0, 0.4)], 0.101).worst == 101.0


@given(
    sizes=st.lists(st.integers(1, 10_000), min_size=1, max_size=20),
    lots=st.integers(1, 60_000),
    lot=st.sampled_from([0.001, 0.0001, 0.1, 3.0]),
    dust=st.sampled_from([-1e-12, 0.0, 1e-12]),
)
def test_the_worst_price_is_that_of_the_last_lot(sizes, lots, lot, dust) -> None:  # type: ignore[no-untyped-def]
    levels = [(100.0 + k, count * lot) for k, count in enumerate(sizes)]
    last_lot = min(lots, sum(sizes))
    level = next(k for k in range(len(sizes)) if sum(sizes[: k + 1]) >= last_lot)
    assert walk(levels, lots * lot * (1 + dust)).worst == 100.0 + level
