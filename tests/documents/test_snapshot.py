"""The JSON twins: null is not zero, and what is old is named."""

import json

import msgspec
import pytest

from cockpit.core.events import (
    BookSnapshot,
    Funding,
    Instrument,
    Link,
    OpenInterest,
    Prices,
    Volume,
)
from cockpit.documents.schema import SnapshotDocument, json_schema
from cockpit.documents.snapshot import snapshot
from cockpit.state.store import MarketStore

S = 1_000_000_000
T0 = 1_760_000_000 * S
SAID = {"venue": "dydx", "symbol": "BTC", "recv_ns": T0}


@pytest.fixture
def store():
    store = MarketStore([("dydx", "dydx-mainnet-1")], ["BTC"])
    store.apply(Link(venue="dydx", recv_ns=T0, state="live"))
    return store


def document(store, at_ns=T0, depth=None):
    return json.loads(msgspec.json.encode(snapshot(store, at_ns, depth, [])))


def test_an_unknown_market_is_nulls_and_warnings(store):
    doc = document(store)
    market = doc["markets"][0]
    for key in ("mark", "index", "last", "open_interest_base", "open_interest_usd",
                "volume_24h_usd", "spread_bps",
                "tick", "taker_fee", "age_s"):  # fmt: skip
        assert market[key] is None, key
    assert market["funding"]["apr"] is None
    assert market["funding"]["live"] is None
    assert market["depth_usd"]["25"] == {"bid": None, "ask": None}
    assert any("no book" in warning for warning in doc["warnings"])


def complete(store):
    store.apply(Instrument(native="BTC-USD", base="BTC", quote="USD", tick=1.0, lot=0.0001, **SAID))
    store.apply(
        BookSnapshot(bids=((99.9, 10.0), (99.0, 5.0)), asks=((100.1, 20.0), (102.0, 1.0)), **SAID)
    )
    store.apply(Prices(mark=100.0, index=100.2, **SAID))
    store.apply(OpenInterest(base=7.0, **SAID))
    store.apply(Volume(usd_24h=5e6, **SAID))
    store.apply(Funding(kind="live", rate=1e-5, interval_s=3600, next_ns=T0 + S, **SAID))


def test_a_complete_market_has_no_warnings_and_derived_figures(store):
    complete(store)
    doc = document(store)
    market = doc["markets"][0]
    assert doc["warnings"] == []
    assert market["spread_bps"] == pytest.approx(20.0)
    assert market["depth_usd"]["10"] == pytest.approx({"bid": 999.0, "ask": 2002.0})
    assert market["depth_usd"]["50"] == pytest.approx({"bid": 999.0, "ask": 2002.0})
    assert market["covered_bps"] == pytest.approx({"bid": 100.0, "ask": 200.0})
    assert market["open_interest_usd"] == 700.0
    assert market["volume_24h_usd"] == 5e6
    assert market["funding"]["basis"] == "live"
    assert market["funding"]["hourly"] == 1e-5
    assert market["funding"]["apr"] == pytest.approx(0.0876)
    assert market["funding"]["next_ns"] == T0 + S


def test_the_basis_of_the_rate_is_the_venues_own_prediction_where_it_has_one(store):
    complete(store)
    store.apply(Funding(kind="predicted", rate=8e-5, interval_s=8 * 3600, **SAID))
    funding = document(store)["markets"][0]["funding"]
    assert funding["basis"] == "predicted"
    assert funding["hourly"] == pytest.approx(1e-5)
    assert funding["predicted"]["interval_s"] == 8 * 3600


def test_an_old_prediction_is_named_beside_a_live_rate_of_now(store):
    """The rate of the document is the prediction, and an hour ago it may have been another."""
    complete(store)
    store.apply(Funding(kind="predicted", rate=8e-5, interval_s=3600, **SAID))
    now_ns = T0 + 3600 * S
    store.apply(Funding(kind="live", rate=1e-5, interval_s=3600, **{**SAID, "recv_ns": now_ns}))
    doc = document(store, now_ns)
    assert doc["markets"][0]["funding"]["basis"] == "predicted"
    said = [words for words in doc["warnings"] if "funding" in words or "predicted" in words]
    assert said == ["dydx/BTC: predicted stale 3600 s"]


def test_an_old_figure_keeps_its_value_and_is_named(store):
    complete(store)
    doc = document(store, T0 + 3600 * S)
    market = doc["markets"][0]
    assert market["mark"] == 100.0
    assert set(market["stale"]) == {
        "book", "funding", "open_interest", "mark", "index", "volume",
    }  # fmt: skip
    assert any("funding stale 3600 s" in warning for warning in doc["warnings"])


def test_depth_cuts_the_levels_but_not_the_bands(store):
    complete(store)
    market = document(store, depth=1)["markets"][0]
    assert market["bids"] == [[99.9, 10.0]]
    assert market["covered_bps"]["ask"] == pytest.approx(200.0)


def test_a_market_that_the_venue_does_not_list_is_left_out(store):
    store.apply(Instrument(**{**SAID, "symbol": "ETH"}, native="ETH-USD", base="ETH", quote="USD"))
    assert document(store)["markets"] == []


def test_a_lost_venue_shows_no_depth(store):
    complete(store)
    store.apply(Link(venue="dydx", recv_ns=T0 + S, state="down", reason="closed"))
    doc = document(store, T0 + 2 * S)
    assert doc["markets"][0]["bids"] == []
    assert doc["markets"][0]["link"] == "down"
    assert doc["chains"][0]["reason"] == "closed"
    assert any("link down" in warning for warning in doc["warnings"])


def test_the_schema_names_every_key_that_is_written(store):
    complete(store)
    schema = json_schema()
    written = json.loads(msgspec.json.encode(snapshot(store, T0, None, [])))
    market = schema["$defs"]["MarketDocument"]["properties"]
    assert set(written["markets"][0]) == set(market)
    assert set(written["chains"][0]) == set(schema["$defs"]["ChainDocument"]["properties"])
    assert set(written) == set(schema["$defs"]["SnapshotDocument"]["properties"])


def test_what_is_written_is_read_by_the_same_structs(store):
    complete(store)
    written = snapshot(store, T0, None, [])
    assert msgspec.json.decode(msgspec.json.encode(written), type=SnapshotDocument) == written
