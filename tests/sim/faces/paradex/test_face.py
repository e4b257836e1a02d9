"""What the simulated Paradex says on its socket and over HTTP.

Figures: https://docs.paradex.trade/ws/web-socket-channels, .../api/prod,
.../risk-system/funding-mechanism.
"""

import json
import struct
from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.core.scenario import Scenario
from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.sim.faces import paradex
from cockpit.sim.server.memory import MemoryVenue
from cockpit.sim.world.contract import Asset, UpgradeRefused
from cockpit.sim.world.world import World
from tests.shapes import differences, recorded_shape, shape
from tests.sim.asking import Client, get
from tests.sim.fake_world import ASSETS, START_NS, FakeWorld

BTC = "BTC-USD-PERP"
HOURLY = Asset("TIA", 0.613, 1.25, 21e6, 0.11e6)
SBE = "?sbeSchemaId=1&sbeSchemaVersion="
TICK, LOT = 10, 100_000
"""Of BTC: a price of 111000.0 is 1110000 ticks, a size of 1 is 100000 lots."""


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(paradex.PROFILE, (*ASSETS, HOURLY))


@pytest.fixture
def client(world: FakeWorld) -> Client:
    return Client(paradex, world)


def call(client: Client, method: str, channel: Any, **more: Any) -> list[Any]:
    said = {"jsonrpc": "2.0", "method": method, "params": {"channel": channel}, **more}
    return client.send(said)


def ask(world: FakeWorld, target: str, status: int = 200) -> Any:
    answer = get(paradex, world, f"/v1/{target}")
    assert answer.status == status
    return json.loads(answer.body)


def data(pushes: list[Any]) -> list[Any]:
    return [push["params"]["data"] for push in pushes]


# --- requests ------------------------------------------------------------------------------------


def test_an_acknowledgement_echoes_the_channel_and_says_when_it_was_made(client: Client) -> None:
    (answer, *_) = call(client, "subscribe", f"order_book.{BTC}.deltas", id=7)
    assert (answer["id"], answer["result"]) == (7, {"channel": f"order_book.{BTC}.deltas"})
    assert answer["usOut"] - answer["usIn"] == answer["usDiff"] > 0


def test_a_request_without_an_id_is_answered_with_zero(client: Client) -> None:
    assert call(client, "subscribe", "nonsense")[0]["id"] == 0


@pytest.mark.parametrize(
    ("method", "channel", "code", "words"),
    [
        ("subscribe", "candles.BTC-USD-PERP", -32600, "invalid channel"),
        ("subscribe", "trades.NO-USD-PERP", -32600, "invalid channel"),
        ("subscribe", f"order_book.{BTC}.snapshot@20@100ms", -32600, "Expecting depth=15"),
        ("unsubscribe", f"trades.{BTC}", -32600, "not subscribed"),
        ("subscribe", None, -32602, "channel is missing"),
        ("dance", BTC, -32601, None),
    ],
)
def test_what_is_refused(
    client: Client, method: str, channel: Any, code: int, words: str | None
) -> None:
    (answer,) = call(client, method, channel, id=3)
    assert (answer["error"]["code"], answer["error"].get("data")) == (code, words)


def test_a_channel_twice_or_two_books_of_one_market_are_errors(client: Client) -> None:
    call(client, "subscribe", f"trades.{BTC}")
    call(client, "subscribe", f"order_book.{BTC}.deltas")
    for channel in (f"trades.{BTC}", f"order_book.{BTC}.snapshot@15@50ms"):
        assert call(client, "subscribe", channel)[0]["error"]["data"] == "already subscribed"
    assert call(client, "unsubscribe", f"order_book.{BTC}.deltas")[0]["result"]
    assert call(client, "subscribe", f"order_book.{BTC}.snapshot@15@50ms")[0]["result"]


