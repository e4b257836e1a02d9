"""Orderly's socket: acknowledgements, refusals, books that chain, figures at their cadence."""

from typing import Any

import pytest

from cockpit.core.market import Side
from cockpit.sim.faces import orderly
from cockpit.sim.world.contract import CloseConnection, UpgradeRefused
from tests.shapes import differences, recorded_shape, shape
from tests.sim.asking import Client, decoded
from tests.sim.fake_world import START_NS, FakeWorld

BTC = "PERP_BTC_USDC"
START_MS = START_NS // 10**6
RECORDING = "ws_frames_2026-09-23.jsonl"


@pytest.fixture
def world() -> FakeWorld:
    return FakeWorld(orderly.PROFILE)


@pytest.fixture
def client(world: FakeWorld) -> Client:
    return Client(orderly, world)


def subscribe(topic: str, **more: Any) -> Any:
    return {"id": "c1", "event": "subscribe", "topic": topic, **more}


def request_book(name: str = BTC) -> Any:
    return {"id": "r", "event": "request", "params": {"type": "orderbook", "symbol": name}}


def like_the_recording(frame: Any, kind: str) -> list[str]:
    return differences(recorded_shape("orderly", RECORDING, kind), shape(frame))


# --- the connection ----------------------------------------------------------------------------


def test_a_socket_without_an_id_is_not_found(world: FakeWorld) -> None:
    with pytest.raises(UpgradeRefused) as refused:
        orderly.Face(world, "/ws/stream/")
    assert refused.value.reply.status == 404


def test_any_other_id_opens_and_is_closed_at_once(world: FakeWorld) -> None:
    (closing,) = orderly.Face(world, "/ws/stream/somebody").on_open()
    assert isinstance(closing, CloseConnection)
    assert closing.code == 1000


def test_the_venue_pings_and_closes_who_says_nothing_for_110_seconds(
    world: FakeWorld, client: Client
) -> None:
    frames = [f for _ in range(110) for f in client.face.on_step(world.step(1.0))]
    *pings, closing = frames
    assert isinstance(closing, CloseConnection)
    assert [ping["event"] for ping in decoded(pings)] == ["ping"] * len(pings)
    assert like_the_recording(decoded(pings)[0], "ping") == []


def test_a_client_that_answers_pings_stays(world: FakeWorld, client: Client) -> None:
    for _ in range(300):
        client.step(world.step(1.0))
        assert client.send({"event": "pong"}) == []
    (pong,) = client.send({"event": "ping"})
    assert like_the_recording(pong, "pong") == []


# --- requests ----------------------------------------------------------------------------------


def test_a_subscription_is_acknowledged_by_its_id_or_without_one(client: Client) -> None:
    (ack,) = client.send(subscribe(f"{BTC}@trade"))
    assert like_the_recording(ack, "subscribe") == []
    (ack,) = client.send({"event": "subscribe", "topic": f"{BTC}@bbo"})
    assert "id" not in ack
    assert ack["success"]


def test_an_unknown_suffix_is_acknowledged_and_never_heard_of(
    world: FakeWorld, client: Client
) -> None:
    (ack,) = client.send(subscribe(f"{BTC}@nosuchthing"))
    assert ack["success"]
    assert client.step(world.step(3.0, flush=True)) == []


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        ("not json", "invalid message"),
        ({"id": "c1", "event": "subscribe"}, "invalid message"),
        (subscribe("PERP_NOPE_USDC@trade"), "invalid symbol PERP_NOPE_USDC"),
        (subscribe(f"{BTC}@indexprice"), f"invalid index symbol {BTC}"),
        (request_book("PERP_NOPE_USDC"), "invalid symbol PERP_NOPE_USDC"),
    ],
)
def test_a_refusal_has_no_event(client: Client, request_: Any, words: str) -> None:
    (refusal,) = client.send(request_)
    assert "event" not in refusal
    assert (refusal["success"], refusal["errorMsg"]) == (False, words)


def test_the_hundred_and_first_topic_is_refused(client: Client) -> None:
    for number in range(100):
        assert client.send(subscribe(f"{BTC}@kline_{number}"))[0]["success"]
    (refusal,) = client.send(subscribe(f"{BTC}@trade"))
    assert refusal["errorMsg"] == "your subscribed topics have reached limit "


def test_a_topic_asked_for_twice_is_acknowledged_and_delivered_once(
    world: FakeWorld, client: Client
) -> None:
    client.send(subscribe(f"{BTC}@trade"))
    assert client.send(subscribe(f"{BTC}@trade"))[0]["success"]
    world.trade("BTC", Side.SELL, 1_110_001, 25_000)
    (fill,) = client.step(world.step())
    assert fill["data"] == {"symbol": BTC, "price": 111000.1, "size": 0.25, "side": "SELL"}


# --- books -------------------------------------------------------------------------------------


