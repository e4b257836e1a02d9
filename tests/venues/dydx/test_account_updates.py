"""What dYdX's account channels say after the whole state: updates that leave things out.

The figures of fills and balances are those of public recordings of the venue.
"""

import pytest

from cockpit.core.events import AccountFill, AccountState, Margin, Position, Reject
from cockpit.venues.contract import Fetch, Wants
from cockpit.venues.dydx.session import Session
from tests.support import AT_NS, feed, frame, only, reply, ticks
from tests.venues.dydx.messages import envelope, row
from tests.venues.dydx.test_account import (
    ADDRESS,
    CHANNEL,
    PARENT,
    account,
    following,
    held,
    usdc,
    whole,
)

STRANGER = "dydx14zzueazeh0hj67cghhf9jypslcf9sh2n5k6art"


def update(number: int, **contents: object) -> dict:
    return envelope("channel_data", number, CHANNEL, PARENT, contents)


def holding(*positions: dict, cash: str = "300") -> Session:
    """A session that has read these positions of the parent subaccount itself."""
    session = following()
    feed(session, frame(whole(account(0, *positions, cash=usdc(cash)))))
    return session


def one(outputs: list) -> Position:
    [position] = only(Position, outputs)
    return position


def early(market: str, side: str, size: str) -> dict:
    """A row as the first Indexers sent it: neither prices nor funding."""
    return {
        "address": ADDRESS, "subaccountNumber": 0, "market": market, "side": side,
        "status": "OPEN", "size": size, "maxSize": size,
    }  # fmt: skip


# --- what is left out ---------------------------------------------------------------------------


def test_an_update_that_leaves_fields_out_changes_only_what_it_names():
    session = holding(held("BTC-USD", "LONG", "2"))
    position = one(
        feed(session, frame(update(4, perpetualPositions=[early("BTC-USD", "LONG", "3")])))
    )
    assert (position.size, position.entry, position.funding_paid) == (3.0, 80.0, -1.75)
    assert position.upnl == 3 * (100 - 80), "the stated profit was that of the size before"


@pytest.mark.parametrize("name", ["entryPrice", "netFunding", "status", "side", "size"])
def test_null_changes_nothing(name):
    session = holding(held("BTC-USD", "LONG", "2"))
    said = held("BTC-USD", "LONG", "2") | {name: None}
    position = one(feed(session, frame(update(4, perpetualPositions=[said]))))
    assert (position.size, position.entry, position.funding_paid) == (2.0, 80.0, -1.75)


def test_without_a_side_the_sign_of_the_size_tells_it():
    session = holding(held("BTC-USD", "SHORT", "-2"))
    said = {"market": "BTC-USD", "size": "-3"}
    assert one(feed(session, frame(update(4, perpetualPositions=[said])))).size == -3.0


def test_where_size_and_side_disagree_the_side_decides():
    session = holding(held("BTC-USD", "LONG", "2"))
    said = held("BTC-USD", "SHORT", "3")
    assert one(feed(session, frame(update(4, perpetualPositions=[said])))).size == -3.0


def test_collateral_alone_moves_the_equity_and_leaves_the_positions():
    session = holding(held("BTC-USD", "LONG", "2"))
    outputs = feed(session, frame(update(4, assetPositions=[usdc("50", "SHORT")])))
    assert one(outputs).size == 2.0
    assert [m.equity for m in only(Margin, outputs)] == [2 * 100 - 50]


def test_collateral_without_an_amount_or_of_another_coin_is_passed_over():
    session = holding()
    rows = [usdc("1") | {"size": None}, usdc("7") | {"symbol": "TOKEN"}]
    outputs = feed(session, frame(update(4, assetPositions=rows)))
    assert [m.equity for m in only(Margin, outputs)] == [300.0]


@pytest.mark.parametrize(
    "contents",
    [
        {"orders": [], "blockHeight": "7"},
        {"transfers": {"symbol": "USDC", "size": "4.5", "type": "TRANSFER_OUT"}},
        {"tradingReward": {"tradingReward": "0.01", "createdAtHeight": "5"}},
        {},
    ],
)
def test_orders_transfers_and_rewards_move_nothing_by_themselves(contents):
    outputs = feed(holding(held("BTC-USD", "LONG", "2")), frame(update(4, **contents)))
    assert outputs == []


FILL = {
    "id": "9051d9e5", "fee": "-0.002057", "side": "SELL", "size": "11", "price": "1.7",
    "createdAt": "2024-05-14T18:03:47.615Z", "ticker": "BTC-USD",
}  # fmt: skip