@pytest.mark.parametrize(
    ("path", "is_open"),
    [
        ("/v1", True), (f"/v1{SBE}3", True), (f"/v1{SBE}4", False), ("/v1/binary", False),
        (f"/v1/binary{SBE}3", True), (f"/v1/binary/2{SBE}3", False), (f"/v1/binary/2{SBE}2", True),
        ("/v1/binary?sbeSchemaId=2&sbeSchemaVersion=1", False),
    ],
)  # fmt: skip
def test_an_encoding_that_is_not_served_is_http_400_at_the_upgrade(
    world: FakeWorld, path: str, is_open: bool
) -> None:
    if is_open:
        assert paradex.Face(world, path).on_open() == []
    else:
        with pytest.raises(UpgradeRefused) as refused:
            paradex.Face(world, path)
        assert refused.value.reply.status == 400


# --- channels ------------------------------------------------------------------------------------


def test_deltas_chain_by_one_and_some_have_no_level(world: FakeWorld, client: Client) -> None:
    _, first = call(client, "subscribe", f"order_book.{BTC}.deltas")
    whole = first["params"]["data"]
    assert (whole["update_type"], len(whole["inserts"])) == ("s", 60)
    numbers, empty = [whole["seq_no"]], 0
    for step in range(20):
        world.set_level("BTC", Side.BUY, 1_109_000 - step, LOT)
        for change in data(client.step(world.step(0.1))):
            numbers.append(change["seq_no"])
            empty += not (change["updates"] or change["deletes"])
    assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
    assert empty >= 2


def test_a_level_that_is_gone_is_deleted_by_its_price(world: FakeWorld, client: Client) -> None:
    call(client, "subscribe", f"order_book.{BTC}.deltas")
    best = max(world.by_symbol["BTC"].bids)
    world.set_level("BTC", Side.BUY, best, 0)
    (*_, change) = data(client.step(world.step(0.1)))
    assert [level["price"] for level in change["deletes"]] == ["110999.9"]
    assert change["updates"] == []


def test_the_snapshot_channel_says_fifteen_levels_each_time(
    world: FakeWorld, client: Client
) -> None:
    call(client, "subscribe", f"order_book.{BTC}.snapshot@15@100ms")
    world.set_level("BTC", Side.BUY, 1_109_000, LOT)
    (book,) = data(client.step(world.step(0.1)))
    assert (book["update_type"], len(book["inserts"])) == ("s", 30)
    assert client.step(world.step(0.1)) == [], "nothing changed"


def test_without_a_market_the_summaries_are_of_options_too(client: Client) -> None:
    for channel in ("markets_summary", "markets_summary.ALL"):
        rows = data(call(client, "subscribe", channel)[1:])
        assert {row["symbol"] for row in rows} > {BTC, "kPEPE-USD-PERP", "BTC-USD-96000-C"}
    dated = next(row for row in rows if "25DEC26" in row["symbol"])
    assert (dated["mark_price"], dated["funding_rate"]) == ("", "")


@pytest.mark.parametrize("kind", ["funding_data", "markets_summary", "bbo", "trades"])
def test_a_push_names_its_channel_as_it_was_subscribed(
    world: FakeWorld, client: Client, kind: str
) -> None:
    """The venue's own client finds who waits for a push by its whole name."""
    names = [f"{kind}.{BTC}", f"{kind}.ALL"]
    said = [push for name in names for push in call(client, "subscribe", name)[1:]]
    world.trade("BTC", Side.BUY, 1_110_000, 1)
    said += client.step(world.step(0.1))
    assert {push["params"]["channel"] for push in said} == set(names)


def test_the_best_levels_are_said_when_one_of_them_changed(
    world: FakeWorld, client: Client
) -> None:
    call(client, "subscribe", f"bbo.{BTC}")
    client.step(world.step(0.1))
    world.set_level("BTC", Side.BUY, 1_109_000, LOT)
    assert client.step(world.step(0.1)) == [], "not one of the best"
    world.set_level("BTC", Side.BUY, max(world.by_symbol["BTC"].bids), 3 * LOT)
    (row,) = data(client.step(world.step(0.1)))
    assert (row["bid"], row["bid_size"]) == ("110999.9", "3.00000")
    assert {**row, "last_updated_at": 0} == {**ask(world, f"bbo/{BTC}"), "last_updated_at": 0}


