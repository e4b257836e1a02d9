"""Settled dYdX funding: thirty days once, then each hour's row."""

from datetime import UTC, datetime
from typing import Any

import pytest

from cockpit.core.events import Funding, Reject
from cockpit.core.units import HOUR_NS
from cockpit.venues.contract import Fetch, Output, Wants
from cockpit.venues.dydx.session import Session
from tests.support import (
    AT_NS,
    capture_text,
    feed,
    needs_captures,
    only,
    opened,
    reply,
    ticks,
)
from tests.venues.dydx.messages import markets, row

SECOND = 1_000_000_000
HOUR = 1_759_996_800_000_000_000
"""2025-10-09 08:00:00 UTC, the last full hour before AT_NS."""


def paid(hours_ago: int, rate: str = "0.000002375") -> dict[str, Any]:
    at_ns = HOUR - hours_ago * HOUR_NS + 219_000_000
    at = datetime.fromtimestamp(at_ns / 1e9, UTC).strftime("%Y-%m-%dT%H:%M:%S.219Z")
    return {
        "ticker": "BTC-USD", "rate": rate, "price": "89993.8",
        "effectiveAtHeight": str(60_000_000 - 5600 * hours_ago), "effectiveAt": at,
    }  # fmt: skip


def history(first: int, last: int) -> dict[str, Any]:
    """The rows from `first` to `last` hours ago, newest first as the venue sends them."""
    return {"historicalFunding": [paid(hours_ago) for hours_ago in range(first, last + 1)]}


def watching() -> Session:
    """A session that has asked for the history of one market."""
    session = Session(Wants(symbols=("BTC",)))
    outputs = feed(session, opened(), reply("instruments", markets(row("BTC-USD"))))
    assert asked(outputs) == [
        "/v4/historicalFunding/BTC-USD?limit=722&effectiveBeforeOrAt=2025-10-09T08:53:20.000Z"
    ]
    return session


def answer(session: Session, body: Any, at_ns: int = AT_NS, status: int = 200) -> list[Output]:
    return feed(session, reply("funding_history", body, at_ns, status, key="BTC-USD"))


def asked(outputs: list[Output]) -> list[str]:
    fetches = [fetch for fetch in only(Fetch, outputs) if fetch.name == "funding_history"]
    assert all(fetch.background and fetch.key == "BTC-USD" for fetch in fetches)
    return [fetch.path for fetch in fetches]


@pytest.mark.parametrize("at", ["9999-12-31T23:59:59Z", "1969-12-31T23:00:00Z"])
def test_a_row_at_no_possible_time_costs_itself(at: str) -> None:
    rows = [{**paid(0), "effectiveAt": at}, paid(1)]
    outputs = feed(Session(Wants()), reply("funding_history", {"historicalFunding": rows}))
    assert [funding.venue_ns for funding in only(Funding, outputs)] == [
        HOUR - HOUR_NS + 219 * 10**6
    ]


def test_a_row_that_is_late_is_asked_for_again_a_minute_later() -> None:
    session = watching()
    feed(session, *ticks(1))
    answer(session, history(0, 720))
    at_ns = HOUR + HOUR_NS + 41 * SECOND
    feed(session, *ticks(1, at_ns=at_ns))
    assert answer(session, history(0, 1), at_ns=at_ns) == []
    assert asked(feed(session, *ticks(58, at_ns=at_ns))) == []
    assert len(asked(feed(session, *ticks(2, at_ns=at_ns + 58 * SECOND)))) == 1


def test_a_refused_history_is_told_and_asked_for_again_a_minute_later() -> None:
    session = watching()
    feed(session, *ticks(1))
    [refused] = only(
        Reject, answer(session, '{"errors":[{"msg":"Too many requests"}]}', AT_NS, 429)
    )
    assert refused.reason == "funding_history: HTTP 429: Too many requests"
    assert asked(feed(session, *ticks(59))) == []
    assert len(asked(feed(session, *ticks(2, at_ns=AT_NS + 59 * SECOND)))) == 1


@needs_captures
def test_the_recorded_history_reads_as_it_is_documented() -> None:
    body = capture_text("dydx/rest_historical_funding.json")
    settled = only(Funding, feed(Session(Wants()), reply("funding_history", body)))
    assert [funding.rate for funding in settled] == [0.000000625, 0.000000375, 0.000002375]
    assert settled[2].rate / 0.000000125 == pytest.approx(19.0)  # steps of 1 ppm of 8 h
    assert settled[2].venue_ns == 1_765_209_600_219_000_000  # 2025-12-08T16:00:00.219Z
    assert {funding.symbol for funding in settled} == {"BTC"}
