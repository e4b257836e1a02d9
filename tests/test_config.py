"""Settings: every value has an origin, every mistake has a place."""

from pathlib import Path

import pytest

from cockpit import config
from cockpit.core.errors import ConfigError

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
        ("[watch]\ndepth = 'deep'\n", ["watch.depth", "expected int", "got str"]),
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
