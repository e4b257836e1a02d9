"""The life of a Hyperliquid session: links, subscriptions, lost messages, polls, telemetry."""

import json
import os
import subprocess
import sys

from cockpit.core.events import Block, BookSnapshot, Instrument, Reject
from cockpit.core.units import NS_PER_S
from cockpit.venues.contract import Fetch, Send, Tick, Wanted, Wants
from cockpit.venues.hyperliquid.session import Session
from tests.support import AT_NS, closed, feed, frame, only, opened, reply, ticks
from tests.venues.hyperliquid.messages import T0_MS, active_ctx, asset, bbo, l2_book, meta_and_ctxs

LISTING = meta_and_ctxs("BTC", "ETH", "kPEPE", asset("MATIC", isDelisted=True))
CHANNELS = {"l2Book", "bbo", "trades", "activeAssetCtx"}


def session(*symbols: str) -> Session:
    return Session(Wants(symbols=symbols or ("BTC",)))


def sent(outputs: list, method: str = "subscribe", link: str = "main") -> set[tuple[str, str]]:
    """(channel, coin) of every command of this method."""
    commands = [json.loads(send.data) for send in only(Send, outputs) if send.link == link]
    subscriptions = [c["subscription"] for c in commands if c["method"] == method]
    return {(s["type"], s.get("coin", "")) for s in subscriptions}


def fetched(outputs: list, name: str) -> list[Fetch]:
    return [fetch for fetch in only(Fetch, outputs) if fetch.name == name]


def ack(channel: str, coin: str) -> dict:
    """The venue echoes a subscription with defaults that we never sent."""
    echo = {"type": channel, "coin": coin, "nSigFigs": None, "mantissa": None, "fast": False}
    return {
        "channel": "subscriptionResponse",
        "data": {"method": "subscribe", "subscription": echo},
    }


def live() -> Session:
    """BTC is subscribed and everything has answered."""
    running = session()
    feed(running, opened(), reply("instruments", LISTING))
    feed(running, frame(l2_book([(99, 1)], [(101, 1)])), frame(active_ctx("BTC")))
    feed(running, frame(ack("bbo", "BTC")), frame(ack("trades", "BTC")))
    return running


def test_the_listing_opens_every_channel_of_every_wanted_market():
    outputs = feed(session("BTC", "PEPE"), opened(), reply("instruments", LISTING))
    assert sent(outputs) == {(c, coin) for c in CHANNELS for coin in ("BTC", "kPEPE")}


def test_names_that_the_venue_does_not_list_or_has_delisted_are_never_sent():
    outputs = feed(session("BTC", "NOPE", "MATIC"), opened(), reply("instruments", LISTING))
    assert {coin for _, coin in sent(outputs)} == {"BTC"}


def test_a_builders_market_is_listed_by_its_own_dex():
    running = session("xyz:GOLD")
    asked = [json.loads(f.body or "") for f in fetched(feed(running, opened()), "instruments")]
    assert asked == [{"type": "metaAndAssetCtxs"}, {"type": "metaAndAssetCtxs", "dex": "xyz"}]
    outputs = feed(running, reply("instruments", meta_and_ctxs("xyz:GOLD"), key="xyz"))
    assert sent(outputs) == {(channel, "xyz:GOLD") for channel in CHANNELS}
    assert [fact.symbol for fact in only(Instrument, outputs)] == ["xyz:GOLD"]


def test_a_book_still_on_its_way_does_not_revive_a_market_that_was_dropped():
    running = live()
    feed(running, Wanted(at_ns=AT_NS, wants=Wants(symbols=("ETH",))))
    late = frame(l2_book([(99, 1)], [(101, 1)], 2_000)), frame(bbo((99, 2), (101, 1), 2_001))
    assert feed(running, *late) == []
    feed(running, Wanted(at_ns=AT_NS, wants=Wants(symbols=("BTC",))))
    assert len(only(BookSnapshot, feed(running, *late))) == 1


def test_a_newly_wanted_builders_market_asks_its_dex():
    wants = Wants(symbols=("BTC", "xyz:GOLD"))
    (fetch,) = fetched(feed(live(), Wanted(at_ns=AT_NS, wants=wants)), "instruments")
    assert json.loads(fetch.body or "")["dex"] == "xyz"


