"""What venues document in their `venue.toml`."""

import datetime
from pathlib import Path

import pytest

from cockpit.core.errors import ConfigError
from cockpit.venues import REGISTRY
from cockpit.venues.kit.facts import documented_stacks, venue_facts

every_venue = pytest.mark.parametrize("name", sorted(REGISTRY))


@every_venue
def test_every_documented_table_names_its_source_and_a_day_that_has_been(name: str) -> None:
    facts = venue_facts(REGISTRY[name])
    tables = [facts.fees, facts.margin, facts.stack, *facts.maintenance]
    for table in tables:
        if table is not None:
            assert table.source.startswith("https://")
            assert datetime.date(2025, 1, 1) < table.date < datetime.date(2027, 1, 1)


@every_venue
def test_fee_tiers_are_fractions_of_notional_not_per_cent(name: str) -> None:
    fees = venue_facts(REGISTRY[name]).fees
    assert fees is not None
    assert all(-0.001 < tier.maker <= tier.taker < 0.002 for tier in fees.tiers)


def test_the_layers_of_every_venue_are_named() -> None:
    assert set(documented_stacks()) == set(REGISTRY)
    assert "ethereum" in documented_stacks()["lighter"]


def test_a_misspelt_key_is_told_with_the_venue(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "venues_of_a_test"
    (package / "odd").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "odd" / "venue.toml").write_text("[feees]\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=r"odd/venue\.toml"):
        venue_facts("venues_of_a_test.odd")
