"""An account that was read in part is never silently the whole of what is held."""

import pytest

from cockpit.calculators.common.form import FieldError
from tests.calculators.risk import btc, held, run, view

HL = "hyperliquid"
A = "0x" + "ab" * 20
NAME = f"{HL}:0xabab…abab"
HALF = {"state": "waiting", "parts_known": 2, "parts_wanted": 3, "age_s": 1.0}
POOL = {"pool": "", "equity_usd": 60_000.0, "cross_equity_usd": 60_000.0}
SHORT = held(HL, -10, account=A, source="venue", mark=60_000.0)


def account(**said):
    return {"venue": HL, "account": A, "pools": [POOL], **said}


def book(*positions, **said):
    return view(btc(HL), btc("dydx"), positions=list(positions), accounts=[account(**said)])


@pytest.mark.parametrize(
    ("name", "asked"),
    [("margin", {}), ("stress", {"paths": 100}), ("hedge", {"book": True, "hold_h": 8})],
)
def test_what_is_held_is_incomplete_while_an_account_is_read_in_part(name, asked) -> None:
    whole, half = (run(name, book(SHORT, **said), **asked) for said in ({"age_s": 1.0}, HALF))
    words = f"{NAME}: reading 2 of 3, so what is held there may be more"
    assert words not in whole.warnings
    assert words in half.warnings
    assert half.is_incomplete


OLD = {"state": "failed", "reason": "HTTP 500", "age_s": 600.0}


@pytest.mark.parametrize(
    ("name", "asked"),
    [("margin", {}), ("stress", {"paths": 100}), ("hedge", {"book": True, "hold_h": 8})],
)
def test_what_was_held_ten_minutes_ago_is_not_silently_what_is_held(name, asked) -> None:
    words = f"{NAME}: stale, last read 600 s ago, so what is held there may be another by now"
    result = run(name, book({**SHORT, "age_s": 600.0}, **OLD), **asked)
    assert words in result.warnings
    assert result.is_incomplete


def test_a_hedge_within_an_equity_of_ten_minutes_ago_says_so() -> None:
    asked = {"symbol": "BTC", "size": 1.0, "venues": [HL], "hold_h": 8}
    words = f"{NAME}: stale, last read 600 s ago, so its equity may be another by now"
    assert words in run("hedge", book(**OLD), **asked).warnings
    given = run("hedge", book(**OLD), **asked, equity_usd={HL: 50_000})
    assert not any("stale" in words for words in given.warnings)


def test_positions_that_were_typed_are_whole_whatever_an_account_holds() -> None:
    result = run("margin", book(**HALF), positions=[held(HL, -10)], equity_usd={HL: 60_000})
    assert not any("reading" in words for words in result.warnings)


def test_a_hedge_in_half_an_account_says_that_it_takes_its_equity_for_all() -> None:
    asked = {"symbol": "BTC", "size": 1.0, "venues": [HL], "hold_h": 8}
    (words,) = [w for w in run("hedge", book(**HALF), **asked).assumed if "reading" in w]
    assert words == f"{NAME}: reading 2 of 3, what was read of its equity is all of it"
    given = run("hedge", book(**HALF), **asked, equity_usd={HL: 50_000})
    assert not any("reading" in words for words in given.assumed)


@pytest.mark.parametrize("name", ["margin", "stress"])
def test_nothing_is_not_said_to_be_held_before_all_was_read(name) -> None:
    with pytest.raises(FieldError, match=r"none in the view.*reading 2 of 3"):
        run(name, book(**HALF))
    with pytest.raises(FieldError) as error:
        run(name, book(state="flat", age_s=1.0))
    assert "reading" not in str(error.value)
