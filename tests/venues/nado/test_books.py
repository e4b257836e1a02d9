"""Nado's books: nothing is pushed whole, changes chain by their times, damage is repaired."""

import json
import random
from typing import Any

import pytest

from cockpit.core.events import BookDelta, BookReset, BookSnapshot, Reject
from cockpit.venues.contract import Fetch, Send
from cockpit.venues.nado.session import Session
from tests.invariants import Invariants
from tests.support import AT_NS, feed, frame, only, reply, ticks
from tests.venues.nado.samples import (
    answer,
    book,
    change,
    contract_row,
    contracts,
    fill,
    listed_session,
    live_book,
    subscribed,
    symbol_row,
    symbols,
)

KEY = "book_depth.2"


def whole(time_ns: int, **sides: Any) -> Any:
    return reply("book", book(time_ns, **sides), key=KEY)


def book_fetches(outputs: list[Any]) -> list[str]:
    return [fetch.path for fetch in only(Fetch, outputs) if fetch.name == "book"]


def test_a_book_is_read_when_its_stream_is_acknowledged_and_not_before() -> None:
    session = listed_session()
    assert book_fetches(feed(session, *ticks(2))) == []
    assert book_fetches(feed(session, subscribed())) == [
        "/gateway/v1/query?type=market_liquidity&product_id=2&depth=100"
    ]


def test_a_change_that_comes_before_its_acknowledgement_stands_for_it() -> None:
    session = listed_session()
    feed(session, frame(change(AT_NS, AT_NS + 1)))
    assert book_fetches(feed(session, *ticks(1)))


def test_changes_up_to_the_time_of_the_book_are_dropped_and_the_rest_applied() -> None:
    session = listed_session()
    changes = [change(AT_NS + i, AT_NS + i + 1, ((90 + i, 1),)) for i in range(4)]
    said = live_book(session, *changes, time_ns=AT_NS + 2)
    (snapshot,) = only(BookSnapshot, said)
    assert snapshot.seq == snapshot.venue_ns == AT_NS + 2
    assert [delta.bids for delta in only(BookDelta, said)] == [((92.0, 1.0),), ((93.0, 1.0),)]


def test_times_beyond_two_to_the_53_are_told_apart_by_one_nanosecond() -> None:
    session = listed_session()
    live_book(session, time_ns=AT_NS)
    assert only(BookDelta, feed(session, frame(change(AT_NS, AT_NS + 1))))
    assert only(BookReset, feed(session, frame(change(AT_NS + 2, AT_NS + 3))))


def test_a_first_change_that_follows_zero_has_no_predecessor() -> None:
    session = listed_session()
    said = live_book(session, change(0, AT_NS + 5), time_ns=AT_NS)
    assert len(only(BookSnapshot, said)) == len(only(BookDelta, said)) == 1


def test_a_zero_in_the_middle_is_a_new_sequence() -> None:
    session = listed_session()
    live_book(session, change(AT_NS, AT_NS + 5), time_ns=AT_NS)
    assert only(BookReset, feed(session, frame(change(0, AT_NS + 9))))


def test_size_zero_removes_the_level() -> None:
    session = listed_session()
    live_book(session)
    (delta,) = feed(session, frame(change(AT_NS, AT_NS + 1, ((100, 0),))))
    assert delta.bids == ((100.0, 0.0),)


def test_a_gap_needs_no_new_subscription_but_a_new_book() -> None:
    session = listed_session()
    live_book(session)
    outputs = feed(session, frame(change(AT_NS + 5, AT_NS + 6)))
    assert only(Send, outputs) == []
    assert len(only(BookReset, outputs)) == len(book_fetches(outputs)) == 1


@pytest.mark.parametrize(
    "sides",
    [
        {"bids": ((101, 1),), "asks": ((101, 1),)},
        {"bids": ((99, 1), (100, 1))},
        {"bids": ((100, 0),)},
        {"asks": ((10**19, 1),)},
    ],
)
def test_a_book_that_is_none_is_counted_and_read_again(sides: Any) -> None:
    session = listed_session()
    feed(session, subscribed())
    assert [type(fact) for fact in feed(session, whole(AT_NS, **sides))] == [Reject]
    assert book_fetches(feed(session, *ticks(4)))


def test_a_refusal_of_a_book_is_counted_with_its_code_and_asked_again() -> None:
    session = listed_session()
    feed(session, subscribed())
    body = {"status": "failure", "error_code": 1004, "error": "maintenance"}
    (told,) = feed(session, reply("book", body, key=KEY))
    assert told.reason == "book: 1004 maintenance"
    assert book_fetches(feed(session, *ticks(4)))


