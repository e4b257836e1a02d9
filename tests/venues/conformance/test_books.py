"""Every venue's book: whole before it changes, lost with a gap, asked for again."""

import pytest

from cockpit.core.events import BookDelta, BookReset, BookSnapshot
from cockpit.venues import REGISTRY
from cockpit.venues.contract import Fetch, Output, Send
from tests.support import only
from tests.venues.conformance.playbook import Playbook, Stage, playbook_of

every_venue = pytest.mark.parametrize("name", sorted(REGISTRY))


def with_a_book(name: str, number: int) -> tuple[Stage, Playbook, str]:
    """A watched market whose book stands at this number."""
    playbook = playbook_of(name, "deltas")
    mine = playbook.SYMBOLS[0]
    stage = Stage(name, playbook, mine)
    stage.open()
    (snapshot,) = only(BookSnapshot, stage.talk(*playbook.snapshot(mine, number)))
    assert snapshot.symbol == mine
    assert snapshot.bids[0][0] < snapshot.asks[0][0]
    return stage, playbook, mine


def asks_for_a_book(stage: Stage, outputs: list[Output], symbol: str) -> bool:
    subscribed = any(stage.playbook.about(key, symbol) for key in stage.keys(outputs))
    return subscribed or any(fetch.name == "book" for fetch in only(Fetch, outputs))


@every_venue
def test_a_change_before_the_whole_book_says_nothing(name: str) -> None:
    playbook = playbook_of(name, "deltas")
    mine = playbook.SYMBOLS[0]
    stage = Stage(name, playbook, mine)
    stage.open()
    outputs = stage.talk(*playbook.delta(mine, 5))
    assert only(BookDelta, outputs) == only(BookSnapshot, outputs) == []


@every_venue
def test_changes_that_follow_are_applied(name: str) -> None:
    stage, playbook, mine = with_a_book(name, 10)
    for number in (11, 12, 13):
        (delta,) = only(BookDelta, stage.talk(*playbook.delta(mine, number)))
        assert delta.symbol == mine


@every_venue
def test_a_missing_change_resets_the_book_and_asks_for_it_again(name: str) -> None:
    stage, playbook, mine = with_a_book(name, 10)
    outputs = stage.talk(*playbook.delta(mine, 13))
    assert [reset.symbol for reset in only(BookReset, outputs)] == [mine]
    assert only(BookDelta, outputs) == []
    assert asks_for_a_book(stage, [*outputs, *stage.wait(8)], mine)
    assert only(BookDelta, stage.talk(*playbook.delta(mine, 14))) == []
    assert only(BookSnapshot, stage.talk(*playbook.snapshot(mine, 20)))
    assert only(BookDelta, stage.talk(*playbook.delta(mine, 21)))


@every_venue
def test_a_book_whose_snapshot_does_not_come_is_asked_for_again(name: str) -> None:
    stage, playbook, mine = with_a_book(name, 10)
    stage.talk(*playbook.delta(mine, 13))
    stage.wait(8)
    assert asks_for_a_book(stage, stage.wait(20), mine)


@every_venue
def test_a_sequence_that_goes_back_is_another_sequence(name: str) -> None:
    """The venue counts anew and the first whole book was lost: within ten seconds we ask."""
    stage, playbook, mine = with_a_book(name, 5_000_000)
    stage.talk(*playbook.delta(mine, 5_000_001))
    outputs: list[Output] = []
    for number in range(100, 112):
        outputs += stage.talk(*playbook.delta(mine, number))
        outputs += stage.wait(1)
    assert only(BookDelta, outputs) == []
    assert [reset.symbol for reset in only(BookReset, outputs)] == [mine]
    assert asks_for_a_book(stage, outputs, mine)


@every_venue
def test_a_repeated_change_is_no_gap(name: str) -> None:
    stage, playbook, mine = with_a_book(name, 10)
    stage.talk(*playbook.delta(mine, 11))
    again = stage.talk(*playbook.delta(mine, 11))
    assert only(BookReset, again) == []
    assert only(BookDelta, stage.talk(*playbook.delta(mine, 12)))


@every_venue
def test_a_whole_book_replaces_what_stood(name: str) -> None:
    stage, playbook, mine = with_a_book(name, 10)
    assert only(BookSnapshot, stage.talk(*playbook.snapshot(mine, 500)))
    assert only(BookDelta, stage.talk(*playbook.delta(mine, 501)))


@every_venue
def test_a_book_that_is_watched_no_longer_is_reset(name: str) -> None:
    stage, _, mine = with_a_book(name, 10)
    outputs = stage.want()
    assert [reset.symbol for reset in only(BookReset, outputs)] == [mine]
    assert only(Send, outputs)
