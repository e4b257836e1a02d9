"""What is expected of a market's funding, as panes show it: fresh, and as good as it has proven."""

from cockpit.core.outlook import OLD_S, EventSkill, ExpectedRate, Outlook, Score
from cockpit.ui.model.readings import Readings
from cockpit.ui.text import format as fmt


def outlook_of(readings: Readings, venue: str, symbol: str | None = None) -> Outlook | None:
    """The forecast of a market, of the selected symbol if none is named; None where it is old."""
    name = readings.symbol if symbol is None else symbol
    found = readings.view.outlooks.of(venue, name) if name else None
    if found is None or found.age_s(readings.now_ns) > OLD_S:
        return None
    return found


def lacking_words(readings: Readings, venue: str) -> str:
    """Why nothing is expected of the selected symbol at a venue: an old forecast is not none."""
    problem = readings.view.outlooks.problem
    if problem:
        return problem
    found = readings.view.outlooks.of(venue, readings.symbol) if readings.symbol else None
    if found is None:
        return "no forecast yet"
    return f"old: made {fmt.age(found.age_s(readings.now_ns))} ago"


def expected(readings: Readings, venue: str, horizon_h: int) -> ExpectedRate | None:
    """What the selected symbol is expected to pay an hour over a horizon."""
    found = outlook_of(readings, venue)
    return found.over(horizon_h) if found else None


def score_of(readings: Readings, outlook: Outlook) -> Score | None:
    """What forecasts of this venue by the same model were worth so far."""
    return readings.view.outlooks.score(outlook.venue, outlook.basis)


def level_fails(readings: Readings, outlook: Outlook | None) -> bool:
    """Whether such levels are known not to beat the historical average."""
    score = score_of(readings, outlook) if outlook else None
    return score is not None and score.level_beats is False


def chance(value: float | None) -> str:
    """`12 %`; what is neither impossible nor sure is never written as 0 or 100."""
    if value is None:
        return fmt.MISSING
    percent = value * 100
    if 0 < percent < 0.5:
        return "<1 %"
    return ">99 %" if 99.5 <= percent < 100 else f"{percent:.0f} %"


def chance_role(value: float | None, skill: EventSkill | None) -> str:
    """A chance stands out where such chances are proven to beat the average's."""
    if value is None:
        return "dim"
    return "number" if skill is not None and skill.is_proven else "text"
