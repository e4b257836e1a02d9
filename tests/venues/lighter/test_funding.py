"""Lighter's settled funding over REST: signs, seconds, pages."""

from urllib.parse import parse_qs, urlsplit

import pytest

from cockpit.core.events import Funding, Reject
from cockpit.core.units import HOUR_NS, hour_floor_ns
from cockpit.venues.contract import Fetch, Tick, Wanted, Wants
from cockpit.venues.lighter import Session
from tests.support import AT_NS, closed, feed, frame, only, opened, reply

AT_S = AT_NS // 1_000_000_000
HOUR_S = 3600
ANY_MARKET = Wants()
DETAILS = {
    "code": 200,
    "order_book_details": [
        {"symbol": "ETH", "market_id": 0, "size_decimals": 4},
        {"symbol": "BTC", "market_id": 1, "size_decimals": 5},
    ],
}


def row(stamp_s, rate="0.0012", direction="long"):
    return {"timestamp": stamp_s, "value": "0.02707872", "rate": rate, "direction": direction}


def page(*rows):
    return {"code": 200, "resolution": "1h", "fundings": list(rows)}


def history(body, *, key="1", wants=ANY_MARKET):
    return feed(Session(wants), reply("funding_history", body, key=key))


def window(fetch: Fetch) -> dict[str, str]:
    split = urlsplit(fetch.path)
    assert split.path == "/api/v1/fundings"
    return {name: values[0] for name, values in parse_qs(split.query).items()}


def asked(outputs) -> list[Fetch]:
    return [fetch for fetch in only(Fetch, outputs) if fetch.name == "funding_history"]


def test_direction_is_the_sign_long_means_that_longs_paid():
    body = page(row(1778702400, "0.0012", "long"), row(1778706000, "0.0002", "short"))
    first, second = history(body)
    assert (first.kind, first.symbol, first.interval_s) == ("settled", "BTC", HOUR_S)
    assert first.rate == pytest.approx(0.000012)
    assert second.rate == pytest.approx(-0.000002)


def test_stamps_are_seconds_over_rest():
    (paid,) = history(page(row(1778702400)))
    assert paid.venue_ns == 1778702400 * 1_000_000_000


