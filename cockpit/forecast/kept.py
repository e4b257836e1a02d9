"""Forecasts and payments as history keeps them, to and from what forecasts are made of."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import cast, get_args

import msgspec
import numpy as np

from cockpit.core.market import FundingTerms
from cockpit.core.outlook import Basis, ExpectedRate, Outlook
from cockpit.core.units import HOUR_S
from cockpit.forecast.cells import HOUR_NS, TELEMETRY, Floats, Ints, Series, hour_of
from cockpit.forecast.forecaster import Remembered
from cockpit.forecast.hour_figures import FIGURES
from cockpit.forecast.learning import Key
from cockpit.forecast.ledger import EVENT, EVENT_HORIZON_H, FLIP, SPIKE, Made, Outcome
from cockpit.forecast.live import why
from cockpit.forecast.market_past import FIGURES_H
from cockpit.forecast.premium_features import HORIZONS_H
from cockpit.forecast.telemetry import joined
from cockpit.history.reader import Hourly, PaidSeries
from cockpit.history.rows import Forecast

AVERAGE = "average"
"""The name under which the historical average's forecasts are kept, beside ours by their basis."""


def terms_of(terms: FundingTerms | None) -> tuple[float, float]:
    """(interest an hour, dampener per 8 h); a venue without a documented formula has no pin."""
    return (0.0, 0.0) if terms is None else (terms.interest_8h / 8.0, terms.dampener_8h)


def series_of(paid: PaidSeries, terms: FundingTerms | None) -> Series:
    """What a market paid as the settlements that models learn from."""
    interest_hourly, dampener = terms_of(terms)
    return Series(
        venue=paid.venue,
        symbol=paid.symbol,
        at_ns=paid.at_ns,
        rate=paid.rate,
        interval_s=paid.interval_s,
        premium=None if np.isnan(paid.premium).all() else paid.premium,
        interest_hourly=interest_hourly,
        dampener=dampener,
    )


def with_telemetry(series: Series, market: Hourly | None, venue: Hourly | None) -> Series:
    """The settlements with the figures of the hour that each of them ended; a premium that the
    venue does not state is the mean of the hour's samples."""
    hours = hour_of(series.at_ns)
    known: dict[str, Floats] = {}
    for source in (market, venue):
        if source is None:
            continue
        for name, values in source.values.items():
            known[name] = joined(hours, source.hours, values)
    sampled = known.pop("premium", np.full(len(hours), np.nan))
    stated = sampled if series.premium is None else series.premium
    premium = np.where(np.isnan(stated), sampled, stated)
    return msgspec.structs.replace(
        series,
        premium=None if np.isnan(premium).all() else premium,
        telemetry={
            name: values
            for name, values in known.items()
            if name in TELEMETRY and not np.isnan(values).all()
        },
    )


def told(series: Series, hourly: Mapping[Key, Hourly]) -> Series:
    """The settlements with all that history sampled of the market and its venue."""
    return with_telemetry(
        series, hourly.get((series.venue, series.symbol)), hourly.get((series.venue, ""))
    )


def remembered(hourly: Mapping[Key, Hourly]) -> dict[Key, Remembered]:
    """What a forecaster that begins now is told of the hours before."""
    found: dict[Key, Remembered] = {}
    for (venue, symbol), market in hourly.items():
        if symbol:
            newest = market.hours[-FIGURES_H:]
            found[venue, symbol] = Remembered(
                hours=market.hours,
                premium=market.values["premium"],
                figures=figures_of(market, hourly.get((venue, "")), newest),
            )
    return found


def figures_of(market: Hourly | None, venue: Hourly | None, hours: Ints) -> Floats:
    """(hours, len(FIGURES)) of a market and its venue, as they are told of hours that end now."""
    known = np.full((len(hours), len(FIGURES)), np.nan)
    for source in (market, venue):
        if source is None:
            continue
        for name, values in source.values.items():
            if name in FIGURES:
                known[:, FIGURES.index(name)] = joined(hours, source.hours, values)
    return known


def rows_of(made: Made, expected: Mapping[Key, Outlook]) -> Iterator[Forecast]:
    """A row for each horizon of each market, and one of the average's, for the 8 h."""
    for row, market in enumerate(made.markets):
        outlook = expected[market]
        for place, horizon_h in enumerate(HORIZONS_H):
            said = outlook.over(horizon_h)
            if said is None:
                continue
            kept = _row(made, row, place)
            yield msgspec.structs.replace(
                kept, low=said.low_hourly, high=said.high_hourly, days=outlook.days
            )
        yield _average(made, row)


def outcome_rows(outcomes: Sequence[Outcome]) -> Iterator[Forecast]:
    """The same rows again with what came of them; history takes the outcome alone."""
    for one in outcomes:
        came = {
            "outcome": one.mean_hourly,
            "flipped": None if one.flipped is None else int(one.flipped),
            "spiked": None if one.spiked is None else int(one.spiked),
        }
        place = HORIZONS_H.index(one.horizon_h)
        if not np.isnan(one.made.levels[one.row, place]):
            yield msgspec.structs.replace(_row(one.made, one.row, place), **came)
        if one.horizon_h == EVENT_HORIZON_H:
            yield msgspec.structs.replace(_average(one.made, one.row), **came)


