"""Books with fewer levels: nothing is lost, and group ends are exact."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.execution.depth import walk
from cockpit.calculators.common.book_reduction import reduced

BOOKS = st.lists(st.tuples(st.floats(0.01, 5), st.floats(0.001, 50)), min_size=1, max_size=200)


@given(steps=BOOKS, most=st.integers(2, 20), is_bid=st.booleans())
def test_a_reduced_book_holds_and_costs_the_same_in_all(steps, most, is_bid) -> None:  # type: ignore[no-untyped-def]
    price, levels = 1_000.0, []
    for step, size in steps:
        price += -step if is_bid else step
        levels.append((max(price, 1e-6), size))
    levels = [level for k, level in enumerate(levels) if k == 0 or level[0] != levels[k - 1][0]]
    fewer = reduced(levels, most)
    assert len(fewer) <= most
    total = sum(size for _, size in levels)
    assert sum(size for _, size in fewer) == pytest.approx(total)
    assert walk(fewer, total * 0.999999).usd == pytest.approx(
        walk(levels, total * 0.999999).usd, rel=1e-4
    )
    assert fewer[: min(most // 2, len(levels))] == levels[: min(most // 2, len(levels))]


def test_a_small_book_stays_as_it_is() -> None:
    assert reduced([(100.0, 1.0), (101.0, 2.0)], 8) == [(100.0, 1.0), (101.0, 2.0)]