def test_a_fill_is_told_once_and_moves_no_position_by_itself():
    session = holding(held("BTC-USD", "LONG", "2"))
    outputs = feed(session, frame(update(4, fills=[FILL])), frame(update(5, fills=[FILL])))
    [fill] = outputs
    assert isinstance(fill, AccountFill)
    assert (fill.symbol, fill.size, fill.price) == ("BTC", -11.0, 1.7), "a sale is negative"
    assert (fill.fee, fill.pool) == (-0.002057, "0"), "a rebate is negative"
    assert fill.venue_ns == 1_715_709_827_615_000_000


@pytest.mark.parametrize("odd", [{"size": "0"}, {"price": "NaN"}, {"createdAt": "x"}, {"id": ""}])
def test_a_fill_that_cannot_be_is_counted_and_costs_no_other(odd):
    session = holding(held("BTC-USD", "LONG", "2"))
    outputs = feed(session, frame(update(4, fills=[FILL | odd, FILL])))
    assert [type(output) for output in outputs] == [Reject, AccountFill]


def test_a_whole_account_may_name_no_positions_and_no_collateral():
    child = account(0, cash=usdc("1")) | {"openPerpetualPositions": None, "assetPositions": None}
    outputs = feed(following(), frame(whole(child | {"equity": "0", "freeCollateral": "0"})))
    assert [s.state for s in only(AccountState, outputs)] == ["flat"]


@pytest.mark.parametrize("cash", [None, {"USDC": usdc("1") | {"size": None}}])
def test_cash_that_is_not_said_is_unknown_and_replaces_no_stated_equity(cash: object) -> None:
    child = account(0, held("BTC-USD", "LONG", "2"), cash=usdc("1"), equity="500")
    session = following()
    [stated] = only(Margin, feed(session, frame(whole(child | {"assetPositions": cash}))))
    assert stated.equity == 500.0
    outputs = feed(session, *ticks(31))
    assert only(Margin, outputs) == []
    assert [f for f in only(Fetch, outputs) if f.key == f"look/{PARENT}"], "REST may know it"
    said = feed(session, frame(update(4, perpetualPositions=[held("BTC-USD", "LONG", "3")])))
    assert (one(said).size, only(Margin, said)) == (3.0, [])


def test_an_account_without_said_cash_is_flat_only_where_its_equity_is_nothing() -> None:
    child = account(0, cash=usdc("1"), equity="500") | {"assetPositions": None}
    outputs = feed(following(), frame(whole(child)))
    assert [s.state for s in only(AccountState, outputs)] == ["read"]


def test_positions_that_a_whole_state_does_not_name_are_not_closed() -> None:
    session = holding(held("BTC-USD", "LONG", "2"))
    child = account(0, cash=usdc("9")) | {"openPerpetualPositions": None}
    assert one(feed(session, frame(whole(child, number=4)))).size == 2.0


def test_a_price_of_the_oracle_alone_moves_profit_and_equity():
    session = holding(held("BTC-USD", "SHORT", "-2"))
    message = envelope(
        "channel_data", 4, "v4_markets", "", {"oraclePrices": {"BTC-USD": {"oraclePrice": "90"}}}
    )
    outputs = feed(session, frame(message), *ticks(1))
    assert one(outputs).upnl == -2 * (90 - 80)
    assert [m.equity for m in only(Margin, outputs)] == [300 - 2 * 90]


# --- closing and turning over -------------------------------------------------------------------


@pytest.mark.parametrize("status", ["CLOSED", "LIQUIDATED"])
def test_what_is_not_open_is_closed_whatever_its_size(status):
    session = holding(held("BTC-USD", "LONG", "2"))
    said = held("BTC-USD", "LONG", "2", status=status)
    position = one(feed(session, frame(update(4, perpetualPositions=[said]))))
    assert (position.symbol, position.size) == ("BTC", 0.0)


def test_closed_positions_in_a_whole_account_are_not_open():
    child = account(
        0, held("BTC-USD", "LONG", "0", status="CLOSED"),
        held("ETH-USD", "SHORT", "-5", status="LIQUIDATED"), cash=usdc("9"),
    )  # fmt: skip
    assert only(Position, feed(following(), frame(whole(child)))) == []


def test_a_position_that_turned_over_has_nothing_of_the_one_before():
    session = holding(held("BTC-USD", "LONG", "2", positionId="a"))
    rows = [
        held("BTC-USD", "LONG", "0", status="CLOSED", positionId="a"),
        early("BTC-USD", "SHORT", "-1") | {"positionId": "b"},
    ]
    position = one(feed(session, frame(update(4, perpetualPositions=rows))))
    assert (position.size, position.entry, position.funding_paid) == (-1.0, None, None)


