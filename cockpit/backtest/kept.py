"""What history keeps, as the series that a backtest runs on: settlements and telemetry beside."""

from collections.abc import Collection, Mapping
from typing import Final

import msgspec

from cockpit.backtest.rows import Loaded
from cockpit.core.errors import InputError
from cockpit.core.market import FundingTerms
from cockpit.core.units import HOUR_NS
from cockpit.forecast.cells import hour_of
from cockpit.forecast.kept import series_of, told
from cockpit.history.reader import HistoryReader, Hourly

EVERYTHING_NS: Final = 1 << 62
Key = tuple[str, str]


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The series of a history, and the hourly figures that they were joined with."""

    loaded: Loaded
    hourly: Mapping[Key, Hourly]


def load(
    reader: HistoryReader,
    terms: Mapping[str, FundingTerms | None],
    venues: Collection[str] = (),
    symbols: Collection[str] = (),
) -> Kept:
    """Every market that history has settlements of, or those named. `terms` are the documented
    formulas by venue. InputError where nothing is left, HistoryError where nothing can be read."""
    paid = [
        one
        for one in reader.payments(0, EVERYTHING_NS)
        if (not venues or one.venue in venues) and (not symbols or one.symbol in symbols)
    ]
    if not paid:
        asked = ", ".join((*venues, *symbols))
        raise InputError(f"--history: no funding is kept{f' of {asked}' if asked else ''} yet")
    first_ns = min(int(one.at_ns[0]) for one in paid)
    newest = max(int(hour_of(one.at_ns[-1:])[0]) for one in paid)
    # A stamp trails its hour: what was sampled until then is of an hour that has only begun.
    hourly = reader.hourly(first_ns - HOUR_NS, newest * HOUR_NS)
    series = tuple(told(series_of(one, terms.get(one.venue)), hourly) for one in paid)
    return Kept(loaded=Loaded(series=series, warnings=()), hourly=hourly)
