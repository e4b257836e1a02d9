"""Aster's accounts: private is unknown and never empty; nothing is made up."""

import json
from typing import Any

import pytest

from cockpit.core.events import AccountState, Margin, Position, Reject
from cockpit.venues.aster import SPEC
from cockpit.venues.aster.session import Session
from cockpit.venues.contract import Fetch, Output, Wants
from tests.invariants import Invariants
from tests.support import AT_NS, capture_text, feed, needs_captures, only, opened, reply, ticks
from tests.venues.aster.samples import listing, symbol_row

ADDRESS = "0x1111111111111111111111111111111111111111"


def held(symbol: str, amount: Any, **own: Any) -> dict[str, Any]:
    return {
        "symbol": symbol, "positionAmount": amount, "entryPrice": "100000", "markPrice": "101000",
        "unrealizedProfit": "500", "leverage": "10", "isolated": False, "positionSide": "BOTH",
        **own,
    }  # fmt: skip


def wallet(amount: Any, asset: str = "USDT") -> dict[str, Any]:
    return {"asset": asset, "walletBalance": amount}


DOLLARS = (wallet(10_000.0),)


def balance(*rows: Any, wallets: Any = DOLLARS, **own: Any) -> dict[str, Any]:
    positions = [{"tradingProduct": "perps", "positions": rows}]
    return {
        "address": ADDRESS, "accountPrivacy": "disabled", "perpAssets": wallets,
        "positions": positions, **own,
    }  # fmt: skip


def following() -> Session:
    session = Session(Wants(accounts=(ADDRESS,)))
    rows = [symbol_row(name) for name in ("BTCUSDT", "1000PEPEUSDT")]
    feed(session, opened(), reply("instruments", listing(*rows)))
    return session


def told(session: Session, result: Any, at_ns: int = AT_NS) -> list[Output]:
    body = {"jsonrpc": "2.0", "id": 1, "result": result}
    out = feed(session, reply("account", body, at_ns, key=ADDRESS))
    Invariants("aster").check_all(out)
    return out


def status(outputs: list[Output]) -> list[str]:
    return [each.state for each in only(AccountState, outputs)]


def test_the_chain_is_asked_at_its_own_host_once_the_markets_are_known() -> None:
    session = Session(Wants(accounts=(ADDRESS,)))
    assert "account" not in {each.name for each in only(Fetch, feed(session, opened()))}
    out = feed(session, reply("instruments", listing(symbol_row("BTCUSDT"))))
    (asked,) = [each for each in only(Fetch, out) if each.name == "account"]
    assert SPEC.hosts[asked.host] == "https://tapi.asterdex.com"
    body = json.loads(asked.body or "")
    assert (body["method"], body["params"]) == ("aster_getBalance", [ADDRESS, "latest"])
    assert isinstance(body["id"], int)


@needs_captures
def test_a_private_account_is_unknown_and_shows_no_figure() -> None:
    body = capture_text("aster/tapi_202609_getBalance_privacy_enabled.json")
    out = feed(following(), reply("account", body, key=ADDRESS))
    assert status(out) == ["unknown"]
    assert "private" in only(AccountState, out)[0].reason
    assert only(Position, out) == only(Margin, out) == []


def test_an_account_that_turns_private_keeps_what_was_read_and_says_so() -> None:
    session = following()
    told(session, balance(held("BTCUSDT", "0.5")))
    out = told(session, {"address": ADDRESS, "accountPrivacy": "enabled"})
    assert status(out) == ["gone"]
    assert only(Position, out) == [], "it was not closed"


