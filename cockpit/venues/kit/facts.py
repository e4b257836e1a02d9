"""`venue.toml`: what a venue documents about itself, each table with its source and date."""

import tomllib
from functools import cache
from importlib import resources

import msgspec

from cockpit.core.errors import ConfigError
from cockpit.core.margins import margin_problem
from cockpit.venues.contract import VenueFacts


@cache
def venue_facts(package: str) -> VenueFacts:
    """The `venue.toml` beside the modules of a venue (`package` is its `__package__`).

    Raises ConfigError with the table and what was expected.
    """
    text = (resources.files(package) / "venue.toml").read_text()
    try:
        facts = msgspec.convert(tomllib.loads(text), VenueFacts)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise ConfigError(f"{package}: venue.toml: {error}") from None
    if facts.margin is not None and (problem := margin_problem(facts.margin)):
        raise ConfigError(f"{package}: venue.toml: margin: {problem}")
    return facts
