"""`trades.toml`: written whole, read strictly, edited by hand without harm."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from cockpit.core.errors import ConfigError
from cockpit.portfolio.trades.storage import (
    load,
    load_fills,
    parse_time,
    save,
    save_fills,
    time_text,
)
from cockpit.state.trades import LegFill, LegKey, TradeLeg, TradeRecord, TradeRecords, TradeResult

T = 1_760_000_000_123_456_789
LONG, SHORT = LegKey("hyperliquid", "0xa", "", "BTC"), LegKey("lighter", "0xa", "48", "BTC")
LEGS = (
    TradeLeg(key=LONG, size=0.5, entry=64_000.5, opened_ns=T - 5),
    TradeLeg(key=SHORT, share=0.25, size=-0.5),
)
OPEN = TradeRecord(
    id="btc-1", asset="BTC", legs=LEGS, name='the "basis"', origin="made", seen_ns=T,
    opened_ns=T - 5, target_usd=250.0, watched_s=7200.0, profit_s=3600.0,
)  # fmt: skip
CLOSED = TradeRecord(
    id="eth-2", asset="ETH", legs=LEGS, seen_ns=T, closed_ns=T + 9,
    result=TradeResult(total=12.5, directional=0.0, basis=1.0, funding=13.0, fees=-1.5),
)  # fmt: skip


@pytest.fixture
def path(tmp_path):
    return tmp_path / "state" / "trades.toml"


def written(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_no_file_is_no_trade(path):
    assert load(path).open == {}


def test_what_is_written_is_read_back_and_nobody_else_may_read_it(path):
    save(path, [OPEN], [CLOSED])
    kept = load(path)
    assert kept.open == {"btc-1": OPEN}
    assert kept.closed == [CLOSED]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["trades.toml"]


def test_what_was_not_known_of_a_closed_trade_is_still_not_known(path):
    save(path, [], [CLOSED])
    [record] = load(path).closed
    assert record.result.slippage is None
    assert record.result.directional == 0.0


ROW = """
[[trade]]
id = "x"
symbol = "BTC"
seen = "2026-01-31T08:00:00Z"
[[trade.leg]]
venue = "lighter"
account = "1"
symbol = "BTC"
size = 1.5
"""


def commented(path):
    """The file of an open and a closed trade, with a person's remarks in it."""
    save(path, [OPEN], [CLOSED])
    text = path.read_text()
    text = text.replace("[[trade]]", "# Ana's, ask her\n[[trade]]")
    text = text.replace("size = 0.5", "size = 0.5  # the long one", 1)
    text = text.replace("[[closed]]", "# closed too early\n[[closed]]")
    return written(path, text)


def test_comments_stay_with_their_trade_when_it_changes(path):
    commented(path)
    save(path, [replace(OPEN, name="summer", watched_s=10_800.0)], [CLOSED])
    text = path.read_text()
    assert "# Ana's, ask her\n[[trade]]" in text
    assert "size = 0.5  # the long one" in text
    assert "# closed too early\n[[closed]]" in text
    kept = load(path)
    assert kept.open == {"btc-1": replace(OPEN, name="summer", watched_s=10_800.0)}
    assert kept.closed == [CLOSED]


def test_comments_go_with_a_trade_into_the_journal_and_with_one_that_is_gone(path):
    commented(path)
    over = replace(OPEN, closed_ns=T + 9, result=TradeResult(total=1.0))
    save(path, [], [CLOSED, over])
    assert "# Ana's, ask her\n[[closed]]" in path.read_text()
    assert "size = 0.5  # the long one" in path.read_text()
    assert load(path).closed == [CLOSED, over]
    save(path, [], [CLOSED])
    assert "Ana" not in path.read_text()
    assert "# closed too early" in path.read_text()


def test_a_new_trade_and_a_new_leg_are_written_among_comments(path):
    commented(path)
    third = TradeLeg(key=LegKey("dydx", "dydx1", "0", "BTC"), size=-0.25)
    far = TradeLeg(key=LegKey("dydx", "dydx1", "0", "SOL"), size=-2.0)
    other = replace(OPEN, id="sol-3", asset="SOL", legs=(far,))
    wanted = [replace(OPEN, legs=(*LEGS, third)), other]
    save(path, wanted, [CLOSED])
    assert list(load(path).open.values()) == wanted
    assert "the long one" in path.read_text()


def test_a_file_that_is_written_in_another_way_is_saved_all_the_same(path):
    written(path, "trade = [  # mine\n]\n")
    save(path, [OPEN], [])
    assert load(path).open == {"btc-1": OPEN}


def test_a_trade_may_be_typed_by_hand(path):
    record = load(written(path, ROW)).open["x"]
    assert (record.origin, record.name, record.legs[0].share) == ("found", "", 1.0)
    assert record.legs[0].key == LegKey("lighter", "1", "", "BTC")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[trad]]\n", ["trad", "'trade'"]),
        ("trade = 3\n", ["trade", "[[trade]]"]),
        (ROW.replace("symbol =", "symbl =", 1), ["trade 1", "symbl"]),
        (ROW.replace("2026-01-31T08:00:00Z", "soon"), ["trade 1", "seen", "soon"]),
        (ROW.replace("size = 1.5", "size = 1.5\nshare = 1.2"), ["trade 1", "share"]),
        (ROW.replace("size = 1.5", 'size = "much"'), ["trade 1", "size"]),
        (ROW.replace("size = 1.5", "size = nan"), ["trade 1", "leg.size", "is nan"]),
        (
            ROW.replace("size = 1.5", "size = 1.5\nentry = -inf"),
            ["trade 1", "leg.entry", "is -inf"],
        ),
        (ROW + ROW, ["trade 2", "id", "twice"]),
        (ROW + ROW.replace('"x"', '"y"'), ["trade 2", "lighter/BTC", "at most 1"]),
        (ROW.split("[[trade.leg]]")[0] + "leg = []\n", ["trade 1", "leg"]),
        ("[[trade", ["not TOML"]),
    ],
)
def test_a_mistake_is_one_sentence_that_names_the_place(path, text, says):
    with pytest.raises(ConfigError) as caught:
        load(written(path, text))
    words = caught.value.ui_message
    assert str(path) in words
    assert all(part in words for part in says), words


def test_fills_are_read_back_and_a_torn_line_costs_no_other(path):
    fills = {
        LONG: (
            LegFill(
                at_ns=T, size=0.5, price=64_000.0, source="venue", fill="7", fee_usd=1.0,
                mark=64_001.0, reference=64_000.5,
            ),
            LegFill(at_ns=T + 1, size=-0.25, price=None, source="seen"),
        ),
        SHORT: (LegFill(at_ns=T, size=-0.5, price=64_100.0, source="opening"),),
    }  # fmt: skip
    file = path.parent / "fills.jsonl"
    records = TradeRecords()
    records.restore({}, [], {SHORT: fills[SHORT]}, {"over": {LONG: fills[LONG]}})
    save_fills(file, records)
    assert load_fills(file) == {"": {SHORT: fills[SHORT]}, "over": {LONG: fills[LONG]}}
    records.restore({}, [], fills, {})
    save_fills(file, records)
    file.write_bytes(file.read_bytes()[:-20])
    torn = load_fills(file)[""]
    assert torn[LONG] == fills[LONG]
    assert SHORT not in torn


@given(st.integers(0, 4 * 10**18))
def test_a_time_is_read_back_to_the_nanosecond(at_ns):
    assert parse_time(time_text(at_ns)) == at_ns
