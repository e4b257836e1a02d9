"""Subscriptions: keys wanted, asked for, answered and asked again, within what is allowed."""

import json
from collections.abc import Sequence

from cockpit.venues.contract import MAIN, Output, Send
from cockpit.venues.kit.subscriptions import Operation, Rules, State, Subscriptions, fitting
from tests.support import AT_NS, only

SECOND_NS = 1_000_000_000


def encode(operation: Operation, keys: Sequence[str], request: int) -> str:
    return json.dumps([operation, list(keys), request])


def opened(**rules: object) -> Subscriptions:
    subscriptions = Subscriptions(encode, Rules(**rules))  # type: ignore[arg-type]
    subscriptions.opened(MAIN, AT_NS)
    return subscriptions


def said(outputs: Sequence[Output]) -> list[tuple[str, list[str]]]:
    """(operation, keys) of each frame."""
    return [(frame[0], frame[1]) for frame in (json.loads(s.data) for s in only(Send, outputs))]


def at(second: float) -> int:
    return AT_NS + round(second * SECOND_NS)


def test_nothing_is_sent_on_a_closed_link() -> None:
    subscriptions = Subscriptions(encode, Rules())
    assert subscriptions.want(["book.BTC"], AT_NS) == []
    subscriptions.opened("other", AT_NS)
    assert subscriptions.want(["book.BTC"], AT_NS) == []


def test_frames_carry_no_more_keys_than_the_venue_allows() -> None:
    outputs = opened(per_request=2).want("abcde", AT_NS)
    assert [keys for _, keys in said(outputs)] == [["a", "b"], ["c", "d"], ["e"]]


def test_what_is_left_goes_before_what_is_joined() -> None:
    subscriptions = opened(per_request=5)
    subscriptions.want("ab", AT_NS)
    assert said(subscriptions.want("bc", AT_NS)) == [("unsubscribe", ["a"]), ("subscribe", ["c"])]


def test_a_key_is_asked_again_after_five_seconds_unless_it_was_answered_or_heard() -> None:
    subscriptions = opened()
    subscriptions.want("abc", AT_NS)
    subscriptions.acknowledged(1, at(1))
    subscriptions.seen("b")
    assert said(subscriptions.tick(at(4.9))) == []
    assert said(subscriptions.tick(at(5))) == [("subscribe", ["c"])]
    assert [subscriptions.state(key) for key in "abc"] == [
        State.STANDING,
        State.STANDING,
        State.ASKED,
    ]


def test_a_rate_limit_is_kept_and_what_waited_is_asked_for() -> None:
    subscriptions = opened(operations=2, window_s=1.0)
    assert len(said(subscriptions.want("abcde", AT_NS))) == 2
    assert said(subscriptions.tick(at(0.5))) == []
    assert said(subscriptions.tick(at(1))) == [("subscribe", ["c"]), ("subscribe", ["d"])]
    assert said(subscriptions.tick(at(2))) == [("subscribe", ["e"])]


def test_a_book_that_is_renewed_is_never_left_alone_for_want_of_room() -> None:
    """Leaving costs one operation and joining another: both go, or neither."""
    subscriptions = opened(operations=3, window_s=10.0)
    subscriptions.want("ab", AT_NS)
    subscriptions.seen("b")
    assert subscriptions.renew("a", AT_NS) == []
    assert said(subscriptions.tick(at(10))) == [("unsubscribe", ["a"]), ("subscribe", ["a"])]


def test_a_key_that_waits_in_the_queue_is_not_asked_for_twice() -> None:
    subscriptions = opened(operations=1, window_s=60.0)
    subscriptions.want("ab", AT_NS)
    subscriptions.seen("a")
    for second in (10, 20, 30):
        subscriptions.renew("b", at(second))
        subscriptions.tick(at(second))
    assert said(subscriptions.tick(at(60))) == [("subscribe", ["b"])]
    subscriptions.seen("b")
    assert said(subscriptions.tick(at(120))) == []


def test_a_key_that_was_wanted_no_longer_before_it_was_sent_is_never_sent() -> None:
    subscriptions = opened(operations=1, window_s=1.0)
    subscriptions.want("abc", AT_NS)
    subscriptions.seen("a")
    subscriptions.want("ac", AT_NS)
    assert said(subscriptions.tick(at(1))) == [("subscribe", ["c"])]
    assert said(subscriptions.tick(at(2))) == []


def test_no_more_requests_wait_for_an_answer_than_are_allowed() -> None:
    subscriptions = opened(in_flight=1)
    assert said(subscriptions.want("ab", AT_NS)) == [("subscribe", ["a"])]
    assert said(subscriptions.tick(at(1))) == []
    assert said(subscriptions.acknowledged(1, at(2))) == [("subscribe", ["b"])]


def test_a_refused_request_is_split_and_a_key_refused_alone_is_given_up() -> None:
    subscriptions = opened(per_request=2)
    subscriptions.want("ab", AT_NS)
    assert said(subscriptions.refused(1, AT_NS)) == [("subscribe", ["a"]), ("subscribe", ["b"])]
    assert said(subscriptions.refused(2, AT_NS)) == []
    subscriptions.acknowledged(3, AT_NS)
    assert [subscriptions.state(key) for key in "ab"] == [State.REFUSED, State.STANDING]
    assert said(subscriptions.tick(at(3600))) == []


def test_data_frees_the_place_of_a_request_that_is_never_acknowledged() -> None:
    subscriptions = opened(in_flight=1)
    subscriptions.want("ab", AT_NS)
    subscriptions.seen("a")
    assert said(subscriptions.tick(at(1))) == [("subscribe", ["b"])]


def test_a_key_that_is_wanted_no_longer_is_not_asked_for_after_a_refusal() -> None:
    subscriptions = opened(per_request=2)
    subscriptions.want("ab", AT_NS)
    subscriptions.want("b", AT_NS)
    assert said(subscriptions.refused(1, AT_NS)) == [("subscribe", ["b"])]


def test_a_key_refused_for_a_while_is_asked_for_after_it() -> None:
    subscriptions = opened()
    subscriptions.want("ab", AT_NS)
    assert subscriptions.refused(1, AT_NS, again_s=30) == []
    subscriptions.seen("b")
    assert said(subscriptions.tick(at(29))) == []
    assert said(subscriptions.tick(at(30))) == [("subscribe", ["a"])]


def test_a_closed_link_forgets_all_and_numbers_its_requests_anew() -> None:
    subscriptions = opened()
    first = subscriptions.want("ab", AT_NS)
    subscriptions.closed(MAIN)
    assert "a" not in subscriptions
    assert subscriptions.tick(at(60)) == ()
    subscriptions.opened(MAIN, at(61))
    assert subscriptions.want("ab", at(61)) == first


def test_a_group_fits_whole_or_not_at_all() -> None:
    groups = {"BTC": ("aa", "bb"), "ETH": ("cccccc",), "SOL": ("d",)}
    assert list(fitting(groups, 5, len)) == ["BTC", "SOL"]
    assert list(fitting(groups, 3)) == ["BTC", "ETH"]


def test_a_venue_that_answers_by_data_alone_does_not_use_up_the_room_for_requests() -> None:
    subscriptions = opened(in_flight=2)
    subscriptions.want(["book.BTC"], AT_NS)
    for second in range(1, 10):
        subscriptions.seen("book.BTC")
        renewed = said(subscriptions.renew(["book.BTC"], at(second)))
        assert renewed == [("unsubscribe", ["book.BTC"]), ("subscribe", ["book.BTC"])]
