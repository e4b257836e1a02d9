"""The age of a rate is that of the figure it is: the venue's prediction, or the live rate."""

import pytest

from cockpit.core.events import Funding, Link
from cockpit.core.units import NS_PER_S
from cockpit.state.lookups import is_rate_stale, rate_field
from cockpit.state.recollection import Recollection
from cockpit.state.store import MarketStore

T0 = 1_760_000_000 * NS_PER_S
LONG_AFTER = T0 + 3600 * NS_PER_S


def said(at_ns):
    return {"venue": "lighter", "symbol": "BTC", "recv_ns": at_ns, "rate": 1e-4, "interval_s": 3600}


@pytest.fixture
def store():
    store = MarketStore([("lighter", None)], ["BTC"])
    store.apply(Link(venue="lighter", recv_ns=T0, state="live"))
    return store


@pytest.mark.parametrize("is_new", [True, False])
def test_beside_a_live_rate_the_prediction_decides(store, is_new):
    """The prediction is what counts: a live rate of this second makes an old one no younger."""
    store.apply(Funding(kind="predicted", **said(LONG_AFTER if is_new else T0)))
    store.apply(Funding(kind="live", **said(T0 if is_new else LONG_AFTER)))
    market = store.market("lighter", "BTC")
    assert rate_field(market) == "predicted"
    assert is_rate_stale(market, LONG_AFTER) is not is_new


def test_a_prediction_of_an_earlier_run_makes_no_live_rate_old(store):
    market = store.market("lighter", "BTC")
    market.recall(Recollection(predicted=Funding(kind="predicted", **said(T0))))
    store.apply(Funding(kind="live", **said(LONG_AFTER)))
    assert rate_field(market) == "funding"
    assert not is_rate_stale(market, LONG_AFTER)


def test_no_rate_is_none_of_the_present(store):
    market = store.market("lighter", "BTC")
    assert rate_field(market) is None
    assert is_rate_stale(market, T0)
