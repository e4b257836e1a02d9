"""`venue.toml`: what a venue documents about itself, each table with its source and date.

over_usd        notional of the position from which a tier of the margin table counts
mmf             maintenance as a fraction of notional in that tier
max_leverage    1 over the initial fraction
"*"             every symbol that is not named
liquidation_fee what a liquidation keeps, as a fraction of the notional that is closed

Every figure is an estimate until the venue itself has stated it: what came over the wire wins over
this file, and the configuration wins over both.
"""

import tomllib
from datetime import timedelta
from functools import cache
from importlib import resources
from typing import TypeVar

import msgspec

from cockpit.core.errors import ConfigError
from cockpit.core.margins import VenueMargin, margin_problem
from cockpit.core.units import utc
from cockpit.venues import REGISTRY
from cockpit.venues.contract import AddressCheck, Incident, VenueFacts, VenueSpec

T = TypeVar("T")


def documented(package: str, file: str, kind: type[T]) -> T:
    """What a TOML file of a venue's package says; the package is not imported for it.

    Raises ConfigError with the place and what was expected.
    """
    parent, _, name = package.rpartition(".")
    text = (resources.files(parent) / name / file).read_text()
    try:
        return msgspec.convert(tomllib.loads(text), kind)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{name}/{file}: {error}") from None


def venue_spec(
    package: str, kinds: frozenset[type], check_address: AddressCheck | None = None
) -> VenueSpec:
    """The `[spec]` of a venue's `venue.toml`, and what its code knows beside it."""
    facts, name = venue_facts(package), package.rpartition(".")[2]
    known = {"name": name, "kinds": kinds, "check_address": check_address, "facts": facts}
    try:
        return msgspec.convert({**facts.spec, **known}, VenueSpec)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{name}/venue.toml: spec: {error}") from None


@cache
def venue_facts(package: str) -> VenueFacts:
    """The `venue.toml` of a venue's package. Raises ConfigError with what was expected."""
    facts, name = documented(package, "venue.toml", VenueFacts), package.rpartition(".")[2]
    if facts.margin is not None and (problem := margin_problem(facts.margin)):
        raise ConfigError(f"{name}/venue.toml: margin: {problem}")
    return facts


def documented_margins() -> dict[str, VenueMargin]:
    """Venue -> its documented margin rules, where it documents any."""
    return {name: facts.margin for name, facts in _venues() if facts.margin is not None}


def documented_stacks() -> dict[str, tuple[str, ...]]:
    """Venue -> the layers it runs on: two with a layer in common are taken to fail together."""
    return {name: facts.stack.layers for name, facts in _venues() if facts.stack is not None}


def documented_incidents() -> dict[str, tuple[Incident, ...]]:
    """Venue -> its public outages, where there were any."""
    return {name: facts.incident for name, facts in _venues() if facts.incident}


def _venues() -> list[tuple[str, VenueFacts]]:
    return [(name, venue_facts(package)) for name, package in REGISTRY.items()]


def in_maintenance(facts: VenueFacts, at_ns: int) -> bool:
    """Whether a planned window of the venue is open."""
    moment = utc(at_ns)
    day = moment.replace(hour=0, minute=0, second=0, microsecond=0)
    for window in facts.maintenance:
        hours, _, minutes = window.at_utc.partition(":")
        begin = day + timedelta(hours=int(hours), minutes=int(minutes))
        # One that began yesterday may reach into today.
        for begun in (begin, begin - timedelta(days=1)):
            is_open = begun <= moment < begun + timedelta(minutes=window.minutes)
            if is_open and begun.weekday() in window.weekdays:
                return True
    return False
