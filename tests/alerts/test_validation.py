"""The alert tables of a config: what cannot work is refused in one sentence, the rest is merged."""

from typing import get_args

import pytest

from cockpit import config
from cockpit.alerts.rule import DEFAULT_RULES, UNIT, UNITS, Kind, Rule, with_defaults
from cockpit.core.errors import ConfigError

X = '[[alert]]\nname = "x"\n'
VENUE = X + 'kind = "venue"\nthreshold = 5.0\n'


@pytest.fixture
def load(tmp_path):
    """The config that a text amounts to, without this machine's environment."""
    path = tmp_path / "config.toml"

    def read(text: str) -> config.Config:
        path.write_text(text, encoding="utf-8")
        return config.load(path, environ={})

    return read


def rule_of(settings: config.Config, name: str) -> Rule:
    return next(rule for rule in with_defaults(settings.alert) if rule.name == name)


@pytest.mark.parametrize(
    ("text", "key", "says"),
    [
        (X + 'kind = "fundng_level"\nthreshold = 1.0', "kind", "did you mean 'funding_level'"),
        (X + 'kind = "venue"\ntreshold = 1.0', "treshold", "did you mean 'threshold'"),
        (X + 'kind = "venue"\nthreshold = "high"', "threshold", "a number: seconds that a venue"),
        (X + 'kind = "venue"\nthreshold = true', "threshold", "expected a number"),
        (X + 'kind = "venue"\nthreshold = 0.0', "threshold", "above 0"),
        (X + 'kind = "venue"\nthreshold = nan', "threshold", "a number: seconds"),
        (X + "threshold = 1.0", "kind", "is missing"),
        (X + 'kind = "venue"', "threshold", "is missing"),
        ('[[alert]]\nname = "funding fliped"\nenabled = false', "kind", "'funding flipped'"),
        ('[[alert]]\nkind = "venue"\nthreshold = 1.0', "name", "in quotes"),
        (X.replace("x", " ") + 'kind = "venue"\nthreshold = 1.0', "name", "in quotes"),
        (VENUE + VENUE, "name", "used twice"),
        (VENUE + "clear = 6.0", "clear", "below the threshold"),
        (VENUE + "clear = 5.0", "clear", "below the threshold"),
        (VENUE + "clear = nan", "clear", "a number"),
        (X + 'kind = "depth"\nthreshold = 0.4\nclear = 0.3', "clear", "above the threshold"),
        (VENUE + "cooldown_s = -1", "cooldown_s", "0 or more"),
        (VENUE + "cooldown_s = inf", "cooldown_s", "0 or more"),
        (VENUE + "for_s = -0.5", "for_s", "0 or more"),
        (VENUE + 'severity = "bad"', "severity", "info, warn or danger"),
        (VENUE + 'venues = "bybit"', "venues", "a list of venue names"),
        (VENUE + 'venues = ["bybitt"]', "venues", "did you mean 'bybit'"),
        (VENUE + 'except_venues = ["dydxx"]', "except_venues", "did you mean 'dydx'"),
        (VENUE + 'symbols = ["BTC"]', "symbols", "about all symbols"),
        (X + 'kind = "carry"\nthreshold = 1.0\nvenues = ["dydx"]', "venues", "about all venues"),
        (VENUE + 'trades = ["btc-1"]', "trades", "about no trade"),
        (VENUE + 'side = "below"', "side", "over or under"),
        (VENUE + 'side = "under"', "side", "fires over"),
        (VENUE + "escalate = [4.0]", "escalate", "above the threshold"),
        (X + 'kind = "liquidation"\nthreshold = 0.1\nescalate = [0.2]', "escalate", "below"),
        (X + 'kind = "funding"\nthreshold = -0.1\nclear = 0.1', "clear", "below the threshold"),
        (VENUE + 'to = "phone"', "to", "a list of names of [notify]"),
        ('[alert]\nname = "x"', "alert", "[[alert]]"),
        ('alert = "x"', "alert", "[[alert]]"),
        ('[alert_hook]\ncommand = "page me"', "alert_hook.command", "a list such as"),
        ('[alert_hook]\ncommand = ["page", 3]', "alert_hook.command", "a list such as"),
        ('[alert_hook]\ncommand = [""]', "alert_hook.command", "names no program"),
        ('[alert_hook]\ncommand = ["a\\u0000b"]', "alert_hook.command", "NUL"),
        ('[alert_hook]\ncommand = ["a"]\ntimeout_s = 0', "alert_hook.timeout_s", "above 0"),
        ('[alert_hook]\ncommand = ["a"]\ntimeout_s = inf', "alert_hook.timeout_s", "at most"),
        ('[alert_hook]\ncomand = ["a"]', "alert_hook.comand", "did you mean 'command'"),
        ('alert_hook = ["a"]', "alert_hook", "[alert_hook]"),
        ('[alert_out]\nbell = "loud"', "alert_out.bell", "off, info, warn, danger"),
        ('[alert_mute]\nvenues = ["bybitt"]', "alert_mute.venues", "did you mean 'bybit'"),
        ('[alert_mute]\nrules = ["block late"]', "alert_mute.rules", "did you mean 'blocks late'"),
        ('[alert_mute]\nsymbols = ["B TC"]', "alert_mute.symbols", "such as BTC"),
        ('[alert_mute]\nrule = ["x"]', "alert_mute.rule", "did you mean 'rules'"),
    ],
)
def test_what_cannot_work_is_one_sentence_with_file_key_and_what_was_expected(
    load, tmp_path, text, key, says
):
    with pytest.raises(ConfigError) as caught:
        load(text)
    words = caught.value.ui_message
    assert words.startswith(f"{tmp_path / 'config.toml'}: ")
    assert f"{key}:" in words
    assert says in words
    assert "\n" not in words


