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


def test_thirty_days_are_fetched_in_the_background_in_windows_that_hold_a_hundred_rows():
    session, outputs = started("BTC")
    fetches, rows = asked(outputs), []
    while fetches and len(rows) < 1000:
        (fetch,) = fetches
        query = window(fetch)
        start_s, end_s = int(query["start_timestamp"]), int(query["end_timestamp"])
        hours = [s for s in range(start_s - start_s % HOUR_S, end_s + 1, HOUR_S) if s >= start_s]
        assert (query["market_id"], query["resolution"], fetch.key) == ("1", "1h", "1")
        assert len(hours) <= 100
        assert fetch.background
        rows += hours
        answer = reply("funding_history", page(*map(row, hours)), key="1")
        fetches = asked(feed(session, answer))
    newest_s = AT_S - AT_S % HOUR_S
    assert rows == list(range(newest_s - 30 * 86_400, newest_s + 1, HOUR_S))


def test_a_server_that_returns_fewer_rows_is_asked_again_after_the_last_of_them():
    session, outputs = started("BTC")
    start_s = int(window(asked(outputs)[0])["start_timestamp"])
    some = page(row(start_s), row(start_s + HOUR_S))
    (fetch,) = asked(feed(session, reply("funding_history", some, key="1")))
    assert int(window(fetch)["start_timestamp"]) == start_s + HOUR_S + 1


def test_a_market_younger_than_thirty_days_is_looked_for_in_the_later_windows():
    session, outputs = started("BTC")
    first_end_s = int(window(asked(outputs)[0])["end_timestamp"])
    (fetch,) = asked(feed(session, reply("funding_history", page(), key="1")))
    assert int(window(fetch)["start_timestamp"]) == first_end_s + 1


def finish(session, outputs, at_ns=AT_NS):
    """Answer every page with nothing, so that the history is as complete as it gets."""
    while fetches := asked(outputs):
        outputs = feed(
            session, *[reply("funding_history", page(), at_ns, key=f.key) for f in fetches]
        )


def test_after_the_hour_only_the_new_payment_is_fetched():
    session, outputs = started("BTC")
    finish(session, outputs)
    newest_s = AT_S - AT_S % HOUR_S
    assert asked(feed(session, Tick(at_ns=(newest_s + HOUR_S + 5) * 1_000_000_000))) == []
    late = feed(session, Tick(at_ns=(newest_s + HOUR_S + 60) * 1_000_000_000))
    (fetch,) = asked(late)
    end_s = int(window(fetch)["end_timestamp"])
    assert end_s == newest_s + HOUR_S + 60


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
    assert len(asked(feed(session, Tick(at_ns=AT_NS + 60 * 1_000_000_000)))) == 1
