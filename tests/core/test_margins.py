"""Margin tables: what venues document, and what a trader may put in their place."""

from pathlib import Path

import pytest

from cockpit import config
from cockpit.core.errors import ConfigError
from cockpit.core.margins import Tier, VenueMargin, margin_problem
from cockpit.venues import REGISTRY
from cockpit.venues.claims import claims
from cockpit.venues.kit.facts import documented_margins


def test_every_documented_table_names_its_source_and_a_venue_without_one_claims_why() -> None:
    tables = documented_margins()
    for venue in REGISTRY.keys() - tables.keys():
        assert any("margin" in claim.point for claim in claims(venue)), venue
    for table in tables.values():
        assert margin_problem(table) is None
        assert table.source.startswith("https://")


def test_hyperliquids_second_bitcoin_tier_asks_twice_as_much() -> None:
    first, second = documented_margins()["hyperliquid"].tiers_of("BTC")
    assert (first.max_leverage, first.mmf) == (40, 0.0125)
    assert (second.over_usd, second.max_leverage, second.mmf) == (150e6, 20, 0.025)


def test_maintenance_is_half_the_initial_margin_where_the_venue_says_so() -> None:
    for tiers in documented_margins()["hyperliquid"].tiers.values():
        assert all(tier.mmf == pytest.approx(0.5 / tier.max_leverage) for tier in tiers)


def test_a_symbol_that_is_not_named_takes_the_tiers_of_the_rest() -> None:
    table = VenueMargin(tiers={"BTC": (Tier(0, 0.01, 50),), "*": (Tier(0, 0.05, 10),)})
    assert table.tiers_of("BTC")[0].mmf == 0.01
    assert table.tiers_of("WIF")[0].mmf == 0.05
    assert VenueMargin().tiers_of("WIF") == ()


@pytest.mark.parametrize(
    ("tiers", "words"),
    [
        ("[]", "first over_usd = 0"),
        ("[{ over_usd = 5, mmf = 0.01, max_leverage = 50 }]", "first over_usd = 0"),
        ("[{ over_usd = 0, mmf = 1.5, max_leverage = 50 }]", "mmf is 1.5"),
        ("[{ over_usd = 0, mmf = 0.01, max_leverage = 0 }]", "max_leverage is 0"),
        ("[{ over_usd = 0, mmf = 0.05, max_leverage = 50 }]", "above the initial fraction"),
        (
            "[{ over_usd = 0, mmf = 0.01, max_leverage = 50 },"
            " { over_usd = 0, mmf = 0.02, max_leverage = 20 }]",
            "must rise",
        ),
        ("[{ over_usd = 0, mmf = 0.01 }]", "max_leverage"),
        ("[{ over_usd = 0, mmf = 0.01, max_leverage = 50, mnf = 1 }]", "mnf"),
    ],
)
def test_a_table_that_cannot_be_is_refused_with_its_place(
    tiers: str, words: str, tmp_path: Path
) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[venue.bybit.margin]\ntiers.BTC = {tiers}\n")
    with pytest.raises(ConfigError, match=words) as caught:
        config.load(path, {}, {})
    assert "margin" in str(caught.value)


def test_a_table_of_the_configuration_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(
        "[venue.bybit.margin]\nliquidation_fee = 0.006\n"
        "tiers.BTC = [{ over_usd = 0, mmf = 0.004, max_leverage = 125 }]\n"
    )
    margin = config.load(path, {}, {}).venue["bybit"].margin
    assert margin == VenueMargin(tiers={"BTC": (Tier(0, 0.004, 125),)}, liquidation_fee=0.006)
    path.write_text("[venue.bybit.margin]\nliquidation_fee = 2\n")
    with pytest.raises(ConfigError, match="liquidation_fee"):
        config.load(path, {}, {})
