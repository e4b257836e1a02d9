"""What may end a trade, and how it is said."""

import pytest

from cockpit.core.units import NS_PER_S
from cockpit.documents.trades import trades_document
from cockpit.portfolio.trades.dangers import Danger
from cockpit.portfolio.trades.keeper import Keeper
from cockpit.portfolio.trades.reading import read as read_trades
from tests.portfolio.trades.legs import T0, A, holds, market, read, store

ASTER, HL = ("aster", A), ("hyperliquid", A)


def trade(now_ns=T0, quantile=None, **more):
    """Short at a venue that tells its queue, long at one that does not."""
    view = store(ASTER, HL)
    view.apply_all(
        [*market("aster", 100.0, 100.0), *market("hyperliquid", 100.0, 100.0),
         holds(*ASTER, -1.0, adl_quantile=quantile, **more), read(*ASTER),
         holds(*HL, 1.0), read(*HL)]
    )  # fmt: skip
    Keeper(view).look(T0)
    [found] = read_trades(view, now_ns).trades
    return found, view


@pytest.mark.parametrize(("quantile", "is_near"), [(None, False), (2, False), (3, True), (4, True)])
def test_a_leg_that_its_venue_closes_among_the_first_is_a_danger(quantile, is_near):
    found, _ = trade(quantile=quantile)
    near = [danger for danger in found.dangers if danger.kind == "adl"]
    assert bool(near) is is_near
    if near:
        assert near[0].leg.venue == "aster"
        assert near[0].words.startswith(f"aster/BTC: {quantile} of 4 in the queue of automatic")


def test_a_place_in_the_queue_that_was_read_long_ago_is_no_danger_of_now():
    found, _ = trade(T0 + 3600 * NS_PER_S, quantile=4)
    assert {danger.kind for danger in found.dangers} >= {"away"}
    assert "adl" not in {danger.kind for danger in found.dangers}


def test_the_document_says_the_place_of_each_leg_and_null_where_no_venue_tells():
    _, view = trade(quantile=1)
    [document] = trades_document(read_trades(view, T0), (), ()).trades
    assert {leg.venue: leg.adl_quantile for leg in document.legs} == {
        "aster": 1, "hyperliquid": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "words"),
    [(984_852_123.0, "nothing hedges 984852123 of it (long)"),
     (-0.00001234, "nothing hedges 0.00001234 of it (short)")],
)  # fmt: skip
def test_an_amount_of_a_small_or_a_large_coin_has_no_exponent(amount, words):
    assert Danger(kind="orphan", leg=None, amount=amount).words == words