def test_every_kind_says_what_its_figure_is_and_in_which_unit():
    assert set(UNITS) == set(UNIT) == set(get_args(Kind))


def test_the_default_rules_can_be_written_down_as_they_are(load):
    text = "".join(f'[[alert]]\nname = "{rule.name}"\n' for rule in DEFAULT_RULES)
    assert load(text).alert == DEFAULT_RULES


def test_a_default_rule_is_switched_off_by_its_name_alone(load):
    settings = load('[[alert]]\nname = "blocks late"\nenabled = false')
    assert rule_of(settings, "blocks late").enabled is False
    assert len(with_defaults(settings.alert)) == len(DEFAULT_RULES)


def test_a_default_rule_with_another_threshold_is_over_where_that_one_is(load):
    rule = rule_of(
        load('[[alert]]\nname = "mark off the index"\nthreshold = 10'), "mark off the index"
    )
    assert (rule.kind, rule.threshold) == ("basis", 10.0)
    assert rule.cleared_at < 10.0


@pytest.mark.parametrize("threshold", [-5.0, 0.0, 5.0])
def test_a_carry_target_may_be_negative_and_is_over_above_itself(load, threshold):
    rule = rule_of(load(X + f'kind = "carry"\nthreshold = {threshold}'), "x")
    assert rule.reached(threshold)
    assert rule.cleared_at > threshold


def test_the_trader_s_own_rules_come_after_the_default_ones(load):
    rules = with_defaults(load(VENUE).alert)
    assert [rule.name for rule in rules] == [*(rule.name for rule in DEFAULT_RULES), "x"]


def test_the_band_of_the_exposure_is_the_band_of_the_alert(load):
    assert rule_of(load("[exposure]\nband_usd = 25000"), "book not flat").threshold == 25_000
    own = '[exposure]\nband_usd = 25000\n[[alert]]\nname = "book not flat"\nthreshold = 7.0'
    assert rule_of(load(own), "book not flat").threshold == 7.0


def test_without_a_setting_the_two_bands_are_the_same():
    rule = next(rule for rule in DEFAULT_RULES if rule.kind == "net_delta")
    assert rule.threshold == config.Exposure().band_usd


def test_a_config_mutes_a_rule_a_venue_and_a_symbol_everywhere(load):
    text = '[alert_mute]\nrules = ["blocks late"]\nvenues = ["bybit"]\nsymbols = ["PEPE", "1000*"]'
    rules = with_defaults(load(text).alert)
    asleep = {rule.name for rule in DEFAULT_RULES if not rule.enabled}
    assert {rule.name for rule in rules if not rule.enabled} - asleep == {"blocks late"}
    for rule in rules:
        assert not rule.covers("bybit", "BTC")
        assert not rule.covers("dydx", "PEPE")
        assert rule.covers("dydx", "BTC")


def test_without_any_setting_the_config_lists_no_rule_of_its_own(load):
    assert load("").alert == ()
