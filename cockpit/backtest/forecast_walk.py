"""Forecasts made block by block: each row's by models that never saw it."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import numpy as np

from cockpit.backtest.walk_forward import Block, Plan, blocks
from cockpit.forecast.blend import blend_of
from cockpit.forecast.cells import Floats, Ints
from cockpit.forecast.features import INDEX
from cockpit.forecast.joining import NOBODY, Joined, joining
from cockpit.forecast.labels import Bools
from cockpit.forecast.learned import MARKET_DAYS, Learned, chance_of, heard, learn_events, level_of
from cockpit.forecast.levels import fit_levels
from cockpit.forecast.models import EVENT_COLUMNS
from cockpit.forecast.training import Rows, pooled

ALONE = "alone"
"""Our model before it is blended with the historical average."""

JOIN_BLOCKS = 6
"""Blocks to the next decision which groups of features join ours."""

REFERENCE_DAYS = 15
"""Reference coefficients older than the rows forecast from half a window on, not from day 45."""


class EventRun(msgspec.Struct, frozen=True, kw_only=True):
    """(rows,) chances of one event by model name, NaN where none was made."""

    happened: Floats
    chances: Mapping[str, Floats]

    def scored(self) -> Bools:
        """Rows with an outcome that every model forecast."""
        return _complete(self.happened, *self.chances.values())


class LevelRun(msgspec.Struct, frozen=True, kw_only=True):
    """(rows,) mean rates by model name, bps per hour, and the interval of ours."""

    actual: Floats
    levels: Mapping[str, Floats]
    low: Floats
    high: Floats

    def scored(self) -> Bools:
        return _complete(self.actual, *self.levels.values())


class MarketRun(msgspec.Struct, frozen=True, kw_only=True):
    """All forecasts of one market; `joined` are the groups of features that ever joined ours."""

    rows: Rows
    events: Mapping[str, EventRun]
    levels: Mapping[int, LevelRun]
    joined: dict[str, set[str]]


class _Step(msgspec.Struct, frozen=True, kw_only=True):
    """One market in one block: what it may know, what it is asked, whose models answer."""

    place: int
    block: Block
    known: Rows
    own: Learned
    together: Rows
    joined: Joined
    sources: tuple[Learned, ...]


def walk(markets: Sequence[Rows], plan: Plan, reference: Learned | None) -> list[MarketRun]:
    """Every event and level of the markets of one venue, by every model."""
    runs = [_empty(rows, reference) for rows in markets]
    for step in _steps(markets, plan, reference, EVENT_COLUMNS, joins=True):
        run = runs[step.place]
        for event, groups in step.joined.items():
            run.joined.setdefault(event, set()).update(groups)
        asked = step.block.asked(run.rows.hours)
        values = run.rows.values[asked]
        for event, forecasts in run.events.items():
            said = forecasts.chances
            said["climatology"][asked] = step.own.events.models["history"][event].base_rate
            for name in ("history", "last", "har"):
                said[name][asked] = chance_of((step.own,), name, event, values)
            if step.sources:
                said[ALONE][asked] = chance_of(step.sources, "ours", event, values)
            _blend(step.block, run.rows.hours, forecasts)
        sources = _with_levels(step)
        for horizon_h, of in run.levels.items():
            level = level_of(sources, horizon_h, values)
            if level is not None:
                of.levels["har"][asked] = _har(sources, horizon_h, values)
                of.levels["ours"][asked] = level.mean
                of.low[asked], of.high[asked] = level.low, level.high
    return runs


def walk_columns(markets: Sequence[Rows], plan: Plan, columns: Ints) -> list[dict[str, Floats]]:
    """(rows,) chances by event of our model on some columns only: no reference, no blend."""
    chances = [
        {event: np.full(len(rows.hours), np.nan) for event in rows.happened} for rows in markets
    ]
    for step in _steps(markets, plan, None, {"ours": columns}, joins=False):
        rows = markets[step.place]
        asked = step.block.asked(rows.hours)
        for event, said in chances[step.place].items():
            if step.sources:
                said[asked] = chance_of(step.sources, "ours", event, rows.values[asked])
    return chances


def _steps(
    markets: Sequence[Rows],
    plan: Plan,
    reference: Learned | None,
    columns: Mapping[str, Ints],
    joins: bool,
) -> Iterator[_Step]:
    first = min(int(rows.hours[0]) for rows in markets)
    last = max(int(rows.hours[-1]) for rows in markets)
    if reference is not None and reference.known_hour < first:
        plan = msgspec.structs.replace(plan, first_days=REFERENCE_DAYS)
    venue: Learned | None = None
    own: dict[int, Learned] = {}
    joined: Joined = NOBODY
    for number, block in enumerate(blocks(first, last, plan)):
        # Coefficients that saw later hours are no forecast.
        usable = reference
        if usable is not None and usable.known_hour >= block.start_hour:
            usable = None
        known = [block.training(rows) for rows in markets]
        together = pooled(known)
        if joins and number % JOIN_BLOCKS == 0 and len(together.hours):
            joined = joining(together)
        if len(markets) > 1 and together.days() >= MARKET_DAYS:
            venue = learn_events(together, "venue", {"ours": columns["ours"]}, venue, joined)
        for place, rows in enumerate(known):
            if len(rows.hours) and block.asked(markets[place].hours).any():
                mine = joined if len(markets) == 1 else NOBODY
                own[place] = learn_events(rows, "market", columns, own.get(place), mine)
                yield _Step(
                    place=place,
                    block=block,
                    known=rows,
                    own=own[place],
                    together=together,
                    joined=joined,
                    sources=heard(own[place], venue, usable, _has_premium(rows)),
                )


def _has_premium(rows: Rows) -> bool:
    return not bool(np.isnan(rows.values[:, INDEX["premium"]]).all())


def _with_levels(step: _Step) -> tuple[Learned, ...]:
    """Levels from the market's own rows, from the venue's while those are too few; reference."""
    reference = tuple(learned for learned in step.sources if learned.source == "reference")
    for learned, rows in ((step.own, step.known), (step.own, step.together)):
        if rows.days() >= MARKET_DAYS:
            levels = fit_levels(rows)
            if levels:
                return (msgspec.structs.replace(learned, levels=levels), *reference)
    return reference


def _har(sources: tuple[Learned, ...], horizon_h: int, values: Floats) -> Floats:
    """The yardstick by the first source that has it: the market's own rows if they suffice."""
    first = next(learned for learned in sources if horizon_h in learned.levels)
    return first.levels[horizon_h].har_level(values)


