"""What every plot shares: round ticks, a zero line, labels at the right end of the lines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from cockpit.core.units import HOUR_NS, utc
from cockpit.ui.model.readings import Readings
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import Canvas
from cockpit.ui.text.styled import Line, fit, right, width_of

_SHORT_NAME = 4
"""Cells of a short name and the blank before it."""
_WHOLE_NAME = 12
"""Cells in which a venue's whole name stands; in fewer its short one does."""
_MARKED = 3
"""Cells of a blank, the mark that a line is drawn in, and a blank."""


@dataclass(frozen=True, slots=True)
class Series:
    """A line that was drawn: its name, colour, last value (None: not labelled) and its figure."""

    name: str
    role: str
    last: float | None
    figure: str


@dataclass(frozen=True, slots=True)
class Plot:
    """Styled lines, where the plot itself begins and how wide it is.

    `marks` has the character of each role's line where lines are told apart by characters.
    """

    lines: list[Line]
    left: int
    width: int
    marks: Mapping[str, str]


def framed_plot(
    readings: Readings,
    width: int,
    height: int,
    bottom: float,
    top: float,
    ticks: Sequence[float],
    draw: Callable[[Canvas], Sequence[Series]],
    figure: int = 9,
    signed: bool = True,
) -> Plot:
    """Axis, canvas and labels at exactly `width` x `height`.

    `draw` plots on the canvas and says what it drew. `figure` is how many cells a label's figure
    needs, 0 for no labels; ticks print their sign where the data have one. Names are whole
    where there is room, else the venues' short ones, else left out.
    """
    decimals = _decimals(ticks)
    texts = [fmt.signed(t, decimals) if signed else f"{t:.{decimals}f}" for t in ticks]
    axis = max((len(text) for text in texts), default=1) + 2
    spare = width - axis - figure - 2
    name = next((n for n, least in ((_WHOLE_NAME, 24), (4, 14)) if spare - n >= least), 0)
    lead = _MARKED if readings.glyphs == "ascii" or not readings.has_colour else 1
    label = name + figure + lead + 1
    if not figure or width - axis - label < 12:
        label = 0
    plot_w = width - axis - label
    if plot_w < 8 or height < 3:
        return Plot([[(fit(" too small to plot: zoom this pane", width), "dim")]], 0, width, {})
    series: Sequence[Series] = ()

    def draw_all(canvas: Canvas) -> None:
        nonlocal series
        series = draw(canvas)

    canvas, line_marks = drawn(readings, plot_w, height, draw_all)
    rows = canvas.lines()
    marks = {canvas.row_of(t, bottom, top): s for t, s in zip(ticks, texts, strict=True)}
    zero = canvas.row_of(0.0, bottom, top) if bottom <= 0.0 <= top else -1
    ends = [(0 if s.last is None else canvas.row_of(s.last, bottom, top), s) for s in series]
    names = _Names(readings, name, lead, line_marks)
    labels = _labels(names, ends, height, figure) if label else []
    lines: list[Line] = []
    for i, row in enumerate(rows):
        if i == zero:
            row = [(t.replace(" ", "─"), "frame") if r == "dim" else (t, r) for t, r in row]
        text = marks.get(i, "")
        lines.append([(right(text, axis - 2), "dim"), (" ┤" if text else " │", "frame"), *row])
        if label:
            lines[-1] += labels[i]
    return Plot(lines, axis, plot_w, line_marks)


def drawn(
    readings: Readings, width: int, height: int, draw: Callable[[Canvas], None]
) -> tuple[Canvas, Mapping[str, str]]:
    """What `draw` draws, and the character of each role's line, if characters tell lines apart.

    Dots of two lines differ by their colour alone: without colour they are drawn in ASCII.
    """
    canvas = Canvas(width, height, readings.glyphs)
    draw(canvas)
    if readings.glyphs != "ascii" and not readings.has_colour and len(canvas.marks) > 1:
        canvas = Canvas(width, height, "ascii")
        draw(canvas)
        return canvas, canvas.marks
    return canvas, canvas.marks if readings.glyphs == "ascii" else {}


