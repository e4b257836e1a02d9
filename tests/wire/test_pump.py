"""A venue's links as the trader sees them: live, silent, gone, broken by our own bug."""

from collections.abc import Iterable, Iterator

import msgspec

from cockpit.core.events import Link, Prices, Reject, Rtt
from cockpit.venues.contract import (
    Fetch,
    Frame,
    Input,
    Opened,
    Output,
    Restart,
    Send,
    Tick,
    VenueSpec,
    Wanted,
    Wants,
)
from cockpit.wire.pump import BLACK_BOX_INPUTS, Outcome, Pump, facts
from tests.support import AT_NS, closed, frame, only, opened, reply, ticks
from tests.wire.tiny import POLLED, SPEC, S, Session

WANTS = Wants(symbols=("BTC",))


def pump(spec: VenueSpec = SPEC) -> Pump:
    return Pump(spec, Session, WANTS)


def feed(subject: Pump, *inputs: Input) -> list[Outcome]:
    return [output for item in inputs for output in subject.feed(item)]


def at(seconds: float) -> int:
    return AT_NS + round(seconds * S)


def states(outputs: Iterable[Outcome]) -> list[tuple[str, str, str]]:
    return [(link.link, link.state, link.reason) for link in only(Link, outputs)]


def test_what_the_session_says_passes_through_in_order() -> None:
    subject = pump()

    assert feed(subject, opened()) == [
        Link(venue="tiny", recv_ns=AT_NS, state="live"),
        Send("subscribe BTC"),
        Fetch(name="instruments", path="/instruments"),
    ]
    assert feed(subject, frame("px 5", at(1))) == [
        Prices(venue="tiny", symbol="BTC", recv_ns=at(1), mark=5.0)
    ]
    assert feed(subject, frame("junk", at(2))) == [
        Reject(venue="tiny", recv_ns=at(2), reason="junk", data="junk")
    ]


def test_a_closed_link_is_down_for_the_stated_reason() -> None:
    outputs = feed(pump(), opened(), closed(at(3), reason="closed 1006"))

    assert states(outputs) == [("main", "live", ""), ("main", "down", "closed 1006")]
    assert only(Link, outputs)[-1].recv_ns == at(3)


def test_a_silent_link_turns_stale_once_and_lives_again_before_its_next_fact() -> None:
    subject = pump()
    feed(subject, opened(), frame("px 1", at(1)))

    assert states(feed(subject, Tick(at_ns=at(6)))) == []
    assert states(feed(subject, Tick(at_ns=at(6.1)), Tick(at_ns=at(7)))) == [
        ("main", "stale", "no message for 5 s")
    ]
    revived = feed(subject, frame("px 2", at(9)))
    assert [type(output) for output in revived] == [Link, Prices]
    assert states(revived) == [("main", "live", "")]
    assert states(feed(subject, Tick(at_ns=at(13)))) == []


def test_heartbeats_and_garbage_are_no_sign_of_life() -> None:
    subject = pump()
    feed(subject, opened())
    noise = [frame("pong", at(4)), frame("junk", at(4)), frame("hello", at(4))]

    outputs = feed(subject, *noise, Tick(at_ns=at(6)), *noise)

    assert states(outputs) == [("main", "stale", "no message for 6 s")]
    assert len(only(Rtt, outputs)) == 2


def test_a_link_that_stays_silent_is_opened_anew_once() -> None:
    subject = pump()
    feed(subject, opened())

    outputs = feed(subject, *ticks(40))

    assert only(Restart, outputs) == [Restart("no message for 21 s")]
    feed(subject, closed(at(41)), opened(at(42)))
    assert only(Restart, feed(subject, *ticks(30, at(42)))) == [Restart("no message for 21 s")]


def test_a_silent_telemetry_link_says_nothing_about_the_books() -> None:
    outputs = feed(pump(), opened(link="blocks"), *ticks(30))

    assert states(outputs) == [("blocks", "live", "")]
    assert not only(Link, outputs)[0].essential
    assert only(Restart, outputs) == []