def _blend(block: Block, hours: Ints, run: EventRun) -> None:
    """Weights from forecasts whose outcome was known before the block, used on the block."""
    said, asked = run.chances, block.asked(hours)
    known = block.known(hours)
    past = np.flatnonzero(known & _complete(run.happened, said["history"], said[ALONE]))
    weights = blend_of(said["history"][past], said[ALONE][past], run.happened[past])
    said["ours"][asked] = weights.chance(said["history"][asked], said[ALONE][asked])


def _empty(rows: Rows, reference: Learned | None) -> MarketRun:
    count = len(rows.hours)

    def blank() -> Floats:
        return np.full(count, np.nan)

    def event(name: str) -> EventRun:
        chances = {of: blank() for of in ("climatology", "history", "last", "har")}
        if reference is not None:
            chances["reference"] = chance_of((reference,), "ours", name, rows.values)
        return EventRun(
            happened=rows.happened[name], chances={**chances, ALONE: blank(), "ours": blank()}
        )

    def level(horizon_h: int) -> LevelRun:
        known = {
            name: rows.values[:, INDEX[column]].copy()
            for name, column in (("last", "rate"), ("mean_24h", "mean_24h"))
        }
        if reference is not None and horizon_h in reference.levels:
            known["reference"] = reference.levels[horizon_h].level(rows.values).mean
        return LevelRun(
            actual=rows.means[horizon_h],
            levels={**known, "har": blank(), "ours": blank()},
            low=blank(),
            high=blank(),
        )

    return MarketRun(
        rows=rows,
        events={name: event(name) for name in rows.happened},
        levels={horizon_h: level(horizon_h) for horizon_h in rows.means},
        joined={},
    )


def _complete(first: Floats, *others: Floats) -> Bools:
    """Rows without a missing figure."""
    known: Bools = ~np.isnan(first)
    for column in others:
        known &= ~np.isnan(column)
    return known
