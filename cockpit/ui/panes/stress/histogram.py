"""Thousands of random futures: how profit and loss spread, and the worst path among them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from cockpit.calculators.common.words import usd_words
from cockpit.calculators.stress.montecarlo import MonteCarloValues
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.plot_frame import Series, framed_plot
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas, Floats, nice_scale
from cockpit.ui.text.styled import Line, clean, clip, fit, framed, longest, right, wrap

TITLE = "histogram"
HZ = 4.0
_BAR = "█"
_SIDE_BY_SIDE = 104
"""Cells in which the worst path has room beside the outcomes."""
_EIGHTHS = " ▁▂▃▄▅▆▇█"


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    form = readings.ui.forms.opened.get("stress")
    inner, room = width - 2, height - 2
    futures: MonteCarloValues | None = form.futures if form else None
    body = _nothing(form, inner) if futures is None else _body(readings, futures, inner, room)
    return framed(
        body,
        width,
        height,
        title=_title(form, futures),
        verdict=_verdict(futures, width - 4) if futures else [],
        focused=readings.ui.focus == TITLE,
    )


def _title(form: Form | None, futures: MonteCarloValues | None) -> Line:
    line: Line = [("futures", "title"), (" · profit and loss, $", "dim")]
    if futures is not None:
        line.append((f" · {futures.paths} paths, seed {futures.seed}", "dim"))
    if form is not None and form.progress is not None:
        done, asked = form.progress
        line.append((f" · {done} of {asked}" if asked else " · starting", "accent"))
    return line


def _nothing(form: Form | None, inner: int) -> list[Line]:
    if form is not None and form.progress is not None:
        done, asked = form.progress
        share = done / asked if asked else 0.0
        bar = (_BAR * round(share * 30)).ljust(30, "·")
        said = f" computing in a process of its own: {done} of {asked or '…'}"
        return [[], [(said, "text")], [(f" {bar}", "accent")], [(" esc stops it", "dim")]]
    words, role = "No futures are drawn: " + _why_none(form), "dim"
    if form is not None and (problem := form.errors.get("monte_carlo")):
        words, role = f"No futures could be drawn: {clean(problem)}", "loss"
    return [[], *([(f" {part}", role)] for part in wrap(words, inner - 2))]


def _why_none(form: Form | None) -> str:
    if form is not None and form.errors:
        return "what is wrong in the form has to be mended first"
    if form is not None and form.text("monte_carlo") in ("true", "yes"):
        return "they begin with the next change of the form"
    return "they are switched off, → on their row of the form draws them"


def _body(readings: Readings, futures: MonteCarloValues, inner: int, room: int) -> list[Line]:
    """Bars and the figures below them; the worst path beside where it is wide, else below where
    there is room for it."""
    if inner >= _SIDE_BY_SIDE:
        left = inner * 11 // 20
        mass = _outcomes(futures, left, room)
        path = _worst_path(readings, futures, inner - left - 2, room)
        return [_joined(mass, path, y, left) for y in range(max(len(mass), len(path)))]
    figures = _figures(futures, inner)
    rest = room - len(figures)
    path_room = rest * 2 // 5 if rest >= 14 else 0
    path = _worst_path(readings, futures, inner, path_room) if path_room else []
    return [*_outcomes(futures, inner, room - path_room), *path]


def _outcomes(futures: MonteCarloValues, inner: int, room: int) -> list[Line]:
    figures = _figures(futures, inner)
    return [*_bars(futures, inner, max(3, room - len(figures))), *figures]


def _joined(mass: list[Line], path: list[Line], y: int, left: int) -> Line:
    """One line of both halves."""
    one = mass[y] if y < len(mass) else []
    other = path[y] if y < len(path) else []
    return [*clip(one, left), ("  ", "text"), *other]


class _Mass(NamedTuple):
    """The bins between the tails: `edges` (n + 1,) in USD, `counts` (n,), and what lies beyond."""

    edges: Floats
    counts: Floats
    below: int
    above: int

    def column(self, usd: float, columns: int) -> int:
        """Where an amount stands; at the nearer end if it lies beyond."""
        low, high = float(self.edges[0]), float(self.edges[-1])
        share = (usd - low) / ((high - low) or 1.0)
        return min(columns - 1, max(0, int(share * columns)))


def _mass(futures: MonteCarloValues) -> _Mass:
    edges = np.asarray(futures.histogram.edges)
    counts = np.asarray(futures.histogram.counts, dtype=np.float64)
    widths = np.diff(edges)
    if len(counts) < 3 or np.allclose(widths, widths[1]):
        return _Mass(edges, counts, 0, 0)
    return _Mass(edges[1:-1], counts[1:-1], int(counts[0]), int(counts[-1]))


def _bars(futures: MonteCarloValues, inner: int, height: int) -> list[Line]:
    """The mass over the whole width, losses in one colour and gains in the other; the losses that
    a trader asks about are marked below, dollars last."""
    mass = _mass(futures)
    if not len(mass.counts):
        return [[(" no outcome is known", "dim")]]
    columns = inner - 2
    bins = np.arange(columns) * len(mass.counts) // columns
    shown = mass.counts[bins] / max(1.0, float(mass.counts.max()))
    is_loss = ((mass.edges[1:] + mass.edges[:-1]) / 2 < 0)[bins]
    losses = int(is_loss.sum())
    rows = height - 2
    drawn: list[Line] = []
    for y in range(rows):
        eighths = np.rint(np.clip(shown * rows - (rows - 1 - y), 0.0, 1.0) * 8).astype(int)
        text = "".join(_EIGHTHS[n] for n in eighths)
        drawn.append([(" ", "text"), (text[:losses], "ask_bar"), (text[losses:], "bid_bar")])
    return [*drawn, _marks(futures, mass, columns), _axis(mass, columns)]


def _marks(futures: MonteCarloValues, mass: _Mass, columns: int) -> Line:
    """Where the mean, value at risk and expected shortfall stand; beyond the mass with an arrow."""
    marks = [
        ("ES 99", futures.es99_usd, -1), ("VaR 99", futures.var99_usd, -1),
        ("VaR 95", futures.var95_usd, -1), ("mean", futures.mean_usd, 1),
    ]  # fmt: skip
    row = [" "] * (columns + 1)
    for name, amount, sign in marks:
        if amount is None:
            continue
        usd = sign * amount
        is_beyond = usd < mass.edges[0] or usd > mass.edges[-1]
        column = mass.column(usd, columns) + 1
        text = f"{'◂' if is_beyond else '▴'}{name}"
        start = min(column, len(row) - len(text))
        if all(cell == " " for cell in row[max(0, start - 1) : start + len(text) + 1]):
            row[start : start + len(text)] = text
    return [("".join(row), "accent")]


def _axis(mass: _Mass, columns: int) -> Line:
    """Dollars at the ends of the mass, zero between them, and how many futures lie beyond."""
    axis = [" "] * (columns + 1)
    ends = [(float(mass.edges[0]), mass.below), (0.0, 0), (float(mass.edges[-1]), mass.above)]
    for value, beyond in ends:
        if not mass.edges[0] <= value <= mass.edges[-1]:
            continue
        text = "0" if value == 0 else usd_words(value)
        if beyond:
            text += f" · {beyond} beyond"
        place = mass.column(value, columns)
        start = max(1, min(len(axis) - len(text), place - len(text) // 2))
        if all(cell == " " for cell in axis[max(0, start - 1) : start + len(text)]):
            axis[start : start + len(text)] = text
    return [("".join(axis), "dim")]


def _figures(futures: MonteCarloValues, inner: int) -> list[Line]:
    """Expected, value at risk and expected shortfall with their errors; chances by venue."""
    cells = [
        ("mean", futures.mean_usd, "mean_usd"), ("sd", futures.sd_usd, "sd_usd"),
        ("VaR 95", futures.var95_usd, "var95_usd"), ("VaR 99", futures.var99_usd, "var99_usd"),
        ("ES 95", futures.es95_usd, "es95_usd"), ("ES 99", futures.es99_usd, "es99_usd"),
    ]  # fmt: skip
    size = 34
    columns = max(1, min(3, inner // size))
    drawn: list[Line] = [[]]
    for start in range(0, len(cells), columns):
        line: Line = [(" ", "dim")]
        for name, value, key in cells[start : start + columns]:
            error = futures.se.get(key)
            text = fmt.MISSING if value is None else usd_words(value)
            beside = "" if error is None else f" ± {usd_words(error)}"
            line += [(fit(name, 7), "dim"), (right(text, 11), "number"), (fit(beside, 16), "dim")]
        drawn.append(line)
    chances = [
        f"{clean(name)} {'not known' if chance is None else f'{chance * 100:.2f} %'}"
        for name, chance in sorted(futures.p_liquidation.items(), key=lambda item: item[0] != "any")
        if chance != 0
    ]
    words = ", ".join(chances) or "none in any future"
    drawn += [[(f" {part}", "text")] for part in wrap(f"chance of liquidation: {words}", inner - 2)]
    return drawn


def _worst_path(
    readings: Readings, futures: MonteCarloValues, inner: int, height: int
) -> list[Line]:
    """Equity of each venue on the worst path, in dollars, over the horizon."""
    path = futures.worst_path
    known: dict[str, Floats] = {}
    for name, values in path.equity_usd.items():
        venue = name.partition(" ")[0].partition("/")[0]
        usd = np.array([np.nan if value is None else value for value in values])
        known[venue] = known.get(venue, np.zeros(len(usd))) + usd
    known = {name: values for name, values in known.items() if not np.all(np.isnan(values))}
    hours = (len(path.unhedged_usd) - 1) * path.step_s / 3600
    head: Line = [
        (" worst path", "title"), (f" · equity by venue, $ · {fmt.hours(hours)}", "dim"),
    ]  # fmt: skip
    if not known or height < 5:
        return []
    low = min(float(np.nanmin(values)) for values in known.values())
    high = max(float(np.nanmax(values)) for values in known.values())
    bottom, top, ticks = nice_scale(low, high, max(2, height // 3))

    def draw(canvas: Canvas) -> Sequence[Series]:
        series = []
        for name, values in known.items():
            at = np.linspace(0, len(values) - 1, canvas.dots_wide).round().astype(np.int64)
            role = readings.colour_of(name)
            canvas.plot(values[at], bottom, top, role)
            last = float(values[-1])
            series.append(Series(name, role, last, usd_words(last)))
        return series

    plot = framed_plot(readings, inner, height - 2, bottom, top, ticks, draw, figure=10)
    return [[], head, *plot.lines]


def _verdict(futures: MonteCarloValues, width: int) -> Line:
    if futures.var99_usd is None:
        return []
    many = f"1 future in 100 loses more than {usd_words(futures.var99_usd)}"
    open_ = ""
    if futures.unhedged_p95_usd is not None and futures.unhedged_p95_usd >= 1:
        open_ = f"; 1 in 20 stands unhedged with more than {usd_words(futures.unhedged_p95_usd)}"
    return longest(width, [(many + open_, "text")], [(many, "text")])