def test_a_bare_recording_comes_to_life_with_its_first_fact() -> None:
    outputs = feed(pump(), frame("hello"), frame("px 1"), frame("px 2"))

    assert [type(output) for output in outputs] == [Link, Prices, Prices]


def test_a_frame_of_a_link_that_the_venue_no_longer_has_is_still_heard() -> None:
    outputs = feed(pump(), Opened(at_ns=AT_NS, link="old"), frame("px 1", at(1), "old"))

    assert states(outputs) == [("old", "live", "")]
    assert len(only(Prices, outputs)) == 1


def test_a_polled_venue_lives_on_its_replies() -> None:
    subject = pump(POLLED)
    feed(subject, opened())

    assert states(feed(subject, Tick(at_ns=at(6)))) == [("main", "stale", "no message for 6 s")]
    assert states(feed(subject, reply("tickers", "", at(7), status=500))) == []
    assert states(feed(subject, reply("tickers", "5", at(8)))) == [("main", "live", "")]
    assert states(feed(subject, Tick(at_ns=at(12)))) == []


def test_our_own_bug_takes_the_links_down_and_a_fresh_session_takes_over() -> None:
    subject = pump()
    feed(subject, opened(), opened(link="blocks"))
    feed(subject, Wanted(at_ns=at(1), wants=Wants(symbols=("ETH",))))

    outputs = feed(subject, frame("bug", at(2)))

    assert states(outputs) == [
        ("main", "down", "adapter fault"),
        ("blocks", "down", "adapter fault"),
    ]
    assert [link.cause for link in only(Link, outputs)] == ["adapter", "adapter"]
    assert only(Restart, outputs) == [
        Restart("adapter fault", "main"),
        Restart("adapter fault", "blocks"),
    ]
    assert subject.faults == 1
    assert "KeyError: 'the adapter is wrong'" in subject.last_fault
    assert subject.black_box[-1] == frame("bug", at(2))
    feed(subject, closed(at(3)))
    assert Send("subscribe ETH") in feed(subject, opened(at(4)))


def test_what_a_session_said_before_it_broke_is_still_told() -> None:
    class HalfWay(Session):
        def handle(self, input: Input) -> Iterator[Output]:
            yield from super().handle(input)
            if isinstance(input, Frame):
                raise KeyError("after the fact")

    subject = Pump(SPEC, HalfWay, WANTS)
    feed(subject, opened())

    outputs = feed(subject, frame("px 5", at(1)))

    assert [type(output) for output in outputs] == [Prices, Link, Restart]
    assert subject.faults == 1


def test_facts_are_what_is_left_when_the_actions_are_done() -> None:
    subject = pump()

    outputs = subject.feed(opened())

    assert facts(outputs) == only(Link, outputs)
    assert {type(output) for output in outputs} == {Link, Send, Fetch}


def test_a_bug_on_a_link_that_was_never_open_is_told_but_restarts_nothing() -> None:
    outputs = feed(pump(), frame("bug"))

    assert {link.state for link in only(Link, outputs)} == {"down"}
    assert only(Restart, outputs) == []


def test_the_black_box_keeps_the_last_inputs_only() -> None:
    subject = pump()
    said = [frame(f"px {n}", AT_NS + n) for n in range(1, 500)]
    feed(subject, *said)

    assert list(subject.black_box) == said[-BLACK_BOX_INPUTS:]


def test_the_same_inputs_give_the_same_outputs() -> None:
    story: list[Input] = [
        opened(),
        reply("instruments", "7", at(0.1)),
        *(Frame(at_ns=at(n / 10), data=f"px {n}") for n in range(50)),
        *ticks(30, at(5)),
        frame("bug", at(36)),
        closed(at(37)),
        opened(at(38)),
        frame("px 3", at(39)),
    ]
    first, second = feed(pump(), *story), feed(pump(), *story)

    assert first == second
    assert msgspec.json.encode(only(Link, first)) == msgspec.json.encode(only(Link, second))
