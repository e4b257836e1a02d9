"""What history is handed each slot: every market, with the volume that a survey tells."""

import pytest

from cockpit.core.events import Funding, Link, Prices, Volume
from cockpit.history.readings import readings
from cockpit.state.store import MarketStore
from tests.support import AT_NS

S = 1_000_000_000


def said(symbol):
    return {"venue": "a", "symbol": symbol, "recv_ns": AT_NS}


def test_a_surveyed_market_is_sampled_as_one_and_its_volume_is_kept_until_it_is_old():
    store = MarketStore([("a", None)], ["BTC"])
    store.survey(True)
    store.apply_all([
        Link(venue="a", recv_ns=AT_NS, state="live"),
        Volume(usd_24h=9e8, **said("BTC")),
        Prices(mark=2.5, **said("WIF")),
        Volume(usd_24h=7e6, **said("WIF")),
    ])  # fmt: skip
    btc, wif = readings(store, AT_NS + 5 * S)
    assert (btc.symbol, btc.watched, btc.figures.volume_24h_usd) == ("BTC", True, 9e8)
    assert (wif.symbol, wif.watched, wif.figures.volume_24h_usd) == ("WIF", False, 7e6)
    assert (wif.figures.mark, wif.figures.volume_age_s, wif.figures.mid) == (2.5, 5, None)
    _, later = readings(store, AT_NS + 2000 * S)
    assert later.figures.volume_24h_usd is None
    assert later.figures.volume_age_s == 2000


def test_a_prediction_of_another_interval_is_kept_at_the_interval_of_the_row():
    """0.5 bps an hour are 4 bps in the eight hours that the live rate is of."""
    store = MarketStore([("a", None)], ["BTC"])
    store.apply_all([
        Link(venue="a", recv_ns=AT_NS, state="live"),
        Funding(kind="live", rate=1e-4, interval_s=28_800, **said("BTC")),
        Funding(kind="predicted", rate=5e-5, interval_s=3_600, **said("BTC")),
    ])  # fmt: skip
    [row] = readings(store, AT_NS + S)
    kept = row.figures
    assert (kept.live_rate, kept.interval_s) == (1e-4, 28_800)
    assert kept.predicted_rate == pytest.approx(4e-4)
