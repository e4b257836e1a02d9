"""Orderly's lists and streams of all markets show the long tail, and wake no book of it."""

import pytest

from tests.sim.faces.test_all_markets import MARKETS, ask, connect, heard, quiet_of, venue


def test_the_lists_show_every_market_with_rate_interest_and_volume() -> None:
    subject = venue("orderly")
    subject.step(4.0)
    listed = {row["symbol"] for row in ask(subject, "/v1/public/info")["data"]["rows"]}
    rows = ask(subject, "/v1/public/futures")["data"]["rows"]
    shown = {row["symbol"]: row for row in rows}
    assert len(listed) >= MARKETS
    for native, state in quiet_of(subject).items():
        row, contract = shown[native], state.listing.contract
        assert native in listed
        assert row["mark_price"] == state.mark
        assert row["open_interest"] > 0
        assert row["24h_volume"] == pytest.approx(state.day_volume_base / contract)
        assert row["est_funding_rate"] == pytest.approx(state.rate, abs=1e-8)
        assert row["next_funding_time"] * 10**6 == state.next_funding_ns
    assert subject.view.awake == {}


def test_the_stream_of_all_marks_names_the_tail() -> None:
    subject = venue("orderly")
    client = connect(subject, {"id": "1", "event": "subscribe", "topic": "markprices"})
    subject.step(2.0)
    marks = [row for row in heard(client) if row.get("topic") == "markprices"][-1]
    assert quiet_of(subject).keys() <= {row["symbol"] for row in marks["data"]}
    assert subject.view.awake == {}


def test_a_subscription_keeps_a_quiet_book_alive_and_its_end_puts_it_away() -> None:
    subject = venue("orderly")
    topic = "PERP_1000SHIB_USDC@orderbookupdate"
    client = connect(subject, {"id": "1", "event": "subscribe", "topic": topic})
    for _ in range(30):
        subject.step(1.0)
    assert len(heard(client)) > 10, "it moves"
    assert list(subject.view.awake) != []
    subject.drop(client)
    del client
    for _ in range(12):
        subject.step(1.0)
    assert subject.view.awake == {}