def test_an_ack_alone_is_no_book():
    running = session()
    feed(
        running, opened(), reply("instruments", LISTING), *(frame(ack(c, "BTC")) for c in CHANNELS)
    )
    assert sent(feed(running, *ticks(6))) == {("l2Book", "BTC"), ("activeAssetCtx", "BTC")}


def test_a_refused_duplicate_proves_that_the_subscription_stands():
    running = session()
    feed(running, opened(), reply("instruments", LISTING))
    for channel in CHANNELS:
        quoted = json.dumps({"type": channel, "coin": "BTC", "nSigFigs": None})
        text = f"Already subscribed: {quoted}"
        (fact,) = feed(running, frame({"channel": "error", "data": text}))
        assert isinstance(fact, Reject)
    assert sent(feed(running, *ticks(6))) == set()


def test_after_a_reconnect_everything_is_subscribed_at_once_and_books_start_clean():
    running = live()
    outputs = feed(running, closed(), opened())
    assert sent(outputs) == {(channel, "BTC") for channel in CHANNELS}
    (book,) = feed(running, frame(l2_book([(98, 1)], [(101, 1)], 5)))
    assert isinstance(book, BookSnapshot)


def test_contexts_that_outgrow_the_listing_refresh_it():
    running = live()
    message = {"channel": "allDexsAssetCtxs", "data": {"ctxs": [["", []]]}}
    feed(running, frame(message))
    assert len(fetched(feed(running, Tick(at_ns=AT_NS + NS_PER_S)), "instruments")) == 1


# --- blocks ---------------------------------------------------------------------------------------


def block(height: int, time: int) -> dict:
    return {
        "blockTime": T0_MS + time,
        "hash": "0x0",
        "height": height,
        "numTxs": 3,
        "proposer": "0x1",
    }


def test_blocks_arrive_as_a_bare_array():
    running = session()
    assert sent(feed(running, opened(link="blocks")), link="blocks") == {("explorerBlock", "")}
    rows = [block(8, 71), block(7, 0)]
    first, second = feed(running, frame(rows, link="blocks"))
    assert isinstance(first, Block)
    assert (first.height, first.block_ns, first.chain) == (7, T0_MS * 1_000_000, "hyperliquid-l1")
    assert (second.height, second.venue_ns) == (8, (T0_MS + 71) * 1_000_000)


def test_a_block_feed_that_is_refused_is_left_alone():
    running = session()
    refusal = {"channel": "error", "data": "Error parsing JSON into valid websocket request: {}"}
    (_, fact) = feed(running, opened(link="blocks"), frame(refusal, link="blocks"))
    assert isinstance(fact, Reject)
    assert sent(feed(running, *ticks(30)), link="blocks") == set()


def test_a_block_feed_that_says_nothing_after_its_ack_disturbs_nobody():
    running = session()
    feed(running, opened(link="blocks"), frame(ack("explorerBlock", ""), link="blocks"))
    assert feed(running, frame([], link="blocks")) == []
    assert sent(feed(running, *ticks(30)), link="blocks") == set()


def test_losing_the_block_link_leaves_the_books_alone():
    running = live()
    feed(running, opened(link="blocks"), closed(link="blocks"))
    older = frame(l2_book([(98, 1)], [(101, 1)], 999))
    assert feed(running, older) == []
    assert sent(feed(running, *ticks(15))) == set()


ORDER = """
import sys
from cockpit.venues.contract import Opened, Reply, Wanted, Wants
from cockpit.venues.hyperliquid.session import Session

accounts = tuple("0x" + letter * 40 for letter in "abcdef")
session = Session(Wants(symbols=("BTC", "ETH", "SOL", "XRP"), accounts=accounts))
inputs = [
    Opened(at_ns=1), Reply(at_ns=2, name="instruments", status=200, body=sys.argv[1]),
    Wanted(at_ns=3, wants=Wants(symbols=("SOL",), accounts=accounts[:1])),
]
print([output for item in inputs for output in session.handle(item)])
"""


def test_the_order_of_what_is_said_does_not_depend_on_the_hash_seed():
    listing = json.dumps(meta_and_ctxs("BTC", "ETH", "SOL", "XRP", markPx="100"))
    said = {
        subprocess.run(
            [sys.executable, "-c", ORDER, listing],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }  # fmt: skip
    assert len(said) == 1
    assert "unsubscribe" in said.pop()
