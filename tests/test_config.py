"""Settings: every value has an origin, every mistake has a place."""

import re
from pathlib import Path

import pytest

from cockpit import config
from cockpit.core.errors import ConfigError
from cockpit.ui.input.keymap import keymap_of

EXAMPLE = Path(__file__).resolve().parents[1] / "config.example.toml"


def write(tmp_path, text):
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def test_the_example_is_valid_and_says_the_defaults():
    loaded = config.load(EXAMPLE, environ={})
    default = config.load(None, environ={})
    assert loaded.watch == default.watch
    assert loaded.screen == default.screen
    assert loaded.log_level == default.log_level


def test_what_the_example_leaves_in_comments_can_be_used_as_it_stands(tmp_path):
    # `# [table]` and `# key = …` are settings; all other comments are prose.
    setting = re.compile(r"# (\[\[?[a-z_.]+\]\]?|[a-z_.A-Z]+ = .*)")
    lines = [setting.sub(r"\1", line) for line in EXAMPLE.read_text().splitlines()]
    lines.remove("command = []")  # the comment below it is another value of the same key
    loaded = config.load(write(tmp_path, "\n".join(lines)), environ={})
    assert [account.venue for account in loaded.account] == ["lighter"]
    assert loaded.notify["phone"].severity == "danger"
    frozen = keymap_of(loaded).find("f2", "funding")
    assert frozen is not None
    assert frozen.id == "view.freeze"


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(tmp_path):
    path = write(tmp_path, '[watch]\nsymbols = ["SOL"]\ndepth = 5\n[screen]\nhz = 2.0\n')
    environ = {"COCKPIT_SYMBOLS": "ETH, BTC", "COCKPIT_HZ": "3"}
    loaded = config.load(path, {"screen.hz": 4.0, "watch.venues": None}, environ)
    assert loaded.screen.hz == 4.0
    assert loaded.watch.symbols == ("ETH", "BTC")
    assert loaded.watch.depth == 5
    origins = {key: origin for key, _, origin in config.values(loaded)}
    assert origins["screen.hz"] == "--hz"
    assert origins["watch.symbols"] == "COCKPIT_SYMBOLS"
    assert origins["watch.depth"] == str(path)
    assert origins["screen.theme"] == "default"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[watch]\nsymbol = ['BTC']\n", ["watch.symbol", "unknown key", "'symbols'"]),
        ("[wach]\n", ["wach", "unknown key", "'watch'"]),
        ("log_level = 'loud'\n", ["log_level: is 'loud'; expected one of debug, info, warning"]),
        ("[screen]\nlayout = 'wid'\n", ["screen.layout: is 'wid' (did you mean 'wide'?)"]),
        ("a = " + "[" * 5000, ["is not TOML: it is nested too deeply"]),
        ("[watch]\ndepth = 'deep'\n", ["watch.depth", "'deep'", "not a number"]),
        ("[watch]\ndepth = 0\n", ["watch.depth", "1 to 1000"]),
        ("[watch]\nvenues = ['bybt']\n", ["watch.venues", "'bybt'", "'bybit'"]),
        ("[watch]\nvenues = []\n", ["watch.venues", "at least one"]),
        ("[watch]\nsymbols = ['B C']\n", ["watch.symbols", "'B C'"]),
        ("[watch]\nsymbols = 'BTC'\n", ["watch.symbols", "expected array"]),
        ("[screen]\nhz = 1000.0\n", ["screen.hz", "0.2 to 30"]),
        ("[screen]\ncolor = 'blue'\n", ["screen.color", "'blue'"]),
        ("[venue.lightr]\n", ["venue.lightr", "unknown venue", "'lighter'"]),
        ("[venue.dydx]\nrest = 'https://x'\n", ["venue.dydx.rest", "unknown key", "'rest_url'"]),
        ("[venue.dydx]\nrest_url = 'http://x.org'\n", ["venue.dydx", "https://"]),
        ("[venue.dydx]\ntaker_fee = 5.0\n", ["venue.dydx.taker_fee", "fraction"]),
        ("[assets]\nsame = [['bybit']]\n", ["assets", "'bybit' is not VENUE/SYMBOL"]),
        ("[assets]\napart = [['bybit/X']]\n", ["assets", "two markets or more"]),
        ("[assets]\nsame = [['bybt/X', 'dydx/X']]\n", ["assets: bybt/X", "unknown", "'bybit'"]),
        ("[assets]\nsame = [['bybit/X', 3]]\n", ["assets.same", "expected str"]),
        ("watch = 3\n", ["watch", "expected object"]),
        ("log_level = 'loud'\n", ["log_level", "'loud'"]),
        ("[watch\n", ["TOML"]),
    ],
)
def test_a_mistake_in_the_file_is_one_sentence_with_file_key_and_expectation(tmp_path, text, words):
    path = write(tmp_path, text)
    with pytest.raises(ConfigError) as caught:
        config.load(path, environ={})
    message = caught.value.ui_message
    assert message.startswith(str(path))
    assert "\n" not in message
    for word in words:
        assert word in message


