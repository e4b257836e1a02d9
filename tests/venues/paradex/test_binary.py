"""The binary encoding: what is read, what is skipped, and what no damage can do."""

import random

import pytest

from cockpit.core.events import BookDelta, BookSnapshot, OpenInterest, Prices, Reject, Trade, Volume
from cockpit.core.market import Side
from cockpit.venues.contract import Send, Wants
from cockpit.venues.paradex import SPEC
from cockpit.venues.paradex.session import Session
from tests.invariants import Invariants
from tests.support import AT_NS, feed, frame, only, opened, reply, ticks
from tests.venues.paradex.samples import (
    AT_US,
    NULL,
    binary,
    binary_book,
    binary_fill,
    binary_funding,
    binary_summary,
    change,
    funding,
    ordinary,
    push,
    side,
    summary,
    text,
    units,
    whole,
)

ONE_LEVEL = (side(("100", "1")), side(("101", "2")))


@pytest.fixture
def session() -> Session:
    session = Session(Wants(symbols=("BTC",)))
    feed(session, opened(), reply("instruments", ordinary("BTC")))
    return session


def test_json_is_asked_for_first_and_then_the_versions_the_newest_first() -> None:
    queries = SPEC.links["main"].queries
    assert queries[0] == ""
    assert [query[-1] for query in queries[1:]] == ["3", "2", "1"]
    assert all(query.startswith("sbeSchemaId=1&sbeSchemaVersion=") for query in queries[1:])


def test_a_size_of_zero_removes_and_numbers_chain_as_in_json(session: Session) -> None:
    gone = binary_book(8, side(("100", "0")), side(), package=1)
    outputs = feed(session, frame(binary_book(7, *ONE_LEVEL)), frame(gone))
    (delta,) = only(BookDelta, outputs)
    assert (delta.bids, delta.asks, delta.seq) == (((100.0, 0.0),), (), 8)
    assert delta.venue_ns == AT_US * 1000


def test_both_encodings_of_one_figure_are_one_float(session: Session) -> None:
    (ours,) = only(Prices, feed(session, frame(binary_summary(10_000, None))))
    (theirs,) = only(Prices, feed(session, frame(push("markets_summary", summary("BTC-USD-PERP")))))
    assert (ours.mark, ours.index, ours.last) == (theirs.mark, theirs.index, theirs.last)
    assert units("0.1") / 10**8 == 0.1


def test_a_trade_has_the_takers_side_and_the_time_of_the_fill(session: Session) -> None:
    (trade,) = only(Trade, feed(session, frame(binary_fill(kind=2))))
    assert (trade.side, trade.price, trade.size) == (Side.SELL, 100.4, 0.5)
    assert trade.liquidation
    assert trade.venue_ns == (AT_US + 250) * 1000
    assert feed(session, frame(binary_fill(kind=3)), frame(binary_fill(kind=77))) == []


def test_null_and_what_did_not_fit_are_unknown(session: Session) -> None:
    data = bytearray(binary_summary(10_000, None))
    for at, figure in ((24, NULL), (48, 2**63 - 1), (56, NULL)):  # mark, USD 24 h, open interest
        data[at : at + 8] = figure.to_bytes(8, "little", signed=True)
    outputs = feed(session, frame(bytes(data)))
    (prices,) = only(Prices, outputs)
    assert (prices.mark, prices.index) == (None, 101.1)
    assert not only(Volume, outputs)
    assert not only(OpenInterest, outputs)


def test_a_block_and_levels_that_grew_are_read_by_their_stated_lengths(session: Session) -> None:
    longer = bytearray(binary_book(7, *ONE_LEVEL))
    block = 89
    longer[0:2] = (block + 8).to_bytes(2, "little")
    longer[8 + block : 8 + block] = bytes(8)
    (book,) = only(BookSnapshot, feed(session, frame(bytes(longer))))
    assert book.bids == ((100.0, 1.0),)
    row = units("100").to_bytes(8, "little") + units("1").to_bytes(8, "little") + bytes(8)
    wide = b"\x18\x00\x01\x00" + row
    (book,) = only(BookSnapshot, feed(session, frame(binary_book(9, wide, ONE_LEVEL[1]))))
    assert book.bids == ((100.0, 1.0),)


@pytest.mark.parametrize(
    "data",
    [
        b"", binary(77, bytes(16)), binary(40, bytes(16), schema=2), binary(40, bytes(8)),
        binary_book(7, *ONE_LEVEL)[:-3], binary_book(7, side(("100", "1"))[:-1], b""),
        binary(4, bytes(240), text("BTC-USD-PERP")), binary_book(-1, *ONE_LEVEL),
        binary_book(7, side(("-1", "1")), side()), binary_fill(side_of=3),
    ],
    ids=[
        "nothing", "unknown template", "unknown schema", "short block", "cut text", "cut side",
        "no time", "negative number", "negative price", "no side",
    ],
)  # fmt: skip
def test_what_is_no_message_is_one_reject(session: Session, data: bytes) -> None:
    (reject,) = feed(session, frame(data))
    assert isinstance(reject, Reject)
    assert "binary message" in reject.reason


def test_a_kind_that_came_later_is_counted_and_no_reason_to_doubt_the_books(
    session: Session,
) -> None:
    later = binary(77, bytes(16))
    outputs = feed(session, frame(binary_book(7, *ONE_LEVEL)), frame(later), *ticks(8))
    assert len(only(Reject, outputs)) == 1
    assert [send for send in only(Send, outputs) if "order_book" in send.data] == []


def test_best_prices_comparisons_and_heartbeats_say_nothing(session: Session) -> None:
    assert feed(session, frame(binary(2, bytes(48), text("BTC-USD-PERP")))) == []
    assert feed(session, frame(binary(6, bytes(26), text("BTC-USD-PERP")))) == []
    assert feed(session, frame(binary(40, bytes(16)))) == []


def test_an_option_in_binary_says_nothing(session: Session) -> None:
    assert feed(session, frame(binary_summary(10_000, None, "BTC-USD-96000-C"))) == []


@pytest.mark.parametrize("encoding", ["binary", "JSON"])
def test_no_mutation_of_a_frame_raises_or_breaks_an_invariant(encoding: str) -> None:
    mutations_end_well(encoding, count=2_500)


def mutations_end_well(encoding: str, count: int) -> None:
    """`count` frames, each with some bytes changed, cut off or repeated."""
    dice = random.Random(encoding)
    btc = "BTC-USD-PERP"
    good: list[bytes] = [
        binary_book(7, *ONE_LEVEL), binary_book(8, *ONE_LEVEL, package=1), binary_fill(),
        binary_summary(1250, 12_501_768), binary_funding(1250, raw=3), binary(40, bytes(16)),
    ]  # fmt: skip
    if encoding == "JSON":
        texts = [
            whole(7), change(8), push("markets_summary", summary(btc)),
            push("funding_data", funding(btc)),
        ]  # fmt: skip
        good = [said.encode() for said in texts]
    session = Session(Wants(symbols=("BTC",)))
    checked = Invariants("paradex")
    checked.check_all(feed(session, opened(), reply("instruments", ordinary("BTC"))))
    for number in range(count):
        data = bytearray(dice.choice(good))
        for _ in range(dice.randint(1, 4)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        cut = data[: dice.randrange(len(data))] if number % 5 == 0 else data
        said = bytes(cut) if encoding == "binary" else bytes(cut).decode("latin-1")
        checked.check_all(feed(session, frame(said, AT_NS + number)))
    assert checked.counts["Reject"] > count / 10
