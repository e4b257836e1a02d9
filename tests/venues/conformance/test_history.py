"""Every venue's history: all of it once, a page after the other, what failed again."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from cockpit.core.events import Funding, Reject
from cockpit.venues import REGISTRY
from cockpit.venues.contract import Fetch, Output, Reply
from tests.support import AT_NS, only
from tests.venues.conformance.playbook import SECOND_NS, Playbook, Stage, named, playbook_of

every_venue = pytest.mark.parametrize("name", sorted(REGISTRY))

HELD_BACK = named("funding_history")


def asked(outputs: list[Output]) -> list[Fetch]:
    return [fetch for fetch in only(Fetch, outputs) if fetch.name == "funding_history"]


def settled(outputs: list[Output]) -> list[int]:
    """The stamps (s) of payments that are stated."""
    return [
        event.venue_ns // SECOND_NS
        for event in only(Funding, outputs)
        if event.kind == "settled" and event.venue_ns is not None
    ]


def watching(name: str) -> tuple[Stage, Playbook, Fetch]:
    """A stage on which history was asked for and not answered."""
    playbook = playbook_of(name, "history")
    stage = Stage(name, playbook, playbook.SYMBOLS[0])
    outputs = [*stage.open(but=HELD_BACK), *stage.wait(2, but=HELD_BACK)]
    fetches = asked(outputs)
    assert len(fetches) == 1, "a watched market asks for one page of `funding_history`"
    (fetch,) = fetches
    return stage, playbook, fetch


def hours(playbook: Playbook, count: int, back: int = 0) -> list[int]:
    """The last `count` payments before now, `back` of them skipped, the oldest first."""
    interval_s = playbook.INTERVAL_S
    last_s = AT_NS // SECOND_NS // interval_s * interval_s - back * interval_s
    return [last_s - i * interval_s for i in reversed(range(count))]


@every_venue
def test_a_watched_market_asks_for_its_past_in_the_background(name: str) -> None:
    _, _, fetch = watching(name)
    assert fetch.background


@every_venue
def test_payments_are_stated_the_oldest_first_and_once(name: str) -> None:
    stage, playbook, fetch = watching(name)
    stamps = hours(playbook, 5)
    reply = playbook.history(fetch, stamps)
    assert settled(stage.hear(reply)) == stamps
    assert settled(stage.hear(reply)) == []


@every_venue
def test_a_short_page_is_the_end_until_the_next_payment(name: str) -> None:
    """Of its span: what is older than that may be asked for as well."""
    stage, playbook, fetch = watching(name)
    for older in asked(stage.hear(playbook.history(fetch, hours(playbook, 3)))):
        # Where the size of a page is not known, only an empty one says that nothing is older.
        assert playbook.ROWS is None or playbook.span_s(older)[1] <= playbook.span_s(fetch)[0]
        assert asked(stage.hear(playbook.history(older, []))) == []
    later = stage.wait(2 * playbook.INTERVAL_S, but=HELD_BACK)
    assert asked(later)
    newest_s = hours(playbook, 1)[0]
    for again in asked(later):
        start_s, _ = playbook.span_s(again)
        assert start_s == 0 or start_s >= newest_s - playbook.INTERVAL_S


@every_venue
def test_a_full_page_is_followed_by_what_is_still_missing(name: str) -> None:
    stage, playbook, fetch = watching(name)
    start_s, end_s = playbook.span_s(fetch)
    rows = playbook.ROWS or 100
    stamps = [s for s in hours(playbook, rows) if start_s <= s <= end_s]
    if len(stamps) < rows:
        pytest.skip("one page holds all that is asked for")
    outputs = stage.hear(playbook.history(fetch, stamps))
    outputs += stage.wait(5, but=HELD_BACK)
    (following,) = asked(outputs)
    assert following.path != fetch.path or following.body != fetch.body


def without_rows(body: str, rows: int, kept: int = 0) -> str:
    """A page on its way of whose `rows` the first `kept` can be read, and no other."""

    def search(node: Any) -> Any:
        if isinstance(node, list) and len(node) == rows:
            return [*node[:kept], *[[7]] * (rows - kept)]
        if isinstance(node, list):
            return [search(inner) for inner in node]
        if isinstance(node, dict):
            return {key: search(inner) for key, inner in node.items()}
        return node

    return json.dumps(search(json.loads(body)))


@every_venue
def test_a_payment_that_cannot_be_read_costs_itself(name: str) -> None:
    stage, playbook, fetch = watching(name)
    stamps = hours(playbook, 5)
    page = playbook.history(fetch, stamps)
    outputs = stage.hear(replace(page, body=without_rows(page.body, 5, 4)))
    stated = settled(outputs)
    assert len(stated) == 4
    assert set(stated) < set(stamps)
    assert only(Reject, outputs)


@every_venue
def test_a_page_of_which_nothing_can_be_read_is_asked_for_again(name: str) -> None:
    stage, playbook, fetch = watching(name)
    page = playbook.history(fetch, hours(playbook, 2))
    outputs = stage.hear(replace(page, body=without_rows(page.body, 2)))
    assert settled(outputs) == []
    assert only(Reject, outputs)
    again = asked(stage.wait(400, but=HELD_BACK))
    assert again
    start_s, end_s = playbook.span_s(again[0])
    assert start_s <= hours(playbook, 2)[0] <= end_s


@every_venue
def test_a_page_that_failed_is_asked_for_again(name: str) -> None:
    stage, _, fetch = watching(name)
    failed = Reply(at_ns=0, name=fetch.name, status=500, body="oops", key=fetch.key)
    outputs = stage.hear(failed)
    assert len(only(Reject, outputs)) == 1
    assert asked(outputs) == []
    assert asked(stage.wait(400, but=HELD_BACK))


@every_venue
def test_a_market_that_is_watched_no_longer_asks_for_no_more(name: str) -> None:
    stage, playbook, fetch = watching(name)
    stage.want()
    start_s, end_s = playbook.span_s(fetch)
    stamps = [s for s in hours(playbook, playbook.ROWS or 100) if start_s <= s <= end_s]
    assert asked(stage.hear(playbook.history(fetch, stamps))) == []
    assert asked(stage.wait(2 * playbook.INTERVAL_S)) == []
