"""Typed positions: read strictly, written whole, never mixed with what was read."""

import os
import stat
import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.analytics.risk import exposure
from cockpit.core.errors import ConfigError, InputError
from cockpit.portfolio import manual
from cockpit.portfolio.manual import Entry, entry_of, line, load, parse, positions, save

GOOD = '[[position]]\nvenue = "bybit"\nsymbol = "BTC"\nsize = -0.5\nentry = 60000\n'


@pytest.fixture
def path(tmp_path):
    return tmp_path / "config" / "positions.toml"


def write(path, text):
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def test_no_file_is_no_position(path):
    assert load(path) == ()


def test_a_position_is_read_as_it_was_typed(path):
    assert load(write(path, GOOD)) == (
        Entry(venue="bybit", symbol="BTC", size=-0.5, entry=60_000.0),
    )


def test_typed_positions_say_so_and_have_an_account_of_their_own(path):
    [fact] = positions(load(write(path, GOOD)), 7)
    assert (fact.source, fact.account, fact.recv_ns) == ("manual", "manual", 7)
    assert (fact.size, fact.entry, fact.mark, fact.liquidation) == (-0.5, 60_000.0, None, None)


def test_what_is_written_is_read_back_and_nobody_else_may_read_it(path):
    entries = (
        Entry(venue="lighter", symbol="ETH", size=2.5),
        Entry(venue="dydx", symbol="BTC", size=-1.0, entry=1.5, liquidation=9.0, account="desk"),
    )
    save(path, entries)
    assert load(path) == entries
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert os.listdir(path.parent) == ["positions.toml"]


def test_what_is_written_looks_like_what_a_trader_types(path):
    save(path, [Entry(venue="okx", symbol="ETH", size=2.5), Entry("spot", "BTC", 1.0)])
    assert path.read_text() == (
        '[[position]]\nvenue = "okx"\nsymbol = "ETH"\nsize = 2.5\n\n'
        '[[position]]\nvenue = "spot"\nsymbol = "BTC"\nsize = 1.0\n'
    )


def test_an_empty_list_is_written_too(path):
    save(path, [])
    assert load(path) == ()


def test_a_failed_write_leaves_the_old_file(path):
    save(path, load(write(path, GOOD)))
    with pytest.raises(ConfigError, match="position 1: size"):
        save(path, [Entry(venue="dydx", symbol="BTC", size=0.0)])
    assert [entry.venue for entry in load(path)] == ["bybit"]


def test_a_folder_that_cannot_be_written_is_a_sentence(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(ConfigError, match="cannot be written"):
        save(blocked / "positions.toml", [])


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (GOOD.replace("size", "sise"), ["position 1", "sise", "unknown key", "'size'"]),
        (GOOD + GOOD.replace("entry", "enrty"), ["position 2", "enrty", "'entry'"]),
        (GOOD.replace("[[position]]", "[[positoin]]"), ["positoin", "'position'"]),
        (GOOD.replace("[[position]]", "[position]"), ["[[position]]"]),
        (GOOD.replace("bybit", "bibit"), ["position 1", "venue", "'bibit'", "'bybit'"]),
        (GOOD.replace("-0.5", "0"), ["position 1", "size", "0"]),
        (GOOD.replace("-0.5", "nan"), ["position 1", "size"]),
        (GOOD.replace("-0.5", "'half'"), ["position 1", "size", "is not a number"]),
        (GOOD.replace("60000", "-1"), ["position 1", "entry", "above 0"]),
        (GOOD.replace('"BTC"', '""'), ["position 1", "symbol"]),
        (GOOD.replace("size = -0.5\n", ""), ["position 1", "size", "missing"]),
        ("position = 3\n", ["position"]),
        ("position = [3]\n", ["position 1", "not a table"]),
        ("[[position]\n", ["not TOML"]),
        ("x = 1\n", ["x", "unknown key"]),
        ("x = " + "[" * 3000 + "\n", ["not TOML"]),
        (GOOD.replace("-0.5", "1" * 5000), ["not TOML", "too many digits"]),
        (GOOD.replace("-0.5", "1" * 400), ["position 1", "size", "out of range"]),
        (GOOD.replace("-0.5", "inf"), ["position 1", "size"]),
        (GOOD + "paid = nan\n", ["position 1", "paid"]),
        (GOOD.replace('"bybit"', '"bybit-spot"'), ["venue", "'bybit'", "spot"]),
        (GOOD.replace('"bybit"', '"an exchange"'), ["venue", "'an exchange'", "small letters"]),
        (GOOD + 'account = "a\\u001bb"\n', ["position 1", "account"]),
        (GOOD.replace("bybit", "spot") + "liquidation = 9\n", ["liquidation", "owned"]),
        (GOOD + GOOD, ["position 2", "bybit/BTC", "position 1", "account"]),
    ],
)
def test_a_mistake_names_the_file_the_position_and_the_key(path, text, words):
    with pytest.raises(ConfigError) as caught:
        load(write(path, text))
    for word in [str(path), *words]:
        assert word in caught.value.ui_message
    assert "\n" not in caught.value.ui_message


@pytest.mark.parametrize(
    ("venue", "symbol", "size"),
    [("Bybit", "btc", "-.5"), ("BYBIT", "BTCUSDT", "−0.5"), ("byb", "BTC-PERP", "-50%")],
)
def test_names_and_numbers_are_taken_as_people_type_them(path, venue, symbol, size):
    typed = (
        f'[[position]]\nvenue = "{venue}"\nsymbol = "{symbol}"\nsize = "{size}"\nentry = "60k"\n'
    )
    assert load(write(path, typed)) == load(write(path, GOOD))


