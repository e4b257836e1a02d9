"""The trader's own shock: read from the form, and held against what the view and the book know."""

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

import msgspec

from cockpit.calculators.common.form import FieldError
from cockpit.calculators.common.market_data import Notes
from cockpit.calculators.stress.book import StressBook
from cockpit.core.names import did_you_mean
from cockpit.core.scenario import Shock, shock_problem
from cockpit.core.validation import sentence
from cockpit.state.view import MarketView


def own_shock(table: Mapping[str, Any]) -> Shock:
    """FieldError names the key and what was expected."""
    try:
        shock = msgspec.convert(table, Shock, strict=False)
    except msgspec.ValidationError as error:
        raise FieldError("shocks", sentence(error)) from None
    if problem := shock_problem(shock):
        raise FieldError("shocks", problem)
    return shock


def check_names(shock: Shock, book: StressBook, view: MarketView, notes: Notes) -> None:
    """FieldError for a venue, a symbol or a leg that matches nothing; a warning where nothing is
    held."""
    held = {leg.venue for leg in book.held.legs}
    symbols = {leg.symbol for leg in book.held.legs}
    _check("symbols", shock.symbols, symbols, view.symbols(), notes)
    venues = [venue.name for venue in view.venues()]
    for key, names in shock.named_venues.items():
        plain = [name for name in names if not name.startswith("@")]
        if key == "fill_fraction":
            legs = [str(number) for number in range(1, len(book.held.legs) + 1)]
            markets = [leg.name for leg in book.held.legs]
            _check(key, plain, {*held, *legs, *markets}, venues, notes)
        else:
            _check(key, plain, held, venues, notes)


def _check(
    key: str, names: Sequence[str], held: set[str], known: Sequence[str], notes: Notes
) -> None:
    for name in names:
        if any(fnmatchcase(one, name) for one in held):
            continue
        if not any(fnmatchcase(one, name) for one in known):
            near = did_you_mean(name, {*held, *known})
            raise FieldError("shocks", f"{key}: {name!r} matches nothing{near}")
        notes.warn(f"shocks: {key}: nothing is held at {name!r}, so it changes nothing there")
