"""Scenario files: what they may say, and the sentence for what they may not."""

import pytest

from cockpit.core.errors import ConfigError, InputError
from cockpit.core.scenario import Shock, load_scenario, parse_scenario, scenario_names


def test_the_documented_scenarios_come_with_the_program() -> None:
    names = {"calm", "funding_flip", "sequencer_stall", "squeeze", "thin_book"}
    names |= {"gap", "funding_spike", "depth_evaporation", "asymmetric_fill", "delayed_settlement"}
    names |= {"venue_outage", "depeg", "correlation_one", "worst_together"}
    assert names <= set(scenario_names())
    for name in scenario_names():
        scenario = load_scenario(name)
        assert scenario.name == name
        assert scenario.summary
        assert scenario.shocks


def test_an_unknown_scenario_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(InputError, match="'squeeze'"):
        load_scenario("squeze")


def test_every_documented_shock_key_is_understood() -> None:
    text = """
    [[shock]]
    gap = { dydx = -0.1 }
    funding_multiplier = 3
    funding_flip = true
    funding_decay_h = 8
    depth_fraction = 0.2
    spread_multiplier = 4
    halt_s = { lighter = 30 }
    settlement_delay_s = 2220
    fill_fraction = { dydx = 0.4 }
    outage = ["bybit"]
    depeg = 0.02
    correlation_one = true
    volatility_annual = 1.2
    """
    shock = parse_scenario("all", text).shocks[0]
    assert shock.gap_at("dydx") == -0.1
    assert shock.gap_at("bybit") == 0.0
    assert shock.halt_s == {"lighter": 30.0}
    assert shock.fill_fraction == {"dydx": 0.4}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[shock]]\ngapp = 0.1", "gapp"),
        ("[[shock]]\ngap = 'big'", "gap"),
        ("[[shock]]\ngap = -1.0", "gap"),
        ("[[shock]]\nat_s = 1\n[[shock]]\ndepth_fraction = 0", "shock 2: depth_fraction"),
        ("[[shock]]\npremium_average_jump = 1.5", "premium_average_jump"),
        ("[[shock]]\nrepeat_s = 0", "repeat_s"),
        ("[[shock]]\nhalt_s = { dydx = -1 }", "halt_s"),
        ("sumary = 'x'", "sumary"),
        ("[[shock]", "TOML"),
    ],
)
def test_a_scenario_that_cannot_be_used_says_which_key(text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as refused:
        parse_scenario("mine", text)
    assert "mine" in str(refused.value)


def test_a_shock_begins_lasts_and_comes_again() -> None:
    shock = Shock(at_s=10, for_s=5, repeat_s=20)
    assert shock.phase(9.9) is None
    assert shock.phase(10) == (0, 0)
    assert shock.phase(15) is None
    assert shock.phase(34) == (1, 4)


def test_a_shock_without_an_end_lasts_for_good() -> None:
    assert Shock(at_s=10).phase(1e6) is not None


def test_patterns_choose_venues_and_symbols() -> None:
    shock = Shock(venues=("dydx", "light*"), symbols=("B*",))
    assert shock.concerns("lighter", "BTC")
    assert not shock.concerns("lighter", "ETH")
    assert not shock.concerns("bybit", "BTC")
