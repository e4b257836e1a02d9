"""Rows for tax tools: what a venue told, once each, and together the trade's funding and fees."""

import csv
import io

import pytest

from cockpit.core.events import Link
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.documents.trades_export import COINTRACKER, CSV, KOINLY, csv_text, rows
from cockpit.portfolio.trades.keeper import Keeper
from cockpit.portfolio.trades.reading import read as read_trades
from tests.portfolio.trades.legs import T0, A, B, fill, holds, market, paid, read, settled, store

HL, DYDX = ("hyperliquid", A), ("dydx", "dydx1x")
OPENED_NS = T0 + HOUR_NS // 2
NOW_NS = T0 + 3 * HOUR_NS + HOUR_NS // 2
LATER_NS = NOW_NS + NS_PER_S


@pytest.fixture
def view():
    """A pair with two fills on one side, a rebate on the other, and three payments each."""
    view = store(HL, DYDX)
    view.apply_all(
        [*market("hyperliquid", 100.0, 100.0, NOW_NS), *market("dydx", 101.0, 100.5, NOW_NS),
         holds(*HL, 2.0, NOW_NS), read(*HL, NOW_NS),
         holds(*DYDX, -2.0, NOW_NS), read(*DYDX, NOW_NS),
         fill(*HL, "a", 1.5, 99.0, OPENED_NS, fee=0.075),
         fill(*HL, "b", 0.5, 99.5, OPENED_NS + 1, fee=0.025),
         fill(*DYDX, "=c", -2.0, 101.0, OPENED_NS, fee=-0.02)]
    )  # fmt: skip
    for hour in range(-1, 4):
        at_ns = T0 + hour * HOUR_NS
        for (venue, account), usd in ((HL, -0.31), (DYDX, 0.52)):
            view.apply_all([settled(venue, 0.0001, at_ns), paid(venue, account, usd, at_ns)])
    Keeper(view).look(NOW_NS)
    return view


def table(view, format_, now_ns=NOW_NS):
    return list(csv.DictReader(io.StringIO(csv_text(rows(view, now_ns).rows, format_))))


def test_the_rows_add_up_to_the_trades_funding_and_fees(view):
    [trade] = read_trades(view, NOW_NS).trades
    found = table(view, "csv")
    usd = {
        kind: sum(float(r["usd"]) for r in found if r["kind"] == kind)
        for kind in ("fee", "funding")
    }
    # Three payments of each leg: 3 x (0.52 - 0.31); fees of 0.1 less a rebate of 0.02.
    assert usd == {"fee": pytest.approx(-0.08), "funding": pytest.approx(0.63)}
    assert trade.pnl.funding == pytest.approx(usd["funding"])
    assert trade.pnl.fees == pytest.approx(usd["fee"])
    assert rows(view, NOW_NS).left_out == ()


def test_each_fill_fee_and_payment_is_one_row_in_utc_with_the_venues_number(view):
    found = table(view, "csv")
    assert tuple(found[0]) == CSV
    assert [r["kind"] for r in found].count("fill") == 3
    assert [r["kind"] for r in found].count("fee") == 3
    assert [r["kind"] for r in found].count("funding") == 6
    first = found[0]
    assert first["at_utc"] == "2025-10-09T09:30:00.000Z"
    assert [r["at_utc"] for r in found] == sorted(r["at_utc"] for r in found)
    bought = next(r for r in found if r["id"] == "a" and r["kind"] == "fill")
    assert (bought["side"], bought["size"], bought["price"], bought["usd"]) == (
        "buy",
        "1.5",
        "99",
        "",
    )


def test_text_of_a_venue_is_no_formula_of_a_spreadsheet(view):
    assert {
        r["id"] for r in table(view, "csv") if r["venue"] == "dydx" and r["kind"] != "funding"
    } == {"'=c"}


def test_payments_of_two_accounts_at_one_stamp_are_two_rows_for_a_tool_that_drops_repeats():
    """Long in one account of a venue and short in another: both are paid on the hour."""
    view = store(HL, ("hyperliquid", B))
    view.apply_all(market("hyperliquid", 100.0, 100.0, NOW_NS))
    for account, size in ((A, 1.0), (B, -1.0)):
        view.apply_all(
            [holds("hyperliquid", account, size, NOW_NS), read("hyperliquid", account, NOW_NS),
             fill("hyperliquid", account, account[-1], size, 100.0, OPENED_NS),
             *(paid("hyperliquid", account, -size, T0 + hour * HOUR_NS) for hour in (1, 2, 3))]
        )  # fmt: skip
    view.apply_all(settled("hyperliquid", 0.0001, T0 + hour * HOUR_NS) for hour in (1, 2, 3))
    Keeper(view).look(NOW_NS)
    payments = [row["TxHash"] for row in table(view, "koinly") if row["Label"] == "realized gain"]
    assert len(payments) == len(set(payments)) == 6