def test_levels_that_are_no_figures_lose_the_book() -> None:
    session = listed_session()
    live_book(session)
    outputs = feed(session, frame(change(AT_NS, AT_NS + 1, ((10**19, 1),))))
    assert len(only(Reject, outputs)) == len(only(BookReset, outputs)) == 1


def test_after_a_damaged_frame_every_book_is_read_anew_once_it_is_calm() -> None:
    session = listed_session()
    live_book(session)
    assert only(Reject, feed(session, frame('{"type":"book_de')))
    assert book_fetches(feed(session, *ticks(4))) == []
    assert book_fetches(feed(session, *ticks(3, AT_NS + 4 * 10**9)))


def test_a_market_that_gets_another_product_id_is_followed_there() -> None:
    session = listed_session()
    live_book(session)
    outputs = feed(session, reply("instruments", symbols(symbol_row("BTC-PERP", product_id=6))))
    sent = [json.loads(send.data) for send in only(Send, outputs)]
    assert [(s["method"], s["stream"]["product_id"]) for s in sent] == [
        ("unsubscribe", 2), ("unsubscribe", 2), ("subscribe", 6), ("subscribe", 6),
    ]  # fmt: skip
    assert len(only(BookReset, outputs)) == 1


# --- nonsense -------------------------------------------------------------------------------------

FRAMES = (
    json.dumps(change(AT_NS, AT_NS + 1, ((99, 1), (98, 0)), ((101, 2),))),
    json.dumps(fill()),
    f'{{"type":"funding_rate","timestamp":"{AT_NS}","product_id":2,"funding_rate_x18":"12345"}}',
    '{"result":null,"id":1}',
    '{"result":null,"error":"The provided product_id is invalid.","id":1}',
    '{"result":{"method":"pong","server_time":"1760000000123","client_time":"1"},"id":0}',
)
REPLIES = {
    "instruments": symbols(symbol_row("BTC-PERP"), symbol_row("kPEPE-PERP")),
    "status": answer("active"),
    "tickers": contracts(contract_row("BTC-PERP")),
    "book": book(AT_NS),
    "funding_history": {
        "funding_rates": [
            {"product_id": 2, "timestamp": "1759996800", "funding_rate_x18": "12500000000"}
        ]
    },
}
ODD: tuple[Any, ...] = (
    None, True, -1, 0, 1e300, "", "0", "-5", "NaN", "1e5", "9" * 60, [], {}, [[]], "\x1b[2J",
)  # fmt: skip


def mutated(document: Any, dice: random.Random) -> Any:
    """The document with one of its values, at any depth, replaced by an odd one."""
    if isinstance(document, dict) and document and dice.random() < 0.9:
        key = dice.choice(list(document))
        return {**document, key: mutated(document[key], dice)}
    if isinstance(document, list) and document and dice.random() < 0.9:
        place = dice.randrange(len(document))
        return [*document[:place], mutated(document[place], dice), *document[place + 1 :]]
    return dice.choice(ODD)


def bent(text: str, dice: random.Random) -> bytes:
    """The text with some bytes changed, cut, or doubled."""
    data = bytearray(text.encode())
    for _ in range(dice.randint(1, 4)):
        place = dice.randrange(len(data))
        data[place : place + dice.choice((0, 1, 1, 7))] = bytes([dice.randrange(256)])
    return bytes(data)


def bombard(session: Session, rounds: int) -> None:
    dice = random.Random(11)
    invariants = Invariants("nado", may_cross=True).check_all(live_book(session))
    for number in range(rounds):
        at_ns = AT_NS + number * 1_000_000
        text = dice.choice(FRAMES)
        odd = json.dumps(mutated(json.loads(text), dice))
        invariants.check_all(
            feed(session, frame(bent(text, dice), at_ns=at_ns), frame(odd, at_ns=at_ns))
        )
        name, body = dice.choice(list(REPLIES.items()))
        key = KEY if name == "book" else "BTC-PERP"
        answer_ = reply(name, mutated(body, dice), at_ns=at_ns, key=key)
        invariants.check_all(feed(session, answer_))


def test_no_mutated_frame_or_answer_raises_or_breaks_an_invariant() -> None:
    session = listed_session("BTC-PERP", "kPEPE-PERP")
    bombard(session, 1_500)
