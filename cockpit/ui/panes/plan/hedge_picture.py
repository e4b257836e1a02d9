"""A hedge as a picture: what each venue holds before and after, and what is left of all."""

from typing import TYPE_CHECKING

from cockpit.calculators.common.words import usd_words
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.answers import earned
from cockpit.ui.text.canvas import bar, bar_left
from cockpit.ui.text.styled import Line, Span, fit, right

if TYPE_CHECKING:
    from cockpit.calculators.hedge import values as hedge

UNIT = "delta by venue, $"
_NAME, _FIGURE = 14, 12
_LEAST_WING = 4
_SHADE = str.maketrans("█▌▐", "░░░")
"""What was before, where no colour tells it from what comes after."""


def picture(readings: Readings, form: Form, inner: int, room: int) -> list[Line]:
    """Two bars a venue, shorts to the left and longs to the right; the sum of all at the end."""
    values: hedge.Values | None = form.result.values if form.result else None
    if values is None or not values.by_venue:
        return [[], [(" No picture: nothing is held or traded", "dim")]]
    wing = (inner - _NAME - 2 * _FIGURE - 9) // 2
    if wing < _LEAST_WING:
        return [[], [(" too narrow for a picture: zoom this pane", "dim")]]
    venues = values.by_venue
    total = ("together", values.delta_before_usd, values.delta_after_usd, None)
    rows = [(v.venue, v.before_usd, v.after_usd, v.traded_usd) for v in venues]
    most = max(abs(usd) for _, before, after, _ in [*rows, total] for usd in (before, after)) or 1.0
    head: Line = [
        (" " + fit("", _NAME + 7), "dim"), (right("short", wing), "dim"), ("│", "frame"),
        (fit("long", wing), "dim"), (right("delta", _FIGURE), "dim"),
        (right("traded", _FIGURE), "dim"),
    ]  # fmt: skip
    lines: list[Line] = [head]
    cut = max(1, (room - 4) // 2)
    for name, before, after, traded in rows[: cut if len(rows) > cut else None]:
        role = readings.colour_of(name)
        lines += _pair(readings, (name, role), (before, after, traded), wing, most)
    if len(rows) > cut:
        lines.append([(f" … {len(rows) - cut} more venues: zoom this pane", "dim")])
    lines += _pair(readings, (total[0], "title"), total[1:], wing, most)
    return lines


def _pair(
    readings: Readings,
    name: Span,
    figures: tuple[float, float, float | None],
    wing: int,
    most: float,
) -> list[Line]:
    """Before, dim, and after; what is traded stands beside the second."""
    before, after, traded = figures
    lines: list[Line] = []
    for label, usd, is_after in (("before", before, False), ("after", after, True)):
        share = abs(usd) / most
        left = bar_left(share, wing) if usd < 0 else " " * wing
        right_bar = bar(share, wing) if usd >= 0 and share else " " * wing
        if not is_after and not readings.has_colour:
            left, right_bar = left.translate(_SHADE), right_bar.translate(_SHADE)
        bars = ("bid_bar", "ask_bar") if is_after else ("frame_focus", "frame_focus")
        trade = earned(traded) if is_after and traded else ""
        lines.append(
            [
                (" " + fit("" if is_after else name[0], _NAME), name[1]),
                (fit(label, 7), "dim"),
                (left, bars[1]),
                ("│", "frame"),
                (right_bar, bars[0]),
                (right(usd_words(usd) if usd else "0", _FIGURE), "number" if is_after else "dim"),
                (right(trade, _FIGURE), "text"),
            ]
        )
    return lines