def test_positions_and_equity() -> None:
    out = told(following(), balance(held("BTCUSDT", "0.5"), held("1000PEPEUSDT", "-3")))
    bitcoin, pepe = only(Position, out)
    assert (bitcoin.size, bitcoin.entry, bitcoin.mark, bitcoin.upnl) == (0.5, 1e5, 101e3, 500.0)
    assert (bitcoin.leverage, bitcoin.margin_mode) == (10.0, "cross")
    assert (pepe.symbol, pepe.size, pepe.entry) == ("PEPE", -3_000.0, 100.0)
    (margin,) = only(Margin, out)
    assert margin.equity == 11_000.0
    assert (margin.used, margin.maintenance) == (None, None)
    assert (bitcoin.liquidation, bitcoin.mmf) == (None, None)
    assert status(out) == ["read"]


@pytest.mark.parametrize(
    ("told_as", "quantile"),
    [(0, 0), ("4", 4), (None, None), (5, None), (-1, None), ("many", None), (1.5, None)],
)
def test_a_place_in_the_queue_is_one_of_five_or_not_known(told_as: Any, quantile: Any) -> None:
    (position,) = only(Position, told(following(), balance(held("BTCUSDT", "1", adl=told_as))))
    assert position.adl_quantile == quantile
    assert position.size == 1.0, "nonsense about the queue costs nothing else"


@pytest.mark.parametrize("sign", ["", "-"])
def test_the_stated_side_wins_over_the_sign(sign: str) -> None:
    rows = [held("BTCUSDT", f"{sign}0.5", positionSide=side) for side in ("LONG", "SHORT")]
    out = told(following(), balance(*rows))
    assert {each.pool: each.size for each in only(Position, out)} == {"LONG": 0.5, "SHORT": -0.5}


def test_what_is_listed_no_longer_was_closed() -> None:
    session = following()
    told(session, balance(held("BTCUSDT", "0.5")))
    out = told(session, balance(held("BTCUSDT", "0")))
    assert [each.size for each in only(Position, out)] == [0.0]
    assert status(out) == ["flat"]


def test_equity_is_unknown_where_a_coin_other_than_a_dollar_lies_in_the_wallet() -> None:
    out = told(following(), balance(wallets=[wallet(10.0), wallet(0.1, "BTC")]))
    assert [each.equity for each in only(Margin, out)] == [None]
    out = told(following(), balance(wallets=[wallet(10.0), wallet(0.0, "BTC")]))
    assert [each.equity for each in only(Margin, out)] == [10.0]


def test_an_address_of_which_nothing_is_shown_is_unknown_not_flat() -> None:
    assert status(told(following(), balance(wallets=[]))) == ["unknown"]


@pytest.mark.parametrize(
    "result",
    [
        balance(held("NOSUCHUSDT", "1")),
        balance(held("BTCUSDT", "many")),
        balance(held("BTCUSDT", None)),
        balance(wallets=[wallet("NaN")]),
        balance(wallets=None),
        balance(positions=None),
        balance(positions=[{"tradingProduct": "shield", "positions": []}]),
        balance(address="0x2222222222222222222222222222222222222222"),
        {"address": ADDRESS},
        None,
    ],
)
def test_half_an_account_is_none_of_it(result: Any) -> None:
    out = told(following(), result)
    assert only(Position, out) == only(Margin, out) == []
    assert status(out) == ["failed"]
    assert len(only(Reject, out)) == 1


def test_an_answer_without_its_wrapper_is_one() -> None:
    out = feed(following(), reply("account", balance(held("BTCUSDT", "0.5")), key=ADDRESS))
    assert status(out) == ["read"]
    assert [position.size for position in only(Position, out)] == [0.5]


def test_an_error_under_http_200_is_no_answer() -> None:
    body = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32603, "message": "internal error"}}
    out = feed(following(), reply("account", body, key=ADDRESS))
    assert status(out) == ["failed"]
    assert "-32603: internal error" in only(Reject, out)[0].reason


def test_an_account_that_is_not_read_any_more_is_said_to_be_old() -> None:
    session = following()
    told(session, balance(held("BTCUSDT", "0.5")))
    assert status(feed(session, *ticks(61))) == ["failed"]