def marked(marks: Mapping[str, str], role: str) -> Line:
    """What stands before the words for a role's line where characters tell lines apart."""
    return [(f"{marks[role]} ", role)] if role in marks else []


def _decimals(ticks: Sequence[float]) -> int:
    """As few as tell the ticks apart."""
    for decimals in range(6):
        if all(abs(tick - round(tick, decimals)) < 1e-9 + abs(tick) * 1e-6 for tick in ticks):
            return decimals
    return 6


@dataclass(frozen=True, slots=True)
class _Names:
    """How lines are named at their ends: `lead` cells for a mark, then `width` for the name."""

    readings: Readings
    width: int
    lead: int
    marks: Mapping[str, str]

    @property
    def cells(self) -> int:
        return self.lead + self.width

    @property
    def most(self) -> int:
        """How many short names have room beside each other."""
        return max(1, (self.width + 1) // (_SHORT_NAME + 2 * bool(self.marks)))

    def of(self, group: Sequence[Series]) -> Line:
        """Who ends here, each in its colour; the plot's own marks end a cell before theirs."""
        if len(group) == 1:
            line = group[0]
            name = line.name if self.width >= _WHOLE_NAME else self.readings.short(line.name)
            mark = (self._mark(line) or " ").rjust(self.lead)
            return [(mark + fit(name, self.width), line.role)]
        words: Line = [
            (f" {self._mark(line)}{self.readings.short(line.name)}", line.role) for line in group
        ]
        return [*words, (" " * max(0, self.cells - width_of(words)), "dim")]

    def _mark(self, line: Series) -> str:
        mark = self.marks.get(line.role, "")
        return f"{mark} " if mark else ""


def _labels(
    names: _Names, ends: Sequence[tuple[int, Series]], rows: int, figure: int
) -> list[Line]:
    """Names and figure at the right end of their line, moved apart where they collide.

    Lines that end in one place with one figure share labels, of as many names as have room.
    """
    together: dict[tuple[int, str], list[Series]] = {}
    for row, line in ends:
        if line.last is not None:
            together.setdefault((min(rows - 1, max(0, row)), line.figure), []).append(line)
    wanted = sorted(
        (
            (row, -(group[0].last or 0.0), group[at : at + names.most])
            for (row, _), group in together.items()
            for at in range(0, len(group), names.most)
        ),
        key=lambda item: item[:2],
    )
    taken: set[int] = set()
    for row, _, _ in wanted:
        free = sorted((r for r in range(rows) if r not in taken), key=lambda r: (abs(r - row), r))
        taken |= set(free[:1])
    # Where labels had to move, their order is still that of the lines.
    ordered = dict(zip(sorted(taken), (group for _, _, group in wanted), strict=False))
    blank: Line = [(" " * (names.cells + figure + 1), "dim")]
    return [
        [*names.of(ordered[i]), (right(ordered[i][0].figure, figure) + " ", ordered[i][0].role)]
        if i in ordered
        else blank
        for i in range(rows)
    ]


def dated(since_ns: int, now_ns: int, left: int, width: int) -> Line:
    """Under the plot: the day at each UTC midnight, or the hour where the span is short.

    The first day and the first of a month name it."""
    day = 24 * HOUR_NS
    step, form = (day, "%d") if now_ns - since_ns > 2 * day else (6 * HOUR_NS, "%H:00")
    if now_ns - since_ns <= 6 * HOUR_NS:
        step, form = HOUR_NS, "%H:00"
    row = [" "] * width
    month = 0
    at_ns = (since_ns // step + 1) * step
    while at_ns < now_ns:
        x = int((at_ns - since_ns) / (now_ns - since_ns) * width)
        at = utc(at_ns)
        is_named = step == day and at.month != month
        text = f"{at:%-d %b}" if is_named else f"{at:{form}}"
        if x + len(text) <= width and not "".join(row[max(0, x - 1) : x + len(text)]).strip():
            row[x : x + len(text)] = text
            month = at.month
        at_ns += step
    return [(" " * left, "dim"), ("".join(row), "dim")]
