"""Lighter's settled funding over REST: signs, seconds, pages of a size that nobody documents."""

from urllib.parse import parse_qs, urlsplit

import pytest

from cockpit.core.events import Funding, Reject
from cockpit.venues.contract import Fetch, Tick
from tests.support import AT_NS, feed, only, reply
from tests.venues.lighter.samples import BTC, SECOND, listing, session

AT_S, HOUR_S = AT_NS // SECOND, 3600


def row(stamp_s, rate="0.0012", direction="long"):
    return {"timestamp": stamp_s, "value": "0.02707872", "rate": rate, "direction": direction}


def history(*rows, **changed):
    body = {"code": 200, "resolution": "1h", "fundings": list(rows), **changed}
    return reply("funding_history", body, key="1")


def asked(outputs):
    return [fetch for fetch in only(Fetch, outputs) if fetch.name == "funding_history"]


def window(fetch: Fetch) -> dict[str, int]:
    query = parse_qs(urlsplit(fetch.path).query)
    return {
        name: int(query[name][0]) for name in ("start_timestamp", "end_timestamp", "count_back")
    }


def started(at_ns=AT_NS):
    ours = session("BTC")
    return ours, feed(ours, listing(BTC, at_ns=at_ns))


def test_direction_is_the_sign_and_stamps_are_seconds():
    """Long means that longs paid; a payment of nothing needs no direction."""
    rows = row(1778706000, "0.0002", "short"), row(1778702400), row(1778709600, "0.0000", "")
    first, second, third = feed(session(), history(*rows))
    assert (first.kind, first.symbol, first.interval_s) == ("settled", "BTC", HOUR_S)
    assert [e.rate for e in (first, second, third)] == pytest.approx([0.000012, -0.000002, 0.0])
    assert (first.venue_ns, second.venue_ns) == (1778702400 * SECOND, 1778706000 * SECOND)


LATER = 1778706000


@pytest.mark.parametrize(
    "bad",
    [
        row(LATER, "0.0012", "sideways"), row(LATER, "-0.0012"), row(-5), row(5),
        row(LATER, "nan"), row(LATER, "500"), row(LATER, None), row(LATER, "1", []),
    ],
)  # fmt: skip
def test_a_payment_that_cannot_be_costs_itself(bad):
    outputs = feed(session(), history(bad, row(1778702400)))
    assert [event.venue_ns for event in only(Funding, outputs)] == [1778702400 * SECOND]
    assert len(only(Reject, outputs)) == (0 if bad["rate"] is None else 1)


@pytest.mark.parametrize("body", [{"code": 200}, {"resolution": "1d", "fundings": []}])
def test_an_answer_that_does_not_speak_of_hourly_payments_is_not_no_payments(body):
    ours, _ = started()
    outputs = feed(ours, reply("funding_history", body, key="1"))
    assert [type(output) for output in outputs] == [Reject]
    [again] = asked(feed(ours, Tick(at_ns=AT_NS + 60 * SECOND)))
    assert window(again)["start_timestamp"] == AT_S + 60 - 30 * 86_400, "nothing is known yet"


def test_null_payments_are_none():
    assert feed(session(), history(fundings=None)) == []


def test_a_page_whose_market_nobody_named_is_a_reject():
    page = reply("funding_history", {"fundings": [row(LATER)]})
    assert [type(output) for output in feed(session(), page)] == [Reject]


class Archive:
    """The venue's rows of one market, of which a call returns `limit`, from either end."""

    def __init__(self, limit: int = 750, is_newest: bool = True) -> None:
        newest_s = AT_S - AT_S % HOUR_S
        self.stamps = [newest_s - back * HOUR_S for back in reversed(range(2000))]
        self.limit, self.is_newest = limit, is_newest

    def answer(self, fetch: Fetch):
        query = window(fetch)
        rows = [s for s in self.stamps if query["start_timestamp"] <= s <= query["end_timestamp"]]
        most = min(self.limit, query["count_back"])
        return history(*map(row, rows[-most:] if self.is_newest else rows[:most]))


@pytest.mark.parametrize("is_newest", [True, False], ids=["newest rows", "oldest rows"])
@pytest.mark.parametrize("limit", [100, 360, 719, 750])
def test_thirty_days_are_read_without_a_hole_whatever_a_call_returns(limit, is_newest):
    archive = Archive(limit, is_newest)
    ours, outputs = started()
    calls, stamps = 0, []
    while fetches := asked(outputs):
        [fetch] = fetches
        calls += 1
        outputs = feed(ours, archive.answer(fetch))
        stamps += [event.venue_ns // SECOND for event in only(Funding, outputs)]
    assert sorted(stamps) == archive.stamps[-720:]
    assert calls == -(-720 // limit), "30 days are one call where it returns them"


def test_a_payment_that_is_late_is_asked_for_within_the_minute():
    """Twenty seconds after the hour the row is not there yet: not an hour is waited for it."""
    hour_s = AT_S - AT_S % HOUR_S + HOUR_S
    at_ns = (hour_s + 20) * SECOND
    ours, [fetch] = started(at_ns)[0], asked(started(at_ns)[1])
    for _ in range(2):
        again = asked(feed(ours, Archive().answer(fetch)))
        fetch = again[0] if again else fetch
    [fetch] = asked(feed(ours, Tick(at_ns=(hour_s + 50) * SECOND)))
    assert window(fetch)["start_timestamp"] == hour_s - HOUR_S + 1


def test_a_refused_question_is_asked_for_fewer_rows_after_a_minute():
    ours, _ = started()
    refusal = {"code": 20001, "message": "invalid param: count_back"}
    feed(ours, reply("funding_history", refusal, status=400, key="1"))
    [again] = asked(feed(ours, Tick(at_ns=AT_NS + 60 * SECOND)))
    assert window(again)["count_back"] == 100
