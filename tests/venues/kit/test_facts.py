"""What venues document in their `venue.toml`."""

import datetime
from pathlib import Path

import pytest

from cockpit.core.errors import ConfigError
from cockpit.venues import REGISTRY
from cockpit.venues.contract import MARKET_DATA, Maintenance, VenueFacts
from cockpit.venues.kit.facts import (
    documented_stacks,
    in_maintenance,
    venue_facts,
    venue_spec,
)

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


def test_a_misspelt_key_of_the_spec_is_told_with_the_venue_and_its_table(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "venues_of_another_test"
    (package / "odd").mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "odd" / "venue.toml").write_text('[spec]\ntitel = "Odd"\n')
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ConfigError, match=r"odd/venue\.toml: spec: .*titel"):
        venue_spec("venues_of_another_test.odd", MARKET_DATA)


def nightly(*weekdays: int) -> VenueFacts:
    """A window from 23:50 UTC for 20 minutes."""
    return VenueFacts(
        maintenance=(
            Maintenance(
                weekdays=weekdays, at_utc="23:50", minutes=20, source="https://a.example",
                date=datetime.date(2026, 11, 29),
            ),
        )
    )  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-27T23:49:59", False),
        ("2026-11-27T23:50:00", True),
        ("2026-11-28T00:09:59", True),  # a Saturday, in the window that opened on Friday
        ("2026-11-28T00:10:00", False),
        ("2026-11-28T23:55:00", False),
    ],
)
def test_a_planned_window_is_open_on_its_weekdays_and_over_midnight(
    moment: str, is_open: bool
) -> None:
    friday = 4
    at_ns = round(datetime.datetime.fromisoformat(f"{moment}+00:00").timestamp()) * 10**9
    assert in_maintenance(nightly(friday), at_ns) is is_open
    assert not in_maintenance(VenueFacts(), at_ns)