def test_rows_come_out_oldest_first_whatever_order_they_came_in():
    outputs = history(page(row(1778706000), row(1778702400)))
    assert [event.venue_ns // 1_000_000_000 for event in outputs] == [1778702400, 1778706000]


def test_a_payment_of_zero_needs_no_direction():
    (paid,) = history(page(row(1778702400, "0.0000", "")))
    assert paid.rate == 0.0


@pytest.mark.parametrize(
    "bad",
    [
        row(1778702400, "0.0012", "sideways"),
        row(1778702400, "-0.0012", "long"),
        row(-5),
        row(1778702400, "nan"),
        row(1778702400, "500"),
    ],
)
def test_a_payment_that_cannot_be_is_rejected(bad):
    assert [type(output) for output in history(page(bad))] == [Reject]


def test_the_market_is_the_key_of_the_request_else_the_only_wanted_symbol():
    body = page(row(1778702400))
    assert history(body, key="0")[0].symbol == "ETH"
    assert history(body, key="1000PEPE")[0].symbol == "PEPE"
    assert history(body, key="", wants=Wants(symbols=("SOL",)))[0].symbol == "SOL"
    nobody = history(body, key="", wants=Wants(symbols=("SOL", "BTC")))
    assert [type(output) for output in nobody] == [Reject]


def test_daily_rows_are_not_hourly_rates():
    assert history(page(row(1778702400)) | {"resolution": "1d"}) == []


def test_null_history_is_an_empty_history():
    assert history({"code": 200, "resolution": "1h", "fundings": None}) == []


def test_rest_and_websocket_name_the_same_hour_though_their_stamps_differ_by_milliseconds():
    session = Session(Wants())
    (rest,) = feed(session, reply("funding_history", page(row(1_760_040_000)), key="1"))
    stats = {
        "mark_price": "1.0",
        "index_price": "1.0",
        "funding_rate": "0.0012",
        "funding_timestamp": 1_760_040_000_002,
    }
    message = {"channel": "market_stats:1", "market_stats": stats, "type": "update/market_stats"}
    (streamed,) = only(Funding, feed(session, frame(message)))
    assert rest.venue_ns != streamed.venue_ns
    assert hour_floor_ns(rest.venue_ns) == hour_floor_ns(streamed.venue_ns)
    assert rest.rate == streamed.rate


def test_funding_rates_are_a_fraction_per_eight_hours_and_only_lighters_rows_are_ours():
    rows = [
        {"market_id": 12, "exchange": "binance", "symbol": "TON", "rate": 0.0001},
        {"market_id": 12, "exchange": "lighter", "symbol": "TON", "rate": 0.00009599999999999999},
    ]
    (live,) = feed(Session(Wants()), reply("tickers", {"code": 200, "funding_rates": rows}))
    assert (live.symbol, live.kind, live.interval_s) == ("TON", "live", HOUR_S)
    assert live.rate == pytest.approx(0.000012)
    assert live.next_ns == (AT_NS // HOUR_NS + 1) * HOUR_NS


def started(*symbols):
    session = Session(Wants(symbols=symbols))
    return session, feed(session, opened(), reply("instruments", DETAILS))


class Archive:
    """The venue's rows of one market, of which a call returns `limit`, from either end."""

    def __init__(self, hours: int = 2000, limit: int = 750, is_newest: bool = True) -> None:
        newest_s = AT_S - AT_S % HOUR_S
        self.stamps = [newest_s - back * HOUR_S for back in reversed(range(hours))]
        self.limit, self.is_newest = limit, is_newest

    def within(self, fetch: Fetch) -> list[int]:
        query = window(fetch)
        start_s, end_s = int(query["start_timestamp"]), int(query["end_timestamp"])
        rows = [stamp for stamp in self.stamps if start_s <= stamp <= end_s]
        most = min(self.limit, int(query["count_back"]))
        return rows[-most:] if self.is_newest else rows[:most]


def backfill(archive: Archive) -> tuple[list[Fetch], list[int]]:
    """Every call that is made for a market and the stamps (s) of every row that came, in order."""
    session, outputs = started("BTC")
    calls: list[Fetch] = []
    stamps: list[int] = []
    while fetches := asked(outputs):
        (fetch,) = fetches
        calls.append(fetch)
        assert len(calls) < 40, "it never stops asking"
        answer = page(*map(row, archive.within(fetch)))
        outputs = feed(session, reply("funding_history", answer, key=fetch.key))
        stamps += [paid.venue_ns // 1_000_000_000 for paid in only(Funding, outputs)]
    return calls, stamps


def test_thirty_days_are_one_call_in_the_background():
    (call,), stamps = backfill(archive := Archive())
    query = window(call)
    assert (query["market_id"], query["resolution"], call.key) == ("1", "1h", "1")
    assert (query["count_back"], int(query["end_timestamp"])) == ("720", AT_S)
    assert call.background
    assert stamps == archive.stamps[-720:]


@pytest.mark.parametrize("is_newest", [True, False], ids=["newest rows", "oldest rows"])
@pytest.mark.parametrize("limit", [100, 360, 719])
def test_where_a_call_returns_fewer_rows_the_rest_is_asked_for_without_a_hole(limit, is_newest):
    calls, stamps = backfill(archive := Archive(limit=limit, is_newest=is_newest))
    assert sorted(stamps) == archive.stamps[-720:]
    assert len(set(stamps)) == len(stamps)
    assert len({call.path for call in calls}) == len(calls) == -(-720 // limit)


def test_the_newest_rows_come_first_where_the_venue_returns_them():
    _, stamps = backfill(archive := Archive(limit=100))
    assert stamps[:100] == archive.stamps[-100:]
    assert stamps[100:200] == archive.stamps[-200:-100]


@pytest.mark.parametrize("hours", [0, 1, 300])
def test_a_young_market_has_its_rows_and_at_most_one_empty_call(hours):
    calls, stamps = backfill(archive := Archive(hours))
    assert stamps == archive.stamps
    assert len(calls) == (2 if hours else 1)


def test_rows_that_were_not_asked_for_do_not_keep_the_calls_going():
    session, outputs = started("BTC")
    start_s = int(window(asked(outputs)[0])["start_timestamp"])
    strange = page(row(start_s - HOUR_S), row(AT_S + HOUR_S))
    assert asked(feed(session, reply("funding_history", strange, key="1"))) == []


def test_every_market_is_asked_for_before_the_rest_of_any():
    _, outputs = started("BTC", "ETH")
    assert sorted(fetch.key for fetch in asked(outputs)) == ["0", "1"]


def finish(session, outputs, at_ns=AT_NS):
    """Answer every call with what was asked for."""
    while fetches := asked(outputs):
        (fetch,) = fetches
        answer = page(*map(row, Archive().within(fetch)))
        outputs = feed(session, reply("funding_history", answer, at_ns, key=fetch.key))


def test_after_the_hour_only_the_new_payment_is_fetched():
    session, outputs = started("BTC")
    finish(session, outputs)
    newest_s = AT_S - AT_S % HOUR_S
    assert asked(feed(session, Tick(at_ns=(newest_s + HOUR_S + 5) * 1_000_000_000))) == []
    late = feed(session, Tick(at_ns=(newest_s + HOUR_S + 60) * 1_000_000_000))
    (fetch,) = asked(late)
    assert int(window(fetch)["start_timestamp"]) == newest_s + 1
    assert int(window(fetch)["end_timestamp"]) == newest_s + HOUR_S + 60


def test_a_payment_that_is_late_is_asked_for_within_the_minute():
    """Twenty seconds after the hour the row is not there yet: not an hour is waited for it."""
    hour_s = AT_S - AT_S % HOUR_S + HOUR_S
    at_ns = (hour_s + 20) * 1_000_000_000
    session = Session(Wants(symbols=("BTC",)))
    outputs = feed(session, opened(at_ns), reply("instruments", DETAILS, at_ns))
    finish(session, outputs, at_ns)
    (fetch,) = asked(feed(session, Tick(at_ns=at_ns + 30 * 1_000_000_000)))
    assert int(window(fetch)["start_timestamp"]) == hour_s - HOUR_S + 1


def test_a_reconnection_does_not_fetch_the_thirty_days_again():
    session, outputs = started("BTC")
    finish(session, outputs)
    again = feed(session, closed(), opened(), reply("instruments", DETAILS))
    assert asked(again) == []


def test_a_newly_wanted_symbol_brings_its_own_history():
    session, outputs = started("BTC")
    finish(session, outputs)
    outputs = feed(session, Wanted(at_ns=AT_NS, wants=Wants(symbols=("BTC", "ETH"))))
    assert [fetch.key for fetch in asked(outputs)] == ["0"]


def test_a_failed_page_is_asked_for_again_after_a_minute():
    session, _ = started("BTC")
    failed = feed(session, reply("funding_history", "", status=0, key="1"))
    assert [type(output) for output in failed] == [Reject]
    assert asked(feed(session, Tick(at_ns=AT_NS + 30 * 1_000_000_000))) == []
    (again,) = asked(feed(session, Tick(at_ns=AT_NS + 60 * 1_000_000_000)))
    assert window(again)["count_back"] == "720"


def test_a_refused_question_is_asked_for_fewer_rows_after_a_minute():
    session, _ = started("BTC")
    refusal = {"code": 20001, "message": "invalid param: count_back"}
    feed(session, reply("funding_history", refusal, status=400, key="1"))
    (again,) = asked(feed(session, Tick(at_ns=AT_NS + 60 * 1_000_000_000)))
    assert window(again)["count_back"] == "100"


def test_the_new_hour_does_not_wait_for_older_rows_that_fail():
    session, outputs = started("BTC")
    (first,) = asked(outputs)
    some = Archive(limit=100).within(first)
    (older,) = asked(feed(session, reply("funding_history", page(*map(row, some)), key="1")))
    hour_s = AT_S - AT_S % HOUR_S + HOUR_S
    feed(session, reply("funding_history", "", hour_s * 1_000_000_000, status=0, key="1"))
    due_ns = (hour_s + 60) * 1_000_000_000
    (fetch,) = asked(feed(session, Tick(at_ns=due_ns)))
    assert int(window(fetch)["start_timestamp"]) == hour_s - HOUR_S + 1
    (again,) = asked(feed(session, reply("funding_history", page(row(hour_s)), due_ns, key="1")))
    assert again == older