def test_a_mistake_in_a_variable_names_the_variable():
    with pytest.raises(ConfigError, match="COCKPIT_HZ"):
        config.load(None, environ={"COCKPIT_HZ": "fast"})
    with pytest.raises(ConfigError, match="COCKPIT_VENUES"):
        config.load(None, environ={"COCKPIT_VENUES": "nasdaq"})


def test_a_mistake_in_an_option_names_the_option():
    with pytest.raises(ConfigError, match="--venues"):
        config.load(None, {"watch.venues": ["nasdaq"]}, environ={})


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00"])
def test_a_file_that_cannot_be_read_is_a_sentence(tmp_path, content):
    path = tmp_path / "config.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ConfigError) as caught:
        config.load(path, environ={})
    assert str(path) in caught.value.ui_message


def test_names_and_numbers_in_a_file_are_taken_as_people_type_them(tmp_path):
    text = """
    [watch]
    venues = ["dYdX", "hl"]
    symbols = ["btc", "BTC-PERP", "ETHUSDT"]
    depth = "1_0"
    [exposure]
    band_usd = "10k"
    [venue.dydx]
    taker_fee = "3bps"
    maker_fee = "-0.5 bps"
    """
    found = config.load(write(tmp_path, text), environ={})
    assert found.watch.venues == ("dydx", "hyperliquid")
    assert found.watch.symbols == ("BTC", "ETH")
    assert found.watch.depth == 10
    assert found.exposure.band_usd == 10_000.0
    assert found.venue["dydx"].taker_fee == 0.0003
    assert found.own_taker_fees == {"dydx": 0.0003}
    assert found.venue["dydx"].maker_fee == -0.00005


@pytest.mark.parametrize(
    ("variable", "text", "key", "value"),
    [
        ("COCKPIT_SYMBOLS", "btc eth-usd", "symbols", ("BTC", "ETH")),
        ("COCKPIT_SYMBOLS", '["btc"]', "symbols", ("BTC",)),
        ("COCKPIT_VENUES", "DYDX,bybit", "venues", ("dydx", "bybit")),
        ("COCKPIT_VENUES", "all", "venues", config.Watch().venues),
        ("COCKPIT_DEPTH", "5.", "depth", 5),
    ],
)
def test_the_environment_is_read_by_the_same_parser(variable, text, key, value):
    assert getattr(config.load(None, environ={variable: text}).watch, key) == value


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_of_a_windows_editor_is_read(tmp_path, encoding):
    path = tmp_path / "config.toml"
    path.write_bytes('[watch]\nsymbols = ["BTC"]\n'.encode(encoding))
    assert config.load(path, environ={}).watch.symbols == ("BTC",)


def test_the_trader_says_which_markets_are_one_asset(tmp_path):
    path = write(tmp_path, "[assets]\nsame = [['bybit/X', 'dydx/X']]\n")
    assert config.load(path, environ={}).assets.same == (("bybit/X", "dydx/X"),)
    path = write(tmp_path, "[assets]\napart = [['HL/neiro', 'Bybit/NEIROUSDT', 'dydx/xyz:GOLD']]\n")
    found = config.load(path, environ={}).assets
    assert found.apart == (("hyperliquid/NEIRO", "bybit/NEIRO", "dydx/xyz:GOLD"),)


def test_a_tier_that_costs_nothing_is_shown_among_the_settings(tmp_path):
    path = write(tmp_path, "[venue.dydx]\ntaker_fee = 0\nmaker_fee = -0.0001\n")
    shown = {key: value for key, value, _ in config.values(config.load(path, environ={}))}
    assert (shown["venue.dydx.taker_fee"], shown["venue.dydx.maker_fee"]) == (0.0, -0.0001)
    assert "venue.dydx.rest_url" not in shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("usd = 0.5", "scan.usd: is 0.5; expected 1 to 10b"),
        ("hold_h = 0", "scan.hold_h: is 0; expected 1 to 8760"),
        ("hold = 3", "scan.hold: unknown key"),
    ],
)
def test_a_size_or_a_hold_of_the_scan_that_makes_no_sense_is_named(tmp_path, text, words):
    path = tmp_path / "config.toml"
    path.write_text(f"[scan]\n{text}\n")
    with pytest.raises(ConfigError, match=re.escape(words)):
        config.load(path, environ={})