def _row(made: Made, row: int, place: int) -> Forecast:
    venue, symbol = made.markets[row]
    is_event = place == EVENT
    return Forecast(
        venue=venue,
        symbol=symbol,
        made_ns=int(made.made_ns[row]),
        for_ns=(made.hour + HORIZONS_H[place]) * HOUR_NS,
        horizon_s=HORIZONS_H[place] * HOUR_S,
        model=made.models[row],
        value=_known(made.levels[row, place]),
        p_flip=_known(made.chances[row, FLIP]) if is_event else None,
        p_spike=_known(made.chances[row, SPIKE]) if is_event else None,
        rate=_known(made.rate[row]),
        usual=_known(made.usual[row]),
        spike_above=_known(made.spike_above[row]),
    )


def _average(made: Made, row: int) -> Forecast:
    return msgspec.structs.replace(
        _row(made, row, EVENT),
        model=AVERAGE,
        value=_known(made.average[row]),
        p_flip=_known(made.usual_chances[row, FLIP]),
        p_spike=_known(made.usual_chances[row, SPIKE]),
    )


def _known(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def made_of(rows: Sequence[Forecast]) -> list[Made]:
    """The blocks that these rows were, oldest first. Rows of a model that is no longer known, and
    those that lack their own 8 h, are left out."""
    markets: defaultdict[tuple[int, str, str], dict[tuple[str, int], Forecast]] = defaultdict(dict)
    for row in rows:
        of = markets[row.made_ns, row.venue, row.symbol]
        of[row.model, row.horizon_s // HOUR_S] = row
    blocks: defaultdict[int, list[dict[tuple[str, int], Forecast]]] = defaultdict(list)
    for (made_ns, _, _), of in sorted(markets.items(), key=lambda one: one[0]):
        if _model_of(of) is not None:
            blocks[made_ns // HOUR_NS].append(of)
    return [_block(hour, found) for hour, found in blocks.items()]


def _model_of(of: Mapping[tuple[str, int], Forecast]) -> Basis | None:
    """Whose forecast of 8 h these rows are."""
    for model, horizon_h in of:
        if horizon_h == EVENT_HORIZON_H and model in get_args(Basis):
            return cast(Basis, model)
    return None


def _block(hour: int, markets: Sequence[dict[tuple[str, int], Forecast]]) -> Made:
    models = [_model_of(of) for of in markets]
    named = [(of, model) for of, model in zip(markets, models, strict=True) if model is not None]
    ours = [of[model, EVENT_HORIZON_H] for of, model in named]
    usual = [of.get((AVERAGE, EVENT_HORIZON_H)) for of, _ in named]
    horizons = [[of.get((model, horizon_h)) for horizon_h in HORIZONS_H] for of, model in named]
    return Made(
        hour=hour,
        markets=tuple((row.venue, row.symbol) for row in ours),
        models=tuple(model for _, model in named),
        made_ns=np.array([row.made_ns for row in ours]),
        rate=np.array([_nan(row.rate) for row in ours]),
        usual=np.array([_nan(row.usual) for row in ours]),
        spike_above=np.array([_nan(row.spike_above) for row in ours]),
        levels=np.array([_values(of) for of in horizons]),
        average=np.array(_values(usual)),
        chances=np.array([[_nan(row.p_flip), _nan(row.p_spike)] for row in ours]),
        usual_chances=np.array(
            [
                [np.nan, np.nan] if row is None else [_nan(row.p_flip), _nan(row.p_spike)]
                for row in usual
            ]
        ),
        came=np.array(
            [[np.nan if row is None else _nan(row.outcome) for row in of] for of in horizons]
        ),
        happened=np.array([[_nan(row.flipped), _nan(row.spiked)] for row in ours]),
    )


def _values(rows: Sequence[Forecast | None]) -> list[float]:
    return [np.nan if row is None else _nan(row.value) for row in rows]


def _nan(value: float | None) -> float:
    return np.nan if value is None else float(value)


def outlooks_of(rows: Sequence[Forecast]) -> dict[Key, Outlook]:
    """The newest kept forecast of each market. Reasons are not kept."""
    newest: dict[Key, int] = {}
    for row in rows:
        key = (row.venue, row.symbol)
        newest[key] = max(row.made_ns, newest.get(key, 0))
    found: dict[Key, Outlook] = {}
    for row in sorted(rows, key=lambda row: row.horizon_s):
        key = (row.venue, row.symbol)
        if row.made_ns != newest[key] or row.model not in get_args(Basis) or row.value is None:
            continue
        basis = cast(Basis, row.model)
        before = found.get(key)
        outlook = before or Outlook(
            venue=row.venue,
            symbol=row.symbol,
            made_ns=row.made_ns,
            basis=basis,
            why=why(basis, row.days or 0.0),
            days=row.days or 0.0,
        )
        said = ExpectedRate(
            horizon_h=row.horizon_s // HOUR_S,
            mean_hourly=row.value,
            low_hourly=row.low,
            high_hourly=row.high,
        )
        found[key] = msgspec.structs.replace(
            outlook,
            expected=(*outlook.expected, said),
            p_flip=outlook.p_flip if row.p_flip is None else row.p_flip,
            p_spike=outlook.p_spike if row.p_spike is None else row.p_spike,
        )
    return found
