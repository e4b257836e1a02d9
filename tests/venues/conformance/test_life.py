"""Every venue's life on its links: subscribing, asking again, refusals, listing, pulse, closing."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from cockpit.core.events import BookDelta, BookSnapshot, Instrument, Reject, Rtt
from cockpit.venues import REGISTRY
from cockpit.venues.contract import Fetch, Input, Output, Reply, Send
from tests.support import only
from tests.venues.conformance.playbook import Stage, is_send, playbook_of

every_venue = pytest.mark.parametrize("name", sorted(REGISTRY))


def watching(name: str, *symbols: str) -> tuple[Stage, list[Output]]:
    """A stage on which these are watched, the venue silent on its links."""
    playbook = playbook_of(name)
    stage = Stage(name, playbook, *symbols)
    return stage, stage.open(but=is_send)


@every_venue
def test_a_watched_market_is_subscribed_and_no_other(name: str) -> None:
    playbook = playbook_of(name)
    mine, other, _ = playbook.SYMBOLS
    stage, outputs = watching(name, mine)
    keys = stage.keys(outputs)
    assert any(playbook.about(key, mine) for key in keys)
    assert not any(playbook.about(key, other) for key in keys)
    assert len(set(keys)) == len(keys), "asked for twice"


@every_venue
def test_what_is_neither_answered_nor_heard_is_asked_for_again(name: str) -> None:
    stage, outputs = watching(name, playbook_of(name).SYMBOLS[0])
    keys = set(stage.keys(outputs))
    later = stage.wait(8, but=is_send)
    assert set(stage.keys(later)) == keys


@every_venue
def test_what_was_acknowledged_is_not_asked_for_again_but_for_a_book(name: str) -> None:
    """A book whose snapshot does not come is asked for; nothing else is."""
    playbook = playbook_of(name)
    mine = playbook.SYMBOLS[0]
    stage = Stage(name, playbook, mine)
    stage.open()
    stage.talk(*playbook.snapshot(mine, 1))
    assert stage.keys(stage.wait(12)) == []


@every_venue
def test_a_refusal_is_told_and_does_not_become_a_storm(name: str) -> None:
    playbook = playbook_of(name, "refusal")
    stage, outputs = watching(name, playbook.SYMBOLS[0])
    asked = [send for send in only(Send, outputs) if playbook.keys([send])]
    rejects, rounds = 0, 0
    while asked and rounds < 5:
        rounds += 1
        said = [o for send in asked for o in stage.hear(*playbook.refuse(send))]
        rejects += len(only(Reject, said))
        asked = [send for send in only(Send, said) if playbook.keys([send])]
    assert rejects
    assert not asked, "each refusal is answered with the same question"


@every_venue
def test_a_market_that_is_listed_later_is_subscribed_then(name: str) -> None:
    playbook = playbook_of(name, "listing")
    late = playbook.SYMBOLS[2]
    stage = Stage(name, playbook, late)
    assert not any(playbook.about(key, late) for key in stage.keys(stage.open()))
    playbook.listed = playbook.SYMBOLS
    outputs = stage.wait(1_300)
    assert any(event.symbol == late for event in only(Instrument, outputs))
    assert any(playbook.about(key, late) for key in stage.keys(outputs))


@every_venue
def test_a_market_that_is_listed_no_longer_is_left(name: str) -> None:
    playbook = playbook_of(name, "listing")
    mine, other, _ = playbook.SYMBOLS
    stage = Stage(name, playbook, mine, other)
    first = stage.open()
    playbook.listed = (other,)
    outputs = stage.wait(3_000)
    said = {event.symbol: event.status for event in only(Instrument, outputs)}
    assert said == {mine: "delisted"}
    carried = stage.carried([*first, *outputs])
    assert not any(playbook.about(key, mine) for key in carried)
    assert any(playbook.about(key, other) for key in carried)


@every_venue
def test_a_market_that_is_listed_again_is_followed_again_and_its_old_book_is_none(
    name: str,
) -> None:
    """The numbers of its book may go on from where it was left: what lies between is not known."""
    playbook = playbook_of(name, "listing")
    mine, other, _ = playbook.SYMBOLS
    stage = Stage(name, playbook, mine, other)
    first = stage.open()
    stage.talk(*playbook.snapshot(mine, 1))
    playbook.listed = (other,)
    gone = stage.wait(3_000)
    late = stage.talk(*playbook.delta(mine, 2))
    playbook.listed = (mine, other)
    again = stage.wait(3_000)
    said = {event.symbol: event.status for event in only(Instrument, again)}
    assert said == {mine: "active"}
    carried = stage.carried([*first, *gone, *again])
    assert any(playbook.about(key, mine) for key in carried)
    changed = stage.talk(*playbook.delta(mine, 2))
    assert only(BookDelta, [*late, *changed]) == []
    (whole,) = only(BookSnapshot, stage.talk(*playbook.snapshot(mine, 7)))
    assert whole.symbol == mine


NAME_ALONE, NOTHING = "its name alone", "nothing"


def spoiled(symbol: str, readable: str) -> Callable[[Input], Input]:
    """The listing on its way; of the row of one market so much can be read."""

    def search(node: Any) -> Any:
        if isinstance(node, list):
            return [search(inner) for inner in node]
        if not isinstance(node, dict):
            return node
        if not any(is_name(text) for text in node.values()):
            return {key: search(inner) for key, inner in node.items()}
        if readable == NOTHING:
            return [7]
        return {key: text if is_name(text) else [{}] for key, text in node.items()}

    def is_name(text: object) -> bool:
        return isinstance(text, str) and symbol in text

    def alter(answer: Input) -> Input:
        if not isinstance(answer, Reply) or answer.name != "instruments":
            return answer
        return replace(answer, body=json.dumps(search(json.loads(answer.body))))

    return alter


@every_venue
@pytest.mark.parametrize("readable", [NAME_ALONE, NOTHING])
def test_a_row_that_cannot_be_read_is_no_market_that_is_gone(name: str, readable: str) -> None:
    playbook = playbook_of(name, "listing")
    mine, other, late = playbook.SYMBOLS
    stage = Stage(name, playbook, mine, other)
    stage.open()
    stage.alter = spoiled(mine, readable)
    playbook.listed = playbook.SYMBOLS
    outputs = stage.wait(3_000)
    assert only(Reject, outputs), "nobody is told"
    said = {event.symbol: event.status for event in only(Instrument, outputs)}
    assert "delisted" not in said.values()
    assert said[late] == "active", "the rows beside it are read"


@every_venue
def test_an_unchanged_listing_is_not_said_again(name: str) -> None:
    playbook = playbook_of(name, "listing")
    stage = Stage(name, playbook, playbook.SYMBOLS[0])
    first = only(Instrument, stage.open())
    assert {event.symbol for event in first} == set(playbook.SYMBOLS[:2])
    again = stage.wait(1_300)
    assert [fetch for fetch in only(Fetch, again) if fetch.name == "instruments"]
    assert only(Instrument, again) == []


@every_venue
def test_a_changed_watch_list_leaves_and_joins_the_difference(name: str) -> None:
    playbook = playbook_of(name)
    mine, other, _ = playbook.SYMBOLS
    stage = Stage(name, playbook, mine)
    stage.open()
    outputs = [*stage.want(other), *stage.wait(5)]
    assert any(playbook.about(key, mine) for key in stage.left(outputs))
    assert any(playbook.about(key, other) for key in stage.keys(outputs))
    assert not any(playbook.about(key, mine) for key in stage.keys(outputs))


@every_venue
def test_what_comes_late_of_a_market_that_was_left_is_no_news(name: str) -> None:
    """The venue sends on for a moment; a book that nobody resets must not come of it."""
    playbook = playbook_of(name)
    mine, other, _ = playbook.SYMBOLS
    stage = Stage(name, playbook, mine)
    stage.open()
    stage.talk(*playbook.snapshot(mine, 1))
    stage.want(other)
    late = stage.hear(*playbook.snapshot(mine, 2))
    assert not [fact for fact in late if isinstance(fact, BookSnapshot | BookDelta)]
    stage.want(mine, other)
    assert only(BookSnapshot, stage.talk(*playbook.snapshot(mine, 3)))


@every_venue
def test_nobody_watched_and_no_survey_subscribes_to_no_market(name: str) -> None:
    playbook = playbook_of(name)
    stage = Stage(name, playbook)
    keys = stage.keys([*stage.open(), *stage.wait(5)])
    assert not any(playbook.about(key, symbol) for key in keys for symbol in playbook.SYMBOLS)


@every_venue
def test_a_ping_goes_out_within_a_minute_and_its_pong_is_a_round_trip(name: str) -> None:
    playbook = playbook_of(name, "pings")
    stage = Stage(name, playbook)
    stage.open()
    for _ in range(60):
        out = stage.wait(1, but=is_send)
        if any(playbook.is_ping(send) for send in only(Send, out)):
            break
    else:
        pytest.fail("no ping in a minute")
    stage.at_ns += 40_000_000
    (rtt,) = only(Rtt, stage.hear(*playbook.pong()))
    assert rtt.rtt_ns == 40_000_000
    assert only(Rtt, stage.hear(*playbook.pong())) == []


@every_venue
def test_a_closed_link_is_forgotten(name: str) -> None:
    playbook = playbook_of(name, "deltas")
    mine = playbook.SYMBOLS[0]
    stage = Stage(name, playbook, mine)
    first = stage.keys(stage.open())
    stage.talk(*playbook.snapshot(mine, 1))
    assert only(BookDelta, stage.talk(*playbook.delta(mine, 2)))
    stage.close()
    assert only(Send, stage.wait(30)) == []
    assert set(first) <= set(stage.keys([*stage.open(), *stage.wait(3)]))
    assert only(BookDelta, stage.talk(*playbook.delta(mine, 3))) == []