TOOLS = pytest.mark.parametrize(
    ("format_", "columns", "received", "sent"),
    [
        ("koinly", KOINLY, "Received Amount", "Sent Amount"),
        ("cointracker", COINTRACKER, "Received Quantity", "Sent Quantity"),
    ],
)


def flow(found, received, sent):
    return sum(float(r[received] or 0) - float(r[sent] or 0) for r in found)


@TOOLS
def test_the_tools_columns_hold_the_same_cash_flow(view, format_, columns, received, sent):
    found = table(view, format_)
    assert tuple(found[0]) == columns
    [trade] = read_trades(view, NOW_NS).trades
    assert flow(found, received, sent) == pytest.approx(trade.pnl.funding + trade.pnl.fees)
    assert len(found) == 9, "a perpetual that is opened moves no coin"
    for row in found:
        assert bool(row[received]) != bool(row[sent])
    currency = received.replace("Amount", "Currency").replace("Quantity", "Currency")
    assert {row[currency] for row in found if row[received]} == {"USDC"}


@TOOLS
def test_what_a_close_realised_is_a_row_of_the_tools(view, format_, columns, received, sent):
    before = flow(table(view, format_), received, sent)
    close(view, fee=0.0)
    # Long 2 from (1.5 x 99 + 0.5 x 99.5) / 2 = 99.125, short 2 from 101, both closed at 100.
    made = 2 * (100 - 99.125) + 2 * (101 - 100)
    assert flow(table(view, format_, LATER_NS), received, sent) - before == pytest.approx(made)


def test_each_tool_is_told_what_a_row_is_in_its_own_words(view):
    close(view, fee=0.1)
    koinly = {(r["Description"].split()[0], r["Label"]) for r in table(view, "koinly", LATER_NS)}
    assert koinly == {
        ("fill", "realized gain"), ("funding", "realized gain"), ("fee", "cost"),
        ("fee", "realized gain"),
    }  # fmt: skip
    for row in table(view, "cointracker", LATER_NS):
        is_gain = bool(row["Received Quantity"])
        assert row["Tag"] in (
            ("margin gain", "margin rebate") if is_gain else ("margin loss", "margin fee")
        )


def test_what_no_venue_told_is_left_out_and_named():
    view = store(HL, ("lighter", A))
    view.apply_all(
        [holds(*HL, 1.0), read(*HL), holds("lighter", A, -1.0), read("lighter", A)]
    )  # fmt: skip
    Keeper(view).look(T0)
    found = rows(view, T0)
    assert found.rows == ()
    words = " ".join(found.left_out)
    assert "lighter does not tell its fills" in words
    assert "payments of lighter/BTC" in words


def test_an_account_that_is_not_read_now_is_named_and_the_rows_are_no_whole(view):
    view.apply(Link(venue="hyperliquid", recv_ns=NOW_NS, state="down", reason="gone"))
    [words] = rows(view, NOW_NS).left_out
    assert words.startswith("hyperliquid:")
    assert "not read now" in words


def test_a_trade_that_is_over_is_still_in_the_rows(view):
    before = len(rows(view, NOW_NS).rows)
    close(view, fee=0.1)
    assert view.trades.open == {}
    assert len(rows(view, LATER_NS).rows) == before + 4


def test_a_close_whose_entry_nobody_told_is_named_and_its_result_is_not_made_up():
    view = store(HL, DYDX)
    view.apply_all(
        [*market("hyperliquid", 100.0, 100.0), *market("dydx", 100.0, 100.0),
         holds(*HL, 2.0), read(*HL), holds(*DYDX, -2.0), read(*DYDX)]
    )  # fmt: skip
    Keeper(view).look(T0)
    view.apply_all(
        [holds(*HL, 1.0, NOW_NS), fill(*HL, "x", -1.0, 105.0, NOW_NS), read(*HL, NOW_NS),
         holds(*DYDX, -1.0, NOW_NS), read(*DYDX, NOW_NS)]
    )  # fmt: skip
    Keeper(view).look(NOW_NS)
    found = rows(view, NOW_NS)
    assert [(r.kind, r.usd) for r in found.rows if r.id == "x"] == [("fill", None)]
    assert any("entry of hyperliquid/BTC is not told" in words for words in found.left_out)


def close(view, fee):
    """Both legs are closed at 100."""
    view.apply_all(
        [holds(*HL, 0.0, LATER_NS), fill(*HL, "x", -2.0, 100.0, LATER_NS, fee=fee),
         holds(*DYDX, 0.0, LATER_NS), fill(*DYDX, "y", 2.0, 100.0, LATER_NS, fee=fee)]
    )  # fmt: skip
    Keeper(view).look(LATER_NS)