def test_nor_has_one_that_was_opened_anew_in_the_same_direction():
    session = holding()
    feed(
        session, frame(update(4, perpetualPositions=[held("BTC-USD", "LONG", "2", positionId="a")]))
    )
    said = early("BTC-USD", "LONG", "1") | {"positionId": "b"}
    position = one(feed(session, frame(update(5, perpetualPositions=[said]))))
    assert (position.size, position.entry, position.funding_paid) == (1.0, None, None)


# --- children and other channels ----------------------------------------------------------------


def test_an_update_of_a_child_names_it_in_the_envelope():
    session = holding(held("BTC-USD", "LONG", "2"))
    said = held("ETH-USD", "LONG", "5")
    del said["subaccountNumber"]
    cash = {"symbol": "USDC", "side": "SHORT", "size": "20", "assetId": "0"}
    message = update(4, perpetualPositions=[said], assetPositions=[cash])
    outputs = feed(session, frame(message | {"subaccountNumber": 256}))
    assert (one(outputs).pool, one(outputs).margin_mode) == ("256", "isolated")
    assert [(m.pool, m.equity) for m in only(Margin, outputs)] == [("256", 5 * 10 - 20)]


def test_a_parent_other_than_the_first_has_children_of_its_own():
    text = f"{ADDRESS}/1"
    session = following(text)
    parent = {"parentSubaccountNumber": 1, "childSubaccounts": [
        account(1, cash=usdc("5", number=1), equity="5"),
        account(129, held("ETH-USD", "LONG", "1"), cash=usdc("2", number=129), equity="12"),
    ]}  # fmt: skip
    outputs = feed(session, frame(envelope("subscribed", 3, CHANNEL, text, {"subaccount": parent})))
    assert {m.pool: m.equity for m in only(Margin, outputs)} == {"1": 5.0, "129": 12.0}
    assert {m.account for m in only(Margin, outputs)} == {text}


def test_a_subaccount_by_itself_is_as_good_as_a_parent():
    """Recorded: 0.1 ETH at 1940.3 have lost 1.342369, beside 805.872985 USDC."""
    position = {
        "market": "ETH-USD", "status": "OPEN", "side": "LONG", "size": "0.1", "maxSize": "0.1",
        "entryPrice": "1940.300000", "exitPrice": None, "realizedPnl": "0.000000",
        "unrealizedPnl": "-1.342369", "sumOpen": "0.1", "sumClose": "0", "netFunding": "0.000000",
    }  # fmt: skip
    row_ = {
        "address": STRANGER, "subaccountNumber": 0, "equity": "998.560616",
        "freeCollateral": "988.926234", "openPerpetualPositions": {"ETH-USD": position},
        "assetPositions": {"USDC": usdc("805.872985")}, "marginEnabled": True,
    }  # fmt: skip
    contents = {"subaccount": row_, "orders": []}
    message = envelope("subscribed", 2, "v4_subaccounts", f"{STRANGER}/0", contents)
    outputs = feed(Session(Wants()), frame(message))
    told = one(outputs)
    assert (told.size, told.entry, told.funding_paid) == (0.1, 1940.3, 0.0)
    assert told.upnl == pytest.approx(-1.342369)
    [margin] = only(Margin, outputs)
    assert (margin.equity, margin.available) == (998.560616, 988.926234)
    assert margin.equity == pytest.approx(805.872985 + 0.1 * 1940.3 - 1.342369)


def test_a_batch_of_fills_ends_with_what_the_last_of_them_left():
    """Recorded: an order closes a short and goes on to buy 0.09; two messages a fill."""

    def fill(size: str, entry: str, cash: str) -> dict:
        bought = held("ETH-USD", "LONG", size, entryPrice=entry, netFunding="0", positionId="b")
        return {"perpetualPositions": [bought], "assetPositions": [usdc(cash)]}

    flat = held("ETH-USD", "SHORT", "0", status="CLOSED", entryPrice="1878.2", positionId="a")
    updates = [
        {"perpetualPositions": [flat], "assetPositions": [usdc("1999.989222")]},
        {"fills": [{"ticker": "ETH-USD", "size": "0.01", "price": "1877.4"}]},
        fill("0.01", "0", "1981.204835"),
        fill("0.08", "1878.08", "1849.672104"),
        fill("0.09", "1878.16666666666666666667", "1830.87371"),
        {"fills": [{"ticker": "ETH-USD", "size": "0.01", "price": "1878.9"}]},
    ]
    terms = row("ETH-USD", oraclePrice="1871.4708")
    session = following(PARENT, terms)
    feed(session, frame(whole(account(0, held("ETH-USD", "SHORT", "-0.01"), cash=usdc("2018.77")))))
    outputs = feed(session, frame(envelope("channel_batch_data", 4, CHANNEL, PARENT, updates)))
    told = one(outputs)
    assert (told.size, told.entry) == (0.09, pytest.approx(1878.1666666666667))
    assert told.upnl == pytest.approx(-0.602629, abs=1e-4), "recorded beside the last fill"
    [margin] = only(Margin, outputs)
    assert margin.equity == pytest.approx(1830.87371 + 0.09 * 1871.4708)