def test_changes_alone_are_pushed_each_chained_to_the_one_before(
    world: FakeWorld, client: Client
) -> None:
    assert len(client.send(subscribe(f"{BTC}@orderbookupdate"))) == 1, "never a whole book"
    (whole,) = client.send(request_book())
    assert like_the_recording(whole, "request") == []
    stamps = [whole["data"]["ts"]]
    for lots in (7, 0):
        world.set_level("BTC", Side.BUY, 1_109_000, lots)
        (update,) = client.step(world.step(0.2))
        assert like_the_recording(update, "*@orderbookupdate") == []
        assert update["data"]["prevTs"] == stamps[-1]
        assert update["data"]["bids"] == [[110900.0, lots / 10**5]]
        stamps.append(update["ts"])
    assert stamps == sorted(set(stamps))


def test_a_requested_book_leaves_out_what_is_not_published_yet(
    world: FakeWorld, client: Client
) -> None:
    """The grid of 200 ms holds for it as well, or the change would come a second time."""
    client.send(subscribe(f"{BTC}@orderbookupdate"))
    world.set_level("BTC", Side.BUY, 1_109_000, 7)
    assert client.step(world.step(0.1)) == []
    (early,) = client.send(request_book())
    (update,) = client.step(world.step(0.1))
    assert [110900.0, 7e-05] not in early["data"]["bids"]
    assert update["data"]["prevTs"] == early["data"]["ts"]
    (late,) = client.send(request_book())
    assert [110900.0, 7e-05] in late["data"]["bids"]
    assert late["data"]["ts"] == update["ts"], "the time of its last change, not of the answer"


def test_whole_books_come_at_once_and_then_each_second_if_they_changed(
    world: FakeWorld, client: Client
) -> None:
    ack, first = client.send(subscribe(f"{BTC}@orderbook"))
    assert ack["success"]
    assert like_the_recording(first, "*@orderbook") == []
    assert client.step(world.step(3.0)) == []
    world.set_level("BTC", Side.SELL, 1_110_500, 9)
    (second,) = client.step(world.step(1.0))
    assert [111050.0, 9e-05] in second["data"]["asks"]


# --- figures -----------------------------------------------------------------------------------


def test_the_estimate_comes_each_15_seconds_with_the_next_settlement(
    world: FakeWorld, client: Client
) -> None:
    client.send(subscribe(f"{BTC}@estfundingrate"))
    assert [f for f in client.step(world.step(14.0)) if "topic" in f] == []
    frames = [f for f in client.step(world.step(1.0)) if "topic" in f]
    assert like_the_recording(frames[0], "*@estfundingrate") == []
    data = frames[0]["data"]
    assert data["fundingTs"] % (8 * 3_600_000) == 0
    assert data["fundingTs"] > START_MS
    assert data["fundingRate"] == 0.0001


def test_marks_are_named_by_the_market_and_indexes_by_the_spot(
    world: FakeWorld, client: Client
) -> None:
    client.send(subscribe("markprices"))
    client.send(subscribe("indexprices"))
    marks, indexes = client.step(world.step(1.0))
    assert like_the_recording(marks, "markprices") == []
    assert {row["symbol"]: row["price"] for row in marks["data"]}[BTC] == 111_000.0 * 1.0001
    named = {row["symbol"]: row["price"] for row in indexes["data"]}
    assert named["SPOT_1000PEPE_USDC"] == pytest.approx(0.0095)
    assert not any("MATIC" in name for name in named), "a dead market has no price"


def test_open_interest_is_pushed_on_change_and_each_ten_seconds(
    world: FakeWorld, client: Client
) -> None:
    client.send(subscribe(f"{BTC}@openinterest"))
    pushed = [
        frame["data"]["openInterest"]
        for _ in range(20)
        for frame in client.step(world.step(1.0))
        if "topic" in frame
    ]
    assert len(pushed) == 2
    world.by_symbol["BTC"].open_interest_lots = 123_456
    (news,) = [f for f in client.step(world.step(1.0)) if "topic" in f]
    assert news["data"] == {"symbol": BTC, "openInterest": 1.23456}


def test_the_day_and_the_best_levels_are_told_of_one_market_and_of_all(
    world: FakeWorld, client: Client
) -> None:
    for topic in ("tickers", "bbos", f"{BTC}@ticker"):
        client.send(subscribe(topic))
    said = {frame["topic"]: frame["data"] for frame in client.step(world.step(1.0))}
    day = said[f"{BTC}@ticker"]
    assert day in said["tickers"]
    touch = next(row for row in said["bbos"] if row["symbol"] == BTC)
    assert (touch["bid"], touch["ask"]) == (110_999.9, 111_000.1)
    assert day["low"] <= day["close"] == 111_000.0 <= day["high"]
    for ticks in list(world.by_symbol["ETH"].asks):
        world.set_level("ETH", Side.SELL, ticks, 0)
    rows = next(f["data"] for f in client.step(world.step(1.0)) if f["topic"] == "bbos")
    ether = next(row for row in rows if row["symbol"] == "PERP_ETH_USDC")
    assert (ether["ask"], ether["askSize"]) == (None, None), "an empty side is not zero"