def test_a_book_in_steps_puts_levels_together(world: FakeWorld, client: Client) -> None:
    """Bids of 111000.0 and below by a tenth, asks above: all of thirty fall into few steps."""
    _, book = call(client, "subscribe", f"order_book.{BTC}.snapshot@15@100ms@1")
    levels = book["params"]["data"]["inserts"]
    state = world.by_symbol["BTC"]
    lots = sum(size for ticks, size in state.bids.items() if ticks >= 1_109_990)
    assert (levels[0]["price"], levels[0]["size"]) == ("110999.0", state.size_text(lots))
    best_ask = next(level for level in levels if level["side"] == "SELL")
    assert float(best_ask["price"]) == -(-min(state.asks) // TICK)
    refused = call(client, "subscribe", "order_book.ETH-USD-PERP.snapshot@15@100ms@0_0001")
    assert refused[0]["error"]["data"] == "invalid price tick"


def test_rates_are_compared_per_hour(world: FakeWorld, client: Client) -> None:
    world.by_symbol["BTC"].rate, world.by_symbol["TIA"].rate = 0.0008, 0.0008
    _, *rows = call(client, "subscribe", "funding_rate_comparison.ALL@1000ms")
    hourly = {row["symbol"]: row["hourly_funding_rate"] for row in data(rows)}
    assert (hourly[BTC], hourly["TIA-USD-PERP"]) == ("0.0001", "0.0008")
    assert {row["source"] for row in data(rows)} == {"PARADEX"}
    refused = call(client, "subscribe", f"funding_rate_comparison.{BTC}@1000ms")
    assert refused[0]["error"]["data"] == "invalid channel"


def test_a_push_of_funding_has_rate_and_premium(client: Client) -> None:
    _, push = call(client, "subscribe", f"funding_data.{BTC}")
    row = push["params"]["data"]
    premium = float(row["funding_rate"]) * 111_000
    assert float(row["funding_premium"]) == pytest.approx(premium, rel=1e-3)
    assert row["funding_period_hours"] == 8


def test_a_rate_of_zero_is_said_and_one_that_is_not_known_is_not(
    world: FakeWorld, client: Client
) -> None:
    world.by_symbol["BTC"].rate, world.by_symbol["ETH"].rate = 0.0, None
    rows = {row["market"]: row for row in data(call(client, "subscribe", "funding_data")[1:])}
    assert rows[BTC]["funding_rate"] == "0"
    assert "ETH-USD-PERP" not in rows


def test_a_trade_has_a_long_id_and_its_kind(world: FakeWorld, client: Client) -> None:
    call(client, "subscribe", f"trades.{BTC}")
    world.trade("BTC", Side.SELL, 1_109_999, 5 * LOT // 10, liquidation=True)
    (row,) = data(client.step(world.step(0.1)))
    assert len(row["id"]) == 28
    assert (row["side"], row["price"], row["size"]) == ("SELL", "110999.9", "0.50000")
    assert row["trade_type"] == "LIQUIDATION"


def test_a_binary_connection_says_requests_in_text_and_a_heartbeat_after_twenty_seconds(
    world: FakeWorld,
) -> None:
    face = paradex.Face(world, f"/v1{SBE}3")
    said = {"method": "subscribe", "params": {"channel": f"order_book.{BTC}.deltas"}}
    answer, book = face.on_frame(json.dumps(said))
    assert isinstance(answer, str)
    assert isinstance(book, bytes)
    assert struct.unpack_from("<HHHH", book) == (89, 3, 1, 3)
    assert face.on_step(world.step(19.0)) == []
    (beat,) = face.on_step(world.step(2.0))
    assert isinstance(beat, bytes)
    assert struct.unpack_from("<HHHHq", beat) == (16, 40, 1, 3, world.now_ns() // 1000)


@pytest.mark.parametrize(
    ("channel", "head", "rest"),
    [
        (f"bbo.{BTC}", (48, 2, 1, 3), "<qqqqqq"),
        ("funding_rate_comparison.ALL@500ms", (26, 6, 1, 3), "<qqqBB"),
    ],
)
def test_touches_and_comparisons_have_their_templates(
    world: FakeWorld, channel: str, head: tuple[int, ...], rest: str
) -> None:
    world.by_symbol["BTC"].rate = 0.0008
    face = paradex.Face(world, f"/v1{SBE}3")
    _, *frames = face.on_frame(json.dumps({"method": "subscribe", "params": {"channel": channel}}))
    frame = [*frames, *face.on_step(world.step(0.1))][0]
    assert isinstance(frame, bytes)
    assert struct.unpack_from("<HHHH", frame) == head
    figures = struct.unpack_from(rest, frame, 8)
    assert figures[2] == (11_099_990_000_000 if head[1] == 2 else 100_000_000)
    assert frame[8 + head[0] :] == bytes([len(BTC)]) + BTC.encode()


# --- HTTP ----------------------------------------------------------------------------------------


def test_the_listing_has_options_among_the_perpetuals(world: FakeWorld) -> None:
    rows = {row["symbol"]: row for row in ask(world, "markets")["results"]}
    assert rows["kPEPE-USD-PERP"]["base_currency"] == "kPEPE"
    assert {rows[name]["asset_kind"] for name in rows if not name.endswith("-PERP")} == {
        "OPTION", "PERP_OPTION",
    }  # fmt: skip
    hours = [rows[f"{coin}-USD-PERP"]["funding_period_hours"] for coin in ("BTC", "TIA")]
    assert hours == [8, 1]
    assert ask(world, "markets?market=NO-USD-PERP", 404)["error"] == "MARKET_NOT_FOUND"


def test_history_is_dense_and_pages_by_an_opaque_cursor(world: FakeWorld) -> None:
    state = world.by_symbol["BTC"]
    state.settled = [(START_NS - 8 * 3600 * NS_PER_S, 1e-4, 1e-4, 110_000.0)]
    first = ask(world, f"funding/data?market={BTC}&page_size=3")
    second = ask(world, f"funding/data?market={BTC}&page_size=3&cursor={first['next']}")
    stamps = [row["created_at"] for row in (*first["results"], *second["results"])]
    assert stamps == [stamps[0] - 5_000 * i for i in range(6)]
    assert ask(world, f"funding/data?market={BTC}&cursor=%21", 400)["error"] == "VALIDATION_ERROR"


def test_the_index_rises_by_the_rate_of_each_period(world: FakeWorld) -> None:
    """The period before the last payment paid 2e-4 at 110000: 22 quote a contract in 8 hours."""
    state = world.by_symbol["BTC"]
    period_ns = 8 * 3600 * NS_PER_S
    stamp_ns = START_NS // period_ns * period_ns
    state.settled = [
        (stamp_ns - period_ns, 1e-4, 1e-4, 109_000.0), (stamp_ns, 2e-4, 2e-4, 110_000.0)
    ]  # fmt: skip

    def index(at_ns: int) -> float:
        span = f"start_at={at_ns // NS_PER_MS}&end_at={at_ns // NS_PER_MS}"
        (row,) = ask(world, f"funding/data?market={BTC}&{span}")["results"]
        return float(row["funding_index"])

    assert index(stamp_ns) - index(stamp_ns - period_ns) == pytest.approx(22.0)
    half = index(stamp_ns - period_ns // 2) - index(stamp_ns - period_ns)
    assert half == pytest.approx(11.0)


def test_fills_are_newest_first_in_pages(world: FakeWorld) -> None:
    for lots in (3, 4, 5):
        world.trade("BTC", Side.SELL, 1_110_000, lots)
    first = ask(world, f"trades?market={BTC}&page_size=2")
    rest = ask(world, f"trades?market={BTC}&page_size=2&cursor={first['next']}")
    sizes = [row["size"] for row in (*first["results"], *rest["results"])]
    assert sizes == ["0.00005", "0.00004", "0.00003"]
    assert {row["side"] for row in first["results"]} == {"SELL"}
    assert rest["next"] is None


def test_candles_ascend_by_minutes_within_their_span(world: FakeWorld) -> None:
    hour_ms = world.at_ns // NS_PER_MS // 3_600_000 * 3_600_000
    span = f"start_at={hour_ms - 3_600_000}&end_at={hour_ms}"
    rows = ask(world, f"markets/klines?symbol={BTC}&resolution=60&{span}")["results"]
    assert [row[0] for row in rows] == [hour_ms - 3_600_000, hour_ms]
    assert rows[1][4] == 111_000.0
    refused = ask(world, f"markets/klines?symbol={BTC}&resolution=7&{span}", 400)
    assert refused["error"] == "VALIDATION_ERROR"


def test_the_instance_is_described_and_private_reads_want_a_token(world: FakeWorld) -> None:
    """The venue's own client reads the instance before anything else, and every text of it."""
    config = ask(world, "system/config")
    assert config["paraclear_decimals"] == 8
    assert {config[f"starknet_{name}"] for name in ("chain_id", "fullnode_rpc_url")}
    assert [token["symbol"] for token in config["bridged_tokens"]] == ["USDC"]
    for path in ("account", "positions", "funding/payments"):
        assert ask(world, path, 401)["error"] == "INVALID_TOKEN"
    order = paradex.on_http(world, "POST", "/v1/orders", {}, b"{}")
    assert (order.status, json.loads(order.body)["error"]) == (401, "INVALID_TOKEN")


def test_a_level_is_a_pair_over_http(world: FakeWorld) -> None:
    book = ask(world, f"orderbook/{BTC}?depth=2")
    assert [price for price, _ in book["bids"]] == ["110999.9", "110999.8"]


@pytest.mark.parametrize(
    ("target", "recording"),
    [
        (f"markets?market={BTC}", "rest_202406_markets_btc_perp.json"),
        (f"markets/summary?market={BTC}", "rest_20260911_markets_summary_btc_eth.json"),
        (f"orderbook/{BTC}", "rest_202406_orderbook_btc.json"),
        (f"trades?market={BTC}&page_size=1", "rest_202406_trades_btc.json"),
    ],
)
def test_a_reply_is_made_of_what_the_recorded_one_is(
    world: FakeWorld, target: str, recording: str
) -> None:
    found = differences(recorded_shape("paradex", recording), shape(ask(world, target)))
    assert [gap for gap in found if not gap.endswith("is new")] == []


def test_an_option_and_the_pushes_are_made_of_what_the_recorded_ones_are(
    world: FakeWorld, client: Client
) -> None:
    (option,) = ask(world, "markets?market=BTC-USD-96000-C")["results"]
    recorded = recorded_shape("paradex", "rest_202501_market_perp_option_row.json")
    assert differences(recorded, shape(option)) == []
    pushes = recorded_shape("paradex", "ws_2024-2026_single_frames.jsonl", "subscription")
    channels = ("trades", "order_book", "funding_data", "markets_summary")
    said = [
        call(client, "subscribe", f"{channel}.{BTC}{'.deltas' * (channel == 'order_book')}")
        for channel in channels
    ]
    since_2024 = {"bid_size", "ask_size", "delta", "greeks", "external_fair_price"}
    since_2024 |= {"risk_free_rate"}
    for push in [push for answers in said for push in answers[1:]]:
        new = differences(pushes, shape(push))
        assert [gap for gap in new if gap.split(".")[-1].split()[0] not in since_2024] == []


# --- the long tail -------------------------------------------------------------------------------


def test_the_figures_of_all_markets_wake_no_book_and_a_subscription_does() -> None:
    start_ns = 1_795_392_000_000_000_000
    world = World(3, [paradex.PROFILE], ("BTC", "ETH"), Scenario(name="quiet"), start_ns, 60)
    venue = MemoryVenue(world, paradex)
    client = venue.connect("/v1")
    client.receive('{"method":"subscribe","params":{"channel":"markets_summary"}}')
    for _ in range(4):
        venue.step(1.0)
    rows = data([json.loads(text) for text in client.pending()][1:])
    quiet = [row for row in rows if row["symbol"].startswith("kSHIB")]
    assert len({row["symbol"] for row in rows}) > 60
    assert 0 < float(quiet[0]["bid"]) < float(quiet[0]["ask"])
    assert float(quiet[0]["open_interest"]) > 0
    assert venue.view.awake == {}
    client.receive('{"method":"subscribe","params":{"channel":"order_book.kSHIB-USD-PERP.deltas"}}')
    venue.step(1.0)
    assert list(venue.view.awake) != []
