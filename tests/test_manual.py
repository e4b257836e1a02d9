"""Typed positions: read strictly, written whole, never mixed with what was read."""

import os
import stat

import pytest

from cockpit.core.errors import ConfigError
from cockpit.manual import Entry, load, positions, save

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
        (GOOD.replace("-0.5", "'half'"), ["position 1", "size", "expected float"]),
        (GOOD.replace("60000", "-1"), ["position 1", "entry", "above 0"]),
        (GOOD.replace('"BTC"', '""'), ["position 1", "symbol"]),
        (GOOD.replace("size = -0.5\n", ""), ["position 1", "size", "missing"]),
        ("position = 3\n", ["position"]),
        ("position = [3]\n", ["position 1", "not a table"]),
        ("[[position]\n", ["not TOML"]),
        ("x = 1\n", ["x", "unknown key"]),
    ],
)
def test_a_mistake_names_the_file_the_position_and_the_key(path, text, words):
    with pytest.raises(ConfigError) as caught:
        load(write(path, text))
    for word in [str(path), *words]:
        assert word in caught.value.ui_message
    assert "\n" not in caught.value.ui_message


def test_a_file_that_is_no_text_is_a_sentence(path):
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="UTF-8"):
        load(path)