def test_an_exchange_that_is_not_followed_has_a_name_in_small_letters(path):
    (entry,) = load(write(path, GOOD.replace("bybit", "OKX")))
    assert entry.venue == "okx"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_of_a_windows_editor_is_read(path, encoding):
    expected = load(write(path, GOOD))
    path.write_bytes(GOOD.encode(encoding))
    assert load(path) == expected


def test_a_file_that_is_no_text_is_a_sentence(path):
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(path)


def test_a_mistake_names_the_line_of_its_key(path):
    text = f"# mine\n\n{GOOD}\n{GOOD.replace('size', 'sise')}"
    with pytest.raises(ConfigError, match=r"line 12: position 2: sise: unknown key"):
        load(write(path, text))
    with pytest.raises(ConfigError, match=r"line 3: position 1: size: is missing"):
        load(write(path, "# mine\n\n" + GOOD.replace("size = -0.5\n", "")))


def test_a_file_that_cannot_be_one_of_positions_is_not_read(path):
    path.parent.mkdir()
    os.mkfifo(path)
    with pytest.raises(ConfigError, match="not a file"):
        load(path)
    path.unlink()
    path.write_text("#" * (manual.MAX_BYTES + 1))
    with pytest.raises(ConfigError, match="expected at most 1 MB"):
        load(path)
    many = "".join(GOOD + f"account = 'desk {n}'\n" for n in range(manual.MAX_POSITIONS + 1))
    with pytest.raises(ConfigError, match="there are 501; expected at most 500"):
        load(write(path, many))


# --- what no address shows ------------------------------------------------------------------------


@pytest.mark.parametrize("venue", ["binance", "okx", "gate.io", "spot"])
def test_a_position_may_be_at_a_venue_that_is_not_followed(path, venue):
    [entry] = load(write(path, GOOD.replace("bybit", venue)))
    assert entry.venue == venue


def test_the_file_and_the_sums_call_coins_that_are_owned_by_one_name():
    assert manual.SPOT == exposure.SPOT


def test_the_same_market_may_be_held_in_two_accounts(path):
    both = load(write(path, GOOD + "account = 'a'\n" + GOOD + "account = 'b'\n"))
    assert [entry.account for entry in both] == ["a", "b"]


def test_funding_that_was_paid_elsewhere_can_be_typed(path):
    [fact] = positions(load(write(path, GOOD + "paid = -12.5\n")), 7)
    assert fact.funding_paid == -12.5
    assert entry_of(fact).paid == -12.5


def test_the_example_of_the_manual_is_a_hedged_pair():
    text = (Path(__file__).parents[2] / "docs" / "manual" / "positions.md").read_text()
    block = next(part for part in text.split("```toml\n")[1:] if part.startswith("[[position]]"))
    tree = tomllib.loads(block.partition("```")[0])
    held = [msgspec.convert(row, Entry) for row in tree["position"]]
    assert sum(entry.size for entry in held) == 0.0
    assert {entry.venue for entry in held} == {"binance", manual.SPOT}


# --- typed in one line ----------------------------------------------------------------------------

numbers = st.floats(1e-9, 1e15, allow_nan=False)
entries = st.builds(
    Entry,
    venue=st.sampled_from(["bybit", "hyperliquid", "binance"]),
    symbol=st.sampled_from(["BTC", "PEPE", "xyz:GOLD", "cbBTC"]),
    size=numbers | numbers.map(lambda size: -size),
    entry=st.none() | numbers,
    liquidation=st.none() | numbers,
    leverage=st.none() | numbers,
    paid=st.none() | st.just(-0.125) | numbers,
    account=st.sampled_from(["manual", "my desk", 'o\'hara "x"', "ключ"]),
)


@given(entries)
def test_the_line_of_a_position_is_read_back_as_the_same_position(entry):
    assert parse(line(entry)) == entry


@pytest.mark.parametrize(
    ("text", "line_of_it"),
    [
        ("bybit btc -1_000", "bybit BTC -1000"),
        ("BYBIT xyz:gold −2 60000", "bybit xyz:GOLD -2 60000"),
        ("okx cbBTC 1 lev=3 paid=-4.5", "okx cbBTC 1 lev=3 paid=-4.5"),
    ],
)
def test_a_line_is_read_as_it_is_meant(text, line_of_it):
    assert line(parse(text)) == line_of_it


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected VENUE"),
        ("bybit BTC", "expected VENUE"),
        ("bybit BTC 64,00", "not a number"),
        ("bybit BTC nan", "size"),
        ("bybit BTC 0", "not 0"),
        ("bybit BTC 1 -5", "entry"),
        ("bybit BTC 1 5 liq=inf", "liq: 'inf' is not a number"),
        ("bybit BTC 1 lqi=5", "'liq'"),
        ("bybit BTC 1 lev=2 lev=3", "given twice"),
        ("bybit BTC 1 account='my desk", "quotation mark"),
        ("hyperlquid BTC 1", "'hyperliquid'"),
        ("spot BTC 1 lev=3", "owned"),
    ],
)
def test_a_line_that_is_no_position_is_one_sentence(text, words):
    with pytest.raises(InputError, match=words) as caught:
        parse(text)
    assert "\n" not in caught.value.ui_message


def test_a_line_for_what_is_typed_already_says_how_to_change_it():
    there = parse("bybit BTC 1")
    with pytest.raises(InputError, match="bybit/BTC is typed already"):
        parse("bybit BTC 2", [there])
    assert parse("bybit BTC 2 account=other", [there]).size == 2.0
