"""Hyperliquid accounts: what is asked and when, what is no account, and what fails."""

import json

import pytest

from cockpit.core.events import AccountState, FundingPayment, Margin, Position, Reject
from cockpit.venues.contract import Send, Wanted, Wants
from cockpit.venues.hyperliquid import SPEC
from tests.support import (
    AT_NS,
    closed,
    feed,
    frame,
    needs_captures,
    only,
    opened,
    reply,
    ticks,
)  # fmt: skip
from tests.venues.hyperliquid.accounts import (
    ALICE,
    BOB,
    EMPTY,
    all_dexs,
    asked,
    body_of,
    following,
    row,
    standard,
    state,
    unread,
)  # fmt: skip

SECOND = 1_000_000_000

# --- asking -------------------------------------------------------------------------------------


def test_an_opened_link_listens_to_the_account_and_asks_for_it():
    outputs = feed(following(ALICE), opened())
    sent = [json.loads(s.data)["subscription"] for s in only(Send, outputs)]
    assert {"type": "allDexsClearinghouseState", "user": ALICE} in sent
    assert {"type": "userFundings", "user": ALICE} in sent
    [fetch] = asked(outputs, f"state/{ALICE}")
    assert json.loads(fetch.body) == {"type": "clearinghouseState", "user": ALICE}
    [paid] = asked(outputs, "paid/")
    assert json.loads(paid.body)["startTime"] == AT_NS // 10**6 - 30 * 86_400_000


