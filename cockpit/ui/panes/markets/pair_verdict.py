"""The widest spread of the selected symbol as a sentence, with what it costs to have it."""

from cockpit.analytics.funding.carry import spread_hourly
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.markets.row_figures import spread_text
from cockpit.ui.readings.best_pair import compared_pair, fresh_rates
from cockpit.ui.readings.breakeven import breakeven
from cockpit.ui.readings.history_coverage import reservation
from cockpit.ui.readings.reach import unreached
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, longest


def pair_verdict(readings: Readings, width: int) -> Line:
    """As much of the sentence as fits; why there is none where there is nothing to compare."""
    symbol = readings.symbol
    if symbol is None:
        return []
    rates = fresh_rates(readings, symbol)
    pair = compared_pair(readings, rates)
    if pair is None:
        return _nothing(readings, symbol, rates, width)
    short, long = pair
    head: Line = [(f"{symbol}: ", "number")]
    spread = spread_text(spread_hourly(rates[long], rates[short]), readings)
    text = f"{spread} {fmt.UNIT_SHORT[readings.ui.unit]}"
    legs = [
        f"{side} {name} {fmt.rate(rates[name], readings.ui.unit)}"
        for side, name in (("short", short), ("long", long))
    ]
    names = f"short {readings.short(short)} long {readings.short(long)}"
    earned, brief = _earned(readings, short, long)
    return longest(
        width,
        [*head, (f"{legs[0]}, {legs[1]}: ", "text"), (text, "number"), (earned, "text")],
        [*head, (f"{names}: ", "text"), (text, "number"), (earned, "text")],
        [*head, (f"{names}: ", "text"), (text, "number"), (brief, "text")],
        [
            *head,
            (f"{readings.short(short)}/{readings.short(long)} ", "text"),
            (text, "number"),
            (brief, "text"),
        ],
        [*head, (f"{legs[0]}, {legs[1]}: ", "text"), (text, "number")],
        [*head, (f"{names}: ", "text"), (text, "number")],
        [*head, (text, "number")],
        [(symbol, "number")],
    )


def _nothing(readings: Readings, symbol: str, rates: dict[str, float], width: int) -> Line:
    if len(readings.ui.pinned) == 2:
        lost = ", ".join(name for name in readings.ui.pinned if name not in rates)
        return longest(
            width,
            [(f"{symbol}: no fresh rate at {lost}, the pinned pair is not compared", "warn")],
            [(f"{symbol}: no fresh rate at {lost}", "warn")],
        )
    missing = unreached(readings)
    if missing is not None:
        role = "dim" if missing.is_first_try else "warn"
        return longest(width, [(missing.words, role)], [("no venue is reached", role)])
    count = "one venue" if rates else "no venue"
    return longest(
        width,
        [(f"{symbol}: {count} with a fresh rate, nothing to compare", "dim")],
        [(f"{symbol}: {count}", "dim")],
    )


def _earned(readings: Readings, short: str, long: str) -> tuple[str, str]:
    """(in full, in brief) when the pair has paid for its costs; what is lacking to say so."""
    pays = breakeven(readings, short, long)
    if pays.cost_bps is None:
        return "", ""
    bps = f"{fmt.bps(pays.cost_bps)} bps"
    costs = f"{bps} of costs at {fmt.magnitude(readings.ui.size_usd)}"
    lacking = reservation(readings, short, long)
    if pays.hours is None:
        if lacking:
            return f", {costs}, {lacking}", f", {lacking}"
        return f", never earns {costs}", f", never earns {bps}"
    hours = fmt.hours(pays.hours)
    if lacking:
        return f", ~{hours} to earn {costs}, {lacking}", f", ~{hours} for {bps}"
    return f", {hours} to earn {costs}", f", {hours} for {bps}"
