"""What every registered venue owes the rest of the cockpit, whatever it speaks.

A venue joins by its line in `REGISTRY` and its `tests/captures/<venue>.jsonl`; nothing here knows
any of them by name.
"""

import importlib
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from cockpit.core.events import (
    AccountFill,
    AccountState,
    Block,
    BookReset,
    Event,
    FundingPayment,
    Instrument,
    Link,
    Margin,
    Position,
    Reject,
    Rtt,
    Surveyed,
    Volume,
)
from cockpit.ui.theme.themes import VENUE_COLOURS
from cockpit.venues import REGISTRY, load, spec
from cockpit.venues.contract import (
    Closed,
    Fetch,
    Frame,
    Input,
    Opened,
    Output,
    Reply,
    Restart,
    Send,
    Session,
    VenueSpec,
    Wanted,
    Wants,
)
from cockpit.wire.tape import Tape
from tests.invariants import EVENTS, Invariants
from tests.support import AT_NS, CAPTURES, closed, feed, frame, only, opened, reply, ticks
from tests.venues.conformance.playbook import golden_tape

WANTS = Wants(symbols=("BTC", "PEPE"))
FETCH_NAMES = (
    "instruments",
    "tickers",
    "funding_history",
    "open_interest",
    "book",
    "account",
    "time",
)
SECOND_NS = 1_000_000_000

every_venue = pytest.mark.parametrize("name", sorted(REGISTRY))
few = settings(
    max_examples=30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
json_documents = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
    ),
    max_leaves=8,
).map(json.dumps)


def new_session(name: str, wants: Wants = WANTS) -> Session:
    session: Session = load(name).Session(wants)
    return session


def spec_of(name: str) -> VenueSpec:
    spec = load(name).SPEC
    assert isinstance(spec, VenueSpec)
    return spec


def open_all(name: str, at_ns: int = AT_NS) -> list[Opened]:
    return [opened(at_ns, link) for link in spec_of(name).links or ("main",)]


def close_all(name: str, at_ns: int = AT_NS) -> list[Closed]:
    return [closed(at_ns, link) for link in spec_of(name).links or ("main",)]


