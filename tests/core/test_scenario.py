"""Scenario files: what they may say, and the sentence for what they may not."""

import pytest

from cockpit.core.errors import ConfigError, InputError
from cockpit.core.scenario import (
    Scenario,
    Shock,
    cast,
    load_scenario,
    parse_scenario,
    ranked,
    scenario_names,
)


def test_the_documented_scenarios_come_with_the_program() -> None:
    names = {"calm", "funding_flip", "sequencer_stall", "squeeze", "thin_book"}
    names |= {"gap", "funding_spike", "depth_evaporation", "asymmetric_fill", "delayed_settlement"}
    names |= {"venue_outage", "depeg", "correlation_one", "worst_together"}
    names |= {"auto_deleveraging", "venue_lost"}
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
        ("[[shock]]\noutage = ['@shorts']", "outage: there is no '@shorts'.*'@short'"),
        ("[[shock]]\nequity_lost = { dydx = 1.5 }", "equity_lost"),
        ("[[shock]]\nadl_fraction = -1", "adl_fraction"),
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


def test_no_scenario_that_comes_with_the_program_names_a_venue() -> None:
    for name in scenario_names():
        for shock in load_scenario(name).shocks:
            for keys in shock.named_venues.values():
                assert all(key.startswith("@") or key in ("*", "1", "2") for key in keys)


def test_venues_play_the_roles_of_a_scenario_by_rank_and_by_side() -> None:
    assert ranked(["x", "y", "z"]) == {
        "@largest": "x", "@second": "y", "@third": "z", "@smallest": "z"
    }  # fmt: skip
    assert ranked(["x"]) == {"@largest": "x"}
    assert ranked([]) == {}
    told = Shock(
        gap={"@long": -0.1, "z": -0.2}, halt_s={"@second": 9.0}, venues=("@largest", "w*"),
        frozen=("@short",), fill_fraction={"2": 0.5, "@short": 0.4},
    )  # fmt: skip
    roles = {**ranked(["x", "y"]), "@long": "x", "@short": "y"}
    (played,) = cast(Scenario(name="told", shocks=(told,)), roles).shocks
    assert played.gap == {"x": -0.1, "z": -0.2}
    assert played.halt_s == {"y": 9.0}
    assert played.venues == ("x", "w*")
    assert played.frozen == ("y",)
    assert played.fill_fraction == {"2": 0.5, "y": 0.4}


def test_a_role_that_nobody_plays_is_left_out_but_trouble_finds_the_largest() -> None:
    told = Shock(
        gap={"@short": -0.1}, venues=("@third",), outage=("@short",), halt_s={"@third": 5.0},
        equity_lost={"@long": 0.5},
    )  # fmt: skip
    (played,) = cast(Scenario(name="told", shocks=(told,)), ranked(["x", "y"])).shocks
    assert (played.gap, played.venues, played.halt_s) == ({}, (), {})
    assert (played.outage, played.equity_lost) == (("x",), {"x": 0.5})


def test_a_gap_by_venue_may_name_patterns_and_the_name_itself_counts_first() -> None:
    shock = Shock(gap={"*": -0.05, "dy*": -0.1, "lighter": -0.01})
    assert [shock.gap_at(v) for v in ("dydx", "lighter", "x")] == [-0.1, -0.01, -0.05]
