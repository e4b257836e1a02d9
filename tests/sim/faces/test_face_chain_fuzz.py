"""Whatever a client says to dYdX's or Lighter's face, it is answered in the venue's words."""

import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.sim.faces import dydx, lighter
from cockpit.sim.faces.lighter import rest as lighter_rest
from tests.sim.faces.dydx import client as dydx_client
from tests.sim.faces.lighter import client as lighter_client
from tests.sim.fake_world import FakeWorld

ODD = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=8))
VALUES = st.one_of(
    ODD,
    st.lists(ODD, max_size=2),
    st.dictionaries(st.text(max_size=4), ODD, max_size=2),
    st.sampled_from(["BTC-USD", "dydx1a/0", "v4_orderbook", "order_book/1"]),
    st.sampled_from(["v4_trades", "v4_markets", "market_stats/all", "account_all/1", "height"]),
)
KINDS = st.one_of(st.sampled_from(["subscribe", "unsubscribe", "ping", "pong"]), VALUES)
MESSAGES = st.builds(
    lambda kind, fields: {**fields, "type": kind},
    KINDS,
    st.dictionaries(st.sampled_from(["channel", "id", "batched", "auth"]), VALUES),
)
FRAMES = st.one_of(MESSAGES.map(json.dumps), st.text(max_size=20), st.binary(max_size=20))
NAMES = ("market_id", "limit", "resolution", "start_timestamp", "end_timestamp", "by", "value")
QUERIES = st.dictionaries(
    st.sampled_from((*NAMES, "ticker", "fromISO", "effectiveBeforeOrAtHeight", "timePeriod")),
    st.one_of(st.integers(-5, 10**14).map(str), st.sampled_from(["1h", "1MIN", "height", "x"])),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(FRAMES, max_size=4))
def test_no_frame_breaks_a_face(frames: list[Any]) -> None:
    chain, rollup = dydx_client.Client(), lighter_client.Client()
    for text in frames:
        chain.say(text)
        rollup.say(text)
    chain.wait(0.3, blocks=1, flush=True)
    rollup.wait(0.3, blocks=1, flush=True)
    assert all("type" in message for message in chain.seen)
    assert all("type" in message or "error" in message for message in rollup.seen)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(
        [
            "/v4/perpetualMarkets",
            "/v4/trades/perpetualMarket/BTC-USD",
            "/v4/historicalFunding/ETH-USD",
            "/v4/fundingPayments",
            "/v4/addresses/dydx1a/subaccountNumber/x",
        ]
    ),
    st.sampled_from(sorted(lighter_rest.API)),
    QUERIES,
)
def test_no_query_breaks_a_rest(path: str, name: str, query: dict[str, str]) -> None:
    text = "&".join(f"{key}={value}" for key, value in query.items())
    for module, target in ((dydx, path), (lighter, f"/api/v1/{name}")):
        reply = module.on_http(FakeWorld(module.PROFILE), "GET", f"{target}?{text}", {}, b"")
        assert reply.status in (200, 400, 404)
        json.loads(reply.body)
