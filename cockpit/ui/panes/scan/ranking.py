"""Every pair of every coin on every venue, ranked by what it leaves at the trader's size."""

from cockpit.calculators.common.words import hours_words, usd_words
from cockpit.ui.model.readings import Readings
from cockpit.ui.model.table import TableView
from cockpit.ui.panes.scan import coins
from cockpit.ui.panes.scan.words import age_of_ranking, sentence
from cockpit.ui.panes.table import table_lines, visible_rows
from cockpit.ui.readings.scan import counts, renewed, scan_view
from cockpit.ui.readings.scan_columns import ScanRow
from cockpit.ui.text.styled import Line, clean, framed, longest, wrap

TITLE = "scan"
HZ = 2.0


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    if readings.ui.scan.is_of_coins:
        return coins.lines(readings, width, height)
    view = scan_view(readings)
    inner, room = width - 2, height - 2
    focused = readings.ui.focus == TITLE
    note, verdict = "", []
    if view is None or not view.rows:
        body = _empty(readings, view, inner)
    else:
        shown = renewed(readings, view, visible_rows(view, room))
        drawn = table_lines(shown, inner, room, is_focused=focused)
        body, note = drawn.lines, drawn.note
        row = shown.selected
        verdict = [] if row is None else sentence(readings, row, width - 4)
    return framed(
        body, width, height, title=_title(readings, width - len(note) - 14), note=note,
        verdict=verdict, focused=focused,
    )  # fmt: skip


def _title(readings: Readings, room: int) -> Line:
    ui, state = readings.ui, readings.ui.scan
    head: Line = [("scan", "title")]
    what = f" · {clean(state.asset)}, all pairs" if state.asset else " · best pair of each coin"
    asked = f" · {usd_words(ui.size_usd)} a leg for {hours_words(state.hold_h)}"
    narrowed = f" · {clean(state.where)}" * bool(state.where)
    narrowed += " · failing hidden" * state.hides_failing
    narrowed += f" /{clean(state.cursor.filter)}" * bool(state.cursor.filter)
    narrow: Line = [(narrowed, "accent")] if narrowed else []
    age = age_of_ranking(readings)
    return longest(
        room,
        [*head, (what, "dim"), (asked, "dim"), *narrow, *_counted(readings), *age],
        [*head, (what, "dim"), (asked, "dim"), *narrow, *age],
        [*head, (asked, "dim"), *narrow, *age],
        [*head, *narrow, *age],
        [*head, *narrow],
    )


def _counted(readings: Readings) -> Line:
    pairs = readings.scan.pairs
    if pairs is None:
        return []
    number = counts(pairs)
    words = f" · {number.passing} of {number.pairs} pairs of {number.assets} coins pass"
    return [(words, "dim")]


def _empty(readings: Readings, view: TableView[ScanRow] | None, inner: int) -> list[Line]:
    """Why there is no row, and what to do."""
    state = readings.ui.scan
    if not readings.venues:
        words = "no venue is watched: add some under [watch] in the config"
    elif readings.ui.past.shown_ns is not None:
        words = "Nothing is ranked in the past: G is now"
    elif readings.scan.problem:
        words = f"Nothing could be ranked: {clean(readings.scan.problem)}"
    elif view is None:
        words = "No pair is ranked yet: every market of every venue is being read …"
    elif state.cursor.filter:
        words = f"no pair matches {clean(state.cursor.filter)!r}: esc clears the filter"
    elif state.where:
        words = f"no pair holds {clean(state.where)!r}: :where all shows every pair"
    elif state.hides_failing:
        words = "No pair passes every gate at this size and hold: f shows the others, and why"
    else:
        words = "No pair: it takes two venues that list the same coin"
    return [[], *([(f" {part}", "dim")] for part in wrap(words, inner - 2))]
