"""Bybit's settled funding: thirty days by pages, newest first, intervals from the stamps."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from cockpit.core.events import Funding, Reject
from cockpit.venues.bybit.session import Session
from cockpit.venues.contract import Fetch, Output, Reply, Wants
from tests.support import AT_NS, feed, only, opened, reply
from tests.venues.bybit.samples import answer, fetches, live_session, row, run_listing

HOUR_MS = 3_600_000
LAST_MS = AT_NS // 1_000_000 // HOUR_MS * HOUR_MS
DAYS_30_MS = 30 * 24 * HOUR_MS


def paid(stamp_ms: int, rate: str = "0.0001", native: str = "BTCUSDT") -> Any:
    return {"symbol": native, "fundingRate": rate, "fundingRateTimestamp": str(stamp_ms)}


def rows(count: int, hours: int = 8, newest_ms: int = LAST_MS) -> list[Any]:
    """Newest first, as the venue sends them; the rate tells the row."""
    return [paid(newest_ms - i * hours * HOUR_MS, f"0.0{1000 + i}") for i in range(count)]


def history(*page: Any, at_ns: int = AT_NS, key: str = "BTCUSDT") -> Reply:
    return reply("funding_history", answer(*page), at_ns=at_ns, key=key)


def asked(outputs: list[Output]) -> Fetch:
    (fetch,) = fetches(outputs, "funding_history")
    return fetch


def query(fetch: Fetch) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(fetch.path).query).items()}


def first_request(session: Session) -> Fetch:
    feed(session, opened())
    return asked(run_listing(session, row()))


def test_thirty_days_are_asked_for_with_both_start_and_end_in_the_background() -> None:
    fetch = first_request(Session(Wants(symbols=("BTC",))))
    assert urlsplit(fetch.path).path == "/v5/market/funding/history"
    assert fetch.background
    assert fetch.key == "BTCUSDT"
    end_ms = AT_NS // 1_000_000
    assert query(fetch) == {
        "category": "linear",
        "symbol": "BTCUSDT",
        "limit": "200",
        "startTime": str(end_ms - DAYS_30_MS),
        "endTime": str(end_ms),
    }


def test_pages_go_backwards_to_thirty_days_ago_and_end_before_the_oldest_row() -> None:
    session = Session(Wants(symbols=("BTC",)))
    fetch = first_request(session)
    floor_ms = int(query(fetch)["startTime"])
    stated: list[Funding] = []
    newest_ms, pages = LAST_MS, 0
    while True:
        pages += 1
        left = (newest_ms - floor_ms) // HOUR_MS + 1
        page = rows(min(200, left), hours=1, newest_ms=newest_ms)
        outputs = feed(session, history(*page))
        stated += only(Funding, outputs)
        following = fetches(outputs, "funding_history")
        if not following:
            break
        oldest_ms = int(page[-1]["fundingRateTimestamp"])
        assert query(following[0])["endTime"] == str(oldest_ms - 1)
        assert query(following[0])["startTime"] == str(floor_ms)
        newest_ms = oldest_ms - HOUR_MS
    assert pages == 4
    assert len(stated) == len({event.venue_ns for event in stated}) == 720
    assert {event.interval_s for event in stated} == {3600}


def test_a_single_row_has_the_interval_of_the_listing() -> None:
    session = live_session(rows=(row(fundingInterval=240),))
    (event,) = only(Funding, feed(session, history(paid(LAST_MS))))
    assert event.interval_s == 4 * 3600


def test_a_single_row_of_an_unknown_interval_is_left_out_because_that_is_not_eight_hours() -> None:
    assert feed(Session(Wants()), history(paid(LAST_MS), key="")) == []


def test_a_hole_of_days_is_not_an_interval() -> None:
    session = live_session(rows=(row(fundingInterval=60),))
    page = [paid(LAST_MS), paid(LAST_MS - 72 * HOUR_MS), paid(LAST_MS - 73 * HOUR_MS)]
    events = only(Funding, feed(session, history(*page)))
    assert [event.interval_s for event in events] == [3600, 3600, 3600]


def test_an_error_with_http_200_is_a_reject_with_the_words_of_the_venue() -> None:
    body = answer(ret_code=10001, ret_msg="only startTime is passed")
    (reject,) = feed(live_session(), reply("funding_history", body, key="BTCUSDT"))
    assert isinstance(reject, Reject)
    assert "only startTime" in reject.reason


def test_a_settled_rate_that_is_no_fraction_costs_itself() -> None:
    page = history(paid(LAST_MS), paid(LAST_MS - 8 * HOUR_MS, "12"))
    outputs = feed(live_session(), page)
    (reject,) = only(Reject, outputs)
    assert "fraction" in reject.reason
    assert [event.venue_ns for event in only(Funding, outputs)] == [LAST_MS * 1_000_000]


def test_a_payment_does_not_cover_the_time_of_one_that_could_not_be_read() -> None:
    """Every 8 h: the rate of 16:00 is of eight hours also where that of 08:00 is nonsense."""
    stamps = [LAST_MS - hours * HOUR_MS for hours in (0, 8, 16)]
    page = history(paid(stamps[0]), paid(stamps[1], "abc"), paid(stamps[2]))
    events = only(Funding, feed(live_session(), page))
    assert [event.interval_s for event in events] == [28_800, 28_800]


def test_settled_and_live_rates_are_not_mixed_up() -> None:
    events = only(Funding, feed(live_session(), history(*rows(4))))
    assert {event.kind for event in events} == {"settled"}
    assert {event.next_ns for event in events} == {None}