def test_the_first_messages_of_the_venue_are_read_too():
    """Recorded in 2023: another prefix, a `denom`, `positions` instead of `perpetualPositions`."""
    address = "cosmos140tmxre67zelczxz2fe7j0hnzm2jwrfrl8a7vq"
    cash = {"assetId": "0", "denom": "USDC", "side": "LONG", "size": "8772.436277"}
    contents = {"positions": [early("ETH-USD", "SHORT", "3")], "assetPositions": [cash]}
    message = envelope("channel_data", 120, "v4_subaccounts", f"{address}/0", contents)
    listed = envelope(
        "subscribed",
        1,
        "v4_markets",
        "",
        {"markets": {"ETH-USD": row("ETH-USD", oraclePrice="1500")}},
    )
    outputs = feed(Session(Wants()), frame(listed), frame(message))
    assert one(outputs).size == -3.0
    assert [m.equity for m in only(Margin, outputs)] == [pytest.approx(8772.436277 - 3 * 1500)]


# --- what is not understood ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "said",
    [
        {"perpetualPositions": [{"market": "BTC-USD", "side": "BOTH", "size": "1"}]},
        {"perpetualPositions": [{"market": "BTC-USD", "side": "LONG", "size": "many"}]},
        {"perpetualPositions": [{"market": "BTC-USD", "side": "LONG", "size": "1e400"}]},
        {"perpetualPositions": [{"side": "LONG", "size": "1"}]},
        {"perpetualPositions": [{"market": "DOGE-USD", "side": "LONG"}]},
        {"assetPositions": 7},
        {"assetPositions": [{"symbol": "USDC", "side": "LONG", "size": "much"}]},
    ],
)
def test_after_an_update_of_nonsense_the_account_is_not_trusted_until_it_was_read_again(said):
    session = holding(held("BTC-USD", "LONG", "2"))
    outputs = feed(session, frame(update(4, **said)))
    assert only(Reject, outputs)
    [state] = only(AccountState, outputs)
    assert state.state == "failed"
    assert "not understood" in state.reason
    assert only(Position, outputs) == [], "what was read stays"
    later = feed(session, *ticks(20))
    [look] = only(Fetch, [f for f in later if isinstance(f, Fetch) and f.key == f"look/{PARENT}"])
    assert look.path == f"/v4/addresses/{ADDRESS}/parentSubaccountNumber/0"
    assert only(Margin, later) == [], "and is not confirmed"
    parent = {"address": ADDRESS, "parentSubaccountNumber": 0, "childSubaccounts": [
        account(0, held("BTC-USD", "LONG", "4"), cash=usdc("1"), equity="401"),
    ]}  # fmt: skip
    read = feed(session, reply("account", {"subaccount": parent}, key=look.key))
    assert [s.state for s in only(AccountState, read)] == ["read"]
    assert one(read).size == 4.0


def test_a_good_update_after_a_lost_one_does_not_make_the_account_trusted():
    session = holding(held("BTC-USD", "LONG", "2"))
    feed(session, frame(update(4, assetPositions=7)))
    outputs = feed(session, frame(update(5, perpetualPositions=[held("BTC-USD", "LONG", "3")])))
    assert one(outputs).size == 3.0
    assert only(AccountState, outputs) == []


def test_a_whole_state_without_a_subaccount_does_not_say_that_there_is_none():
    session = holding(held("BTC-USD", "LONG", "2"))
    message = envelope("subscribed", 4, CHANNEL, PARENT, {"orders": [], "blockHeight": "9"})
    outputs = feed(session, frame(message))
    assert [s.state for s in only(AccountState, outputs)] == ["failed"]


def test_half_a_list_of_subaccounts_closes_nothing():
    session = holding(held("BTC-USD", "LONG", "2"))
    good = account(0, cash=usdc("9"))
    broken = account(128, held("ETH-USD", "LONG", "inf"), cash=usdc("9"))
    outputs = feed(session, frame(whole(good, broken, number=4)))
    assert only(Position, outputs) == []
    assert only(Reject, outputs)


@pytest.mark.parametrize("id", [f"{ADDRESS}/7", STRANGER[:-1] + "9/0", "", "nobody", "x/0"])
def test_a_message_about_somebody_else_is_not_taken_for_an_account(id):
    """A broken letter in the id must not look like a second account of ours."""
    message = envelope("channel_data", 4, CHANNEL, id, {"assetPositions": [usdc("5")]})
    outputs = feed(holding(), frame(message, AT_NS))
    assert only(Margin, outputs) == []
    assert only(Reject, outputs)