def is_json(text: str | bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


# --- the spec -----------------------------------------------------------------------------------


@every_venue
def test_it_is_told_apart_by_a_colour_and_a_short_name(name):
    """Small letters: a coin of the same three, as HYP beside HYPE, is in capitals."""
    specs = {other: load(other).SPEC for other in REGISTRY}
    spec = specs.pop(name)
    assert re.fullmatch("[a-z]{3}", spec.short)
    assert spec.short not in {other.short for other in specs.values()}
    taken = {other.facts.colour for other in specs.values()}
    free = set(range(1, VENUE_COLOURS + 1)) - taken
    assert spec.facts.colour in free, f"`colour` in venue.toml: one of {sorted(free)} is free"


@every_venue
def test_a_venue_says_who_it_is(name: str) -> None:
    spec = spec_of(name)
    assert spec.name == name
    assert spec.title


@every_venue
def test_a_venue_is_reached_over_tls_at_the_root_of_a_host(name: str) -> None:
    spec = spec_of(name)
    rest = urlsplit(spec.rest_url)
    assert (rest.scheme, rest.path, rest.query) == ("https", "", "")
    assert rest.hostname
    for link in spec.links.values():
        url = urlsplit(link.url)
        assert url.scheme == "wss"
        assert url.hostname


@every_venue
def test_a_venue_promises_kinds_and_cites_its_documentation(name: str) -> None:
    spec = spec_of(name)
    assert spec.kinds
    assert spec.kinds <= set(EVENTS) - {Link, Reject}
    assert Instrument in spec.kinds
    assert spec.docs
    assert all(urlsplit(page).scheme == "https" for page in spec.docs)


@every_venue
def test_a_venue_has_a_budget_and_bounds_that_can_be_kept(name: str) -> None:
    spec = spec_of(name)
    assert 0 < spec.burst <= spec.weight_per_minute
    assert 1.0 <= spec.quiet_s <= 120.0
    assert 2**16 <= spec.max_frame_bytes <= 2**28


@every_venue
def test_assumed_fees_are_fractions_and_the_maker_pays_no_more(name: str) -> None:
    spec = spec_of(name)
    assert spec.taker_fee is None or 0.0 <= spec.taker_fee < 0.01
    assert spec.maker_fee is None or -0.01 < spec.maker_fee < 0.01
    if spec.taker_fee is not None and spec.maker_fee is not None:
        assert spec.maker_fee <= spec.taker_fee


@every_venue
def test_a_venue_folder_supplies_a_spec_and_a_session_and_nothing_else(name: str) -> None:
    package = importlib.import_module(REGISTRY[name])
    assert package.__doc__
    assert package.__all__ == ["SPEC"]
    assert load(name).SPEC is spec(name) is package.SPEC
    assert load(name).Session.__module__ == f"{package.__name__}.session"


# --- what it says when nothing has gone wrong ---------------------------------------------------


@every_venue
def test_an_opened_venue_asks_only_for_what_the_driver_can_do(name: str) -> None:
    spec = spec_of(name)
    outputs = feed(new_session(name), *open_all(name), *ticks(90))
    Invariants(name).check_all(outputs)
    for fetch in only(Fetch, outputs):
        assert fetch.method in ("GET", "POST")
        assert fetch.weight <= spec.burst
        assert not urlsplit(fetch.path).hostname
    for send in only(Send, outputs):
        assert send.link in spec.links


@every_venue
def test_an_opened_venue_asks_for_its_instruments_or_hears_them(name: str) -> None:
    outputs = feed(new_session(name), *open_all(name), *ticks(2))
    asked = [fetch.name for fetch in only(Fetch, outputs)]
    assert "instruments" in asked or only(Send, outputs)


@every_venue
def test_nothing_is_asked_before_a_link_is_open(name: str) -> None:
    assert only(Send, feed(new_session(name), *ticks(30))) == []


@every_venue
def test_closed_then_opened_sends_what_the_first_opening_sent(name: str) -> None:
    session = new_session(name)
    first = only(Send, feed(session, *open_all(name)))
    feed(session, *ticks(7), *close_all(name, AT_NS + 8 * SECOND_NS))
    assert only(Send, feed(session, *open_all(name, AT_NS + 9 * SECOND_NS))) == first


@every_venue
def test_the_same_inputs_give_the_same_outputs(name: str) -> None:
    inputs: list[Input] = [*open_all(name), *ticks(70), frame("?"), *close_all(name)]
    assert feed(new_session(name), *inputs) == feed(new_session(name), *inputs)


@every_venue
@pytest.mark.parametrize("symbols", [(), ("BTC",), ("NOSUCHCOIN",), ("xyz:GOLD", "BTC:USDC", "")])
def test_any_watch_list_can_be_asked_for_at_any_time(name: str, symbols: tuple[str, ...]) -> None:
    session = new_session(name)
    wanted = Wanted(at_ns=AT_NS, wants=Wants(symbols=symbols))
    outputs = feed(session, wanted, *open_all(name), wanted, *ticks(3), *close_all(name), wanted)
    Invariants(name).check_all(outputs)


# --- nonsense -----------------------------------------------------------------------------------


@every_venue
@few
@given(data=st.text(max_size=60) | st.binary(max_size=60))
def test_a_frame_that_is_not_json_is_a_reject(name: str, data: str | bytes) -> None:
    outputs = feed(new_session(name), frame(data))
    Invariants(name).check_all(outputs)
    if not is_json(data):
        assert only(Reject, outputs)


@every_venue
@few
@given(data=json_documents)
def test_a_frame_of_any_json_is_a_reject_or_nothing(name: str, data: str) -> None:
    session = new_session(name)
    outputs = feed(session, *open_all(name), frame(data))
    Invariants(name).check_all(outputs)
    assert all(isinstance(o, Reject | Send | Fetch | Restart | Rtt) for o in outputs)


@every_venue
@pytest.mark.parametrize(
    "data", ["[" * 50_000, '{"a":' * 50_000, '{"topic":' * 20_000], ids=["[", "{", "topic"]
)
def test_a_nesting_bomb_is_a_reject(name: str, data: str) -> None:
    assert only(Reject, feed(new_session(name), frame(data)))


@every_venue
@few
@given(
    fetch_name=st.sampled_from(FETCH_NAMES),
    status=st.sampled_from((0, 200, 200, 200, 403, 404, 429, 500)),
    body=st.text(max_size=40) | json_documents,
    key=st.sampled_from(("", "BTC", "BTC-USD", "BTCUSDT", "1", "x")),
)
def test_a_reply_of_nonsense_never_raises(
    name: str, fetch_name: str, status: int, body: str, key: str
) -> None:
    session = new_session(name)
    outputs = feed(session, *open_all(name), reply(fetch_name, body, status=status, key=key))
    Invariants(name).check_all(outputs)


@every_venue
@pytest.mark.parametrize("status", [0, 403, 429, 500])
def test_a_failed_answer_is_one_reject_and_is_asked_for_again(name: str, status: int) -> None:
    session = new_session(name)
    fetches = only(Fetch, feed(session, *open_all(name), *ticks(1)))
    instruments = [fetch for fetch in fetches if fetch.name == "instruments"]
    if not instruments:
        pytest.skip("this venue is told its instruments, it does not ask")
    at_ns = AT_NS + 2 * SECOND_NS
    failed = Reply(
        at_ns=at_ns, name="instruments", status=status, body="oops", key=instruments[0].key
    )
    assert len(only(Reject, feed(session, failed))) == 1
    later = feed(session, *ticks(700, at_ns))
    assert "instruments" in [fetch.name for fetch in only(Fetch, later)]


@every_venue
def test_a_frame_on_a_link_that_does_not_exist_never_raises(name: str) -> None:
    Invariants(name).check_all(feed(new_session(name), frame("{}", link="nowhere")))


# --- recordings ---------------------------------------------------------------------------------


def replayed(tape: Tape, session: Session) -> Iterator[Output]:
    for item in tape:
        yield from session.handle(item)


@every_venue
def test_the_golden_tape_is_whole_and_of_this_venue(name: str) -> None:
    tape = golden_tape(name)
    inputs = list(tape)
    assert tape.header.venue == name
    assert tape.torn is None
    assert tape.skipped == []
    assert {type(item).__name__ for item in inputs} >= {"Opened", "Frame", "Reply", "Tick"}
    assert [item.at_ns for item in inputs] == sorted(item.at_ns for item in inputs)


@every_venue
def test_the_golden_tape_states_every_kind_that_is_promised_and_breaks_no_invariant(
    name: str,
) -> None:
    tape = golden_tape(name)
    checked = Invariants(name).check_all(replayed(tape, new_session(name, tape.header.wants)))
    of_accounts = set() if tape.header.wants.accounts else {Position, Margin}
    of_survey = set() if tape.header.wants.survey else {Volume, Surveyed}
    at_times = {BookReset, AccountState, FundingPayment, AccountFill, *of_accounts, *of_survey}
    promised = {kind.__name__ for kind in spec_of(name).kinds}
    stated = {kind for kind in checked.counts if kind in {event.__name__ for event in EVENTS}}
    assert promised - {kind.__name__ for kind in at_times} <= stated
    assert stated <= promised | {"BookReset"}
    assert checked.books


@every_venue
def test_blocks_are_of_the_chain_that_the_venue_runs_on(name: str) -> None:
    stated = replayed(golden_tape(name), new_session(name))
    chains = {fact.chain for fact in stated if isinstance(fact, Block)}
    assert chains == {spec_of(name).chain} - {None}


@every_venue
def test_the_golden_tape_replays_to_the_same_events(name: str) -> None:
    tape = golden_tape(name)
    wants = tape.header.wants
    first = list(replayed(tape, new_session(name, wants)))
    assert first == list(replayed(tape, new_session(name, wants)))


@every_venue
def test_the_golden_tape_decodes_without_metadata_or_opening(name: str) -> None:
    tape = golden_tape(name)
    session = new_session(name, Wants())
    bare = [item for item in tape if isinstance(item, Frame)]
    Invariants(name).check_all(feed(session, *bare))


@every_venue
def test_after_the_golden_tape_a_new_link_subscribes_anew_and_trusts_no_old_book(
    name: str,
) -> None:
    tape = golden_tape(name)
    inputs = list(tape)
    session = new_session(name, tape.header.wants)
    feed(session, *inputs)
    end_ns = inputs[-1].at_ns
    reopened = [
        only(Send, feed(session, *close_all(name, end_ns), *open_all(name, end_ns)))
        for _ in range(2)
    ]
    assert reopened[0] == reopened[1]
    assert reopened[0]
    late = [frame(item.data, end_ns) for item in inputs if isinstance(item, Frame)][-200:]
    Invariants(name).check_all(feed(session, *late))


@every_venue
def test_the_golden_tape_in_pieces_gives_rejects_and_no_exception(name: str) -> None:
    tape = golden_tape(name)
    session = new_session(name, tape.header.wants)
    for number, item in enumerate(tape):
        if isinstance(item, Frame):
            cut = Frame(at_ns=item.at_ns, data=_cut(item.data, number), link=item.link)
            assert only(Reject, feed(session, cut))
        elif isinstance(item, Reply):
            body = str(_cut(item.body, number))
            feed(session, Reply(at_ns=item.at_ns, name=item.name, status=200, body=body))
        else:
            feed(session, item)


@every_venue
def test_recorded_lines_cut_anywhere_never_raise(name: str) -> None:
    lines = recorded_lines(name)
    session = new_session(name)
    invariants = Invariants(name, may_cross=True)
    for number, line in enumerate(lines):
        invariants.check_all(feed(session, frame(line), frame(_cut(line, number))))
        for fetch_name in FETCH_NAMES:
            invariants.check_all(feed(session, reply(fetch_name, line)))


def recorded_lines(name: str) -> list[str]:
    """The first lines of every recording of a venue; the test skips where there is none."""
    folder = CAPTURES / name
    files = [p for p in sorted(folder.glob("*.json*")) if p.is_file()] if folder.is_dir() else []
    if not files:
        pytest.skip(f"no recording of {name} is beside the project")
    return [line for file in files for line in file.read_text().splitlines()[:20] if line.strip()]


def _cut(data: str | bytes, number: int) -> str | bytes:
    """A different piece of the front for every number, never the whole."""
    return data[: (number * 7919) % max(1, len(data))]


# --- times of another unit ------------------------------------------------------------------------


def in_another_unit(text: str | bytes, factor: float) -> str | None:
    """A message on its way whose times are so many times as large; None where it is no JSON."""

    def search(node: Any) -> Any:
        if isinstance(node, list):
            return [search(inner) for inner in node]
        if isinstance(node, dict):
            return {key: search(inner) for key, inner in node.items()}
        is_text = isinstance(node, str)
        if isinstance(node, bool) or not (isinstance(node, int) or (is_text and node.isdecimal())):
            return node
        spoiled = round(int(node) * factor) if is_time(int(node)) else int(node)
        return str(spoiled) if is_text else spoiled

    def is_time(number: int) -> bool:
        return any(2020 < 1970 + number / unit / 31_557_600 < 2040 for unit in (1, 1e3, 1e6, 1e9))

    try:
        return json.dumps(search(json.loads(text)))
    except (ValueError, RecursionError):
        return None


@every_venue
@pytest.mark.parametrize("factor", [1_000_000, 1_000, 0.001, 0.000_001])
def test_a_time_of_another_unit_never_becomes_an_age(name: str, factor: float) -> None:
    """One of the year 50,000 would make all of a venue fresh for ever, one of 1970 stale."""
    tape = golden_tape(name)
    session = new_session(name, tape.header.wants)
    late: list[Output] = []
    for item in tape:
        data = item.data if isinstance(item, Frame) else getattr(item, "body", "")
        odd = in_another_unit(data, factor)
        if odd is not None and isinstance(item, Frame):
            late += feed(session, replace(item, data=odd))
        elif odd is not None and isinstance(item, Reply):
            late += feed(session, replace(item, body=odd))
        else:
            late += feed(session, item)
    stamps_ns = [event.venue_ns for event in late if isinstance(event, Event) and event.venue_ns]
    assert all(1_483_228_800 <= ns / SECOND_NS < 4_102_444_800 for ns in stamps_ns)
    assert only(Instrument, late)