def test_a_silent_stream_is_replaced_by_polling_and_a_speaking_one_ends_it():
    session = following(ALICE)
    feed(session, opened())
    assert len(asked(feed(session, *ticks(30)), f"state/{ALICE}")) == 3
    at_ns = AT_NS + 30 * SECOND
    speaking = [frame(all_dexs(ALICE, ("", state())), at_ns + i * 5 * SECOND) for i in range(6)]
    outputs = []
    for second, tick in enumerate(ticks(25, at_ns)):
        outputs += feed(session, *([speaking[second // 5]] if second % 5 == 0 else []), tick)
    assert asked(outputs, f"state/{ALICE}") == []


def test_the_builders_dexes_are_asked_for_where_the_stream_is_silent():
    session = following(ALICE)
    feed(session, opened())
    dexs = reply("account", [None, {"name": "xyz"}, {"name": "flx"}], key="dexs")
    keys = {fetch.key for fetch in asked(feed(session, dexs), f"state/{ALICE}/")}
    assert keys == {f"state/{ALICE}/xyz", f"state/{ALICE}/flx"}


def test_only_ten_users_are_listened_to_and_the_others_are_asked_for():
    crowd = [f"0x{i:040x}" for i in range(12)]
    outputs = feed(following(*crowd), opened())
    listened = [s for s in only(Send, outputs) if "allDexs" in s.data]
    assert len(listened) == 10
    assert len(asked(outputs, "state/")) == 12


def test_an_account_that_is_not_followed_any_more_is_not_asked_for():
    session = following(ALICE, BOB)
    feed(session, opened())
    wanted = Wanted(at_ns=AT_NS + SECOND, wants=Wants(symbols=("BTC",), accounts=(BOB,)))
    outputs = feed(session, wanted, *ticks(60, AT_NS + SECOND))
    assert asked(outputs, f"state/{ALICE}") == []
    left = [json.loads(s.data) for s in only(Send, outputs) if '"unsubscribe"' in s.data]
    assert {line["subscription"]["user"] for line in left} == {ALICE}


def test_what_is_still_on_its_way_does_not_revive_an_account_that_was_dropped():
    session = following(ALICE, BOB)
    own = reply("account", state(row("BTC", "1")), key=f"state/{ALICE}")
    stream = frame(all_dexs(ALICE, ("", state(row("BTC", "1")))))
    feed(session, opened(), own)
    feed(session, Wanted(at_ns=AT_NS, wants=Wants(symbols=("BTC",), accounts=(BOB,))))
    assert feed(session, own, stream) == []
    feed(session, Wanted(at_ns=AT_NS, wants=Wants(symbols=("BTC",), accounts=(ALICE, BOB))))
    assert [position.symbol for position in only(Position, feed(session, stream))] == ["BTC"]


def test_settled_payments_are_paged_and_rows_of_one_stamp_are_not_skipped():
    def page(first: int, rows: int) -> list[dict]:
        delta = {"type": "funding", "usdc": "1.5", "szi": "1", "fundingRate": "-0.1"}
        return [
            {"time": first + i // 2 * 3_600_000, "delta": {**delta, "coin": ("BTC", "ETH")[i % 2]}}
            for i in range(rows)
        ]

    session = following(ALICE)
    feed(session, opened())
    start_ms = AT_NS // 10**6 - 600 * 3_600_000
    full = page(start_ms, 500)[:500]
    outputs = feed(session, reply("account", full, key=f"paid/{ALICE}"), *ticks(1))
    assert len(only(FundingPayment, outputs)) == 500
    [following_page] = asked(outputs, "paid/")
    assert json.loads(following_page.body)["startTime"] == full[-1]["time"]
    rest = page(full[-1]["time"], 3)
    last = feed(session, reply("account", rest, key=f"paid/{ALICE}"), *ticks(60))
    assert len(only(FundingPayment, last)) == 1, "two of three were there before"
    assert asked(last, "paid/") == []


def test_a_full_page_of_payments_is_full_also_where_some_of_it_is_no_funding():
    session = following(ALICE)
    feed(session, opened())
    start_ms = AT_NS // 10**6 - 600 * 3_600_000
    delta = {"type": "funding", "coin": "BTC", "usdc": "1.5", "szi": "1", "fundingRate": "-0.1"}
    rows = [{"time": start_ms + i * 3_600_000, "delta": delta} for i in range(499)]
    other = {"time": rows[-1]["time"], "delta": {"type": "withdraw", "usdc": "10.0"}}
    (more,) = asked(feed(session, reply("account", [*rows, other], key=f"paid/{ALICE}")), "paid/")
    assert json.loads(more.body)["startTime"] == rows[-1]["time"]


# --- what is no account, and what fails -----------------------------------------------------------


def flat(role: object, status: int = 200) -> tuple[list, list]:
    """An account of zeros: what is asked then, and what is said after the answer."""
    session = following(ALICE)
    first = feed(session, opened(), reply("account", EMPTY, key=f"state/{ALICE}"))
    then = feed(session, reply("account", role, status=status, key=f"role/{ALICE}"))
    return first, then


def test_an_agent_wallet_that_looks_flat_is_named_with_the_account_to_follow():
    first, then = flat({"role": "agent", "data": {"user": BOB}})
    assert len(asked(first, f"role/{ALICE}")) == 1
    [said] = only(AccountState, then)
    assert said.state == "unknown"
    assert (
        said.reason == "an agent (API) wallet holds nothing itself; follow its account 0x5e9e…a13a"
    )


def test_an_address_that_the_venue_has_never_seen_is_unknown():
    [said] = only(AccountState, flat({"role": "missing"})[1])
    assert (said.state, said.reason) == ("unknown", "Hyperliquid has never seen this address")


@needs_captures
def test_a_recorded_vault_without_positions_is_flat_and_known():
    [exchange] = body_of("user_role")
    [said] = only(AccountState, flat(exchange["response"])[1])
    assert (said.state, said.reason) == ("flat", "")


def test_where_the_role_cannot_be_asked_a_flat_account_says_what_else_it_may_be():
    [said] = only(AccountState, flat("", status=500)[1])
    assert said.state == "flat"
    assert "agent (API) wallet" in said.reason


# --- in parts -------------------------------------------------------------------------------------


def stood(outputs: list) -> tuple:
    said = only(AccountState, outputs)[-1]
    return said.state, said.parts_known, said.parts_wanted


def test_an_account_is_read_when_every_part_that_was_asked_for_has_answered():
    """The venue's own dex first, then its mode and the list of dexes, at last the dex xyz."""
    session = unread(ALICE)
    feed(session, opened())
    own = feed(session, reply("account", state(row("BTC", "-1")), key=f"state/{ALICE}"))
    assert [p.symbol for p in only(Position, own)] == ["BTC"]
    assert stood(own) == ("waiting", 1, 4)
    assert only(AccountState, own)[-1].reason.startswith("reading 1 of 4: waiting for ")
    mode, dexs = standard("xyz")
    assert stood(feed(session, mode)) == ("waiting", 2, 3), "its spot balances are no part of it"
    asking = feed(session, dexs)
    assert {fetch.key for fetch in asked(asking, "state/")} == {f"state/{ALICE}/xyz"}
    late = feed(session, reply("account", state(row("xyz:GOLD", "1")), key=f"state/{ALICE}/xyz"))
    assert [p.symbol for p in only(Position, late)] == ["xyz:GOLD"]
    assert stood(late) == ("read", None, None)


def test_a_stream_of_all_dexs_answers_for_every_one_of_them():
    """The first dex comes by REST at once, the stream a moment later."""
    session = unread(ALICE)
    mode, _ = standard()
    first = reply("account", state(row("BTC", "-1")), key=f"state/{ALICE}")
    assert stood(feed(session, opened(), mode, first)) == ("waiting", 2, 3)
    gold = ("xyz", state(row("xyz:GOLD", "1")))
    outputs = feed(session, frame(all_dexs(ALICE, ("", state(row("BTC", "-1"))), gold)))
    assert {p.symbol for p in only(Position, outputs)} == {"BTC", "xyz:GOLD"}
    assert stood(outputs)[0] == "read"


def test_a_dex_that_never_answered_is_named_as_missing():
    session = unread(ALICE)
    own = reply("account", state(row("BTC", "1")), key=f"state/{ALICE}")
    feed(session, opened(), *standard("xyz"), own)
    outputs = feed(session, reply("account", "", status=500, key=f"state/{ALICE}/xyz"))
    assert only(AccountState, outputs) == [], "nothing new: it was missing before"
    [said] = only(AccountState, feed(unread(ALICE), opened(), *standard("xyz"), own))[-1:]
    assert "the dex xyz" in said.reason


def test_an_account_that_looks_like_nobodys_waits_for_who_it_is():
    session = following(ALICE)
    flat_state = reply("account", EMPTY, key=f"state/{ALICE}")
    assert stood(feed(session, opened(), flat_state)) == ("waiting", 3, 4)
    role = reply("account", {"role": "user"}, key=f"role/{ALICE}")
    assert stood(feed(session, role)) == ("flat", None, None)


def test_what_stood_once_is_not_taken_back_by_a_reconnect():
    session = following(ALICE)
    own = reply("account", state(row("BTC", "1")), key=f"state/{ALICE}")
    feed(session, opened(), own)
    assert only(AccountState, feed(session, closed(), opened(), own)) == []


@pytest.mark.parametrize(
    ("status", "words"), [(429, "HTTP 429"), (500, "HTTP 500"), (404, "HTTP 404"), (0, "no answer")]
)
def test_an_account_that_cannot_be_read_keeps_its_positions_and_says_why(status, words):
    session = following(ALICE)
    feed(session, opened(), reply("account", state(row("BTC", "1")), key=f"state/{ALICE}"))
    outputs = feed(session, reply("account", "oops", status=status, key=f"state/{ALICE}"))
    [said] = only(AccountState, outputs)
    assert said.state == "failed"
    assert words in said.reason
    assert only(Position, outputs) == []
    assert len(only(Reject, outputs)) == 1
    assert asked(feed(session, *ticks(11)), f"state/{ALICE}")
    back = feed(session, reply("account", state(row("BTC", "1")), key=f"state/{ALICE}"))
    assert [s.state for s in only(AccountState, back)] == ["read"]


@pytest.mark.parametrize(
    "body",
    [
        "{}",
        "null",
        "[1]",
        '{"assetPositions":[{"position":{}}]}',
        '{"assetPositions":[]}',
        "<html>",
    ],
)
def test_an_answer_of_nonsense_is_a_reject_and_no_flat_account(body):
    outputs = feed(following(ALICE), reply("account", body, key=f"state/{ALICE}"))
    assert only(Reject, outputs)
    assert only(Margin, outputs) == []


def test_an_impossible_size_rejects_the_account_and_closes_nothing():
    session = following(ALICE)
    feed(session, reply("account", state(row("BTC", "1"))))
    outputs = feed(session, reply("account", state(row("BTC", "1e300"))))
    assert only(Position, outputs) == []
    [rejected] = only(Reject, outputs)
    assert "impossible size" in rejected.reason
    assert ALICE not in rejected.reason + rejected.data


def test_no_reject_has_a_whole_address_in_it():
    text = "Error parsing JSON: {" + f'"user":"{ALICE}"' + "}"
    [rejected] = feed(following(ALICE), frame({"channel": "error", "data": text}))
    assert "0x31ca…974b" in rejected.reason
    assert ALICE not in rejected.reason + rejected.data


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("0x31ca", "expected 40"),
        ("31ca8395cf837de08b24da3f660e77761dfb974b", "0x and 40 hexadecimal digits"),
        ("0x" + "g" * 40, "expected 40"),
        ("dydx1n56z5fhmemtffzkt2eqyf9kuc7ycjfs86mvqy7", "0x and 40 hexadecimal digits"),
        ("", "0x and 40"),
    ],
)
def test_an_address_of_the_wrong_form_is_a_sentence(text, words):
    assert words in SPEC.check_address(text)
    assert SPEC.check_address(ALICE) is None
    assert SPEC.check_address(ALICE.upper().replace("0X", "0x")) is None


def test_capital_letters_are_the_same_account():
    outputs = feed(following("0x" + ALICE[2:].upper()), opened())
    assert asked(outputs, f"state/{ALICE}")


def test_an_account_that_is_followed_again_is_asked_again_for_its_mode():
    """It was forgotten with the account, and is asked for once an hour otherwise."""
    session = unread(ALICE)
    assert len(asked(feed(session, opened(), *ticks(2)), "mode/")) == 1
    feed(session, *standard())
    for second, accounts in ((3, ()), (4, (ALICE,))):
        wants = Wants(symbols=("BTC",), accounts=accounts)
        out = feed(session, Wanted(at_ns=AT_NS + second * SECOND, wants=wants))
    assert [fetch.key for fetch in asked(out, "mode/")] == [f"mode/{ALICE}"]


def test_the_last_of_many_followed_accounts_is_read_like_the_first():
    many = [f"0x{number:040x}" for number in range(1, 71)]
    session = unread(*many)
    feed(session, opened(), reply("account", [None], key="dexs"))
    said = {}
    for account in many:
        told = feed(
            session,
            reply("account", '"default"', key=f"mode/{account}"),
            reply("account", state(row("BTC", "1")), key=f"state/{account}"),
        )
        said |= {fact.account: fact.state for fact in only(AccountState, told)}
    assert [account for account in many if said.get(account) != "read"] == []
