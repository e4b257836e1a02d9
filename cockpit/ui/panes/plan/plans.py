"""The plans that were kept, newest first: what each trades, how far it is and what is due next."""

from collections.abc import Sequence
from typing import NamedTuple

from cockpit.calculators.common.words import base_words
from cockpit.calculators.plan_fills import next_leg
from cockpit.calculators.saved_plans import SavedPlan, progress
from cockpit.core.units import NS_PER_S, utc
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.plan.legs import late
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, framed, right

TITLE = "plans"
HZ = 1.0
_MADE, _DONE, _GAP = 8, 5, 2
_LEAST_NAME, _WHOLE_NAME, _MOST_NAME, _SIDE, _NEXT = 14, 24, 34, 13, 24


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    board, inner = readings.ui.plans, width - 2
    rows = max(1, height - 3)
    top = max(0, min(board.row - rows // 2, len(board.saved) - rows))
    body: list[Line] = [_heads(inner)] if board.saved else []
    body += [
        _row(readings, plan, at == board.row, inner)
        for at, plan in enumerate(board.saved[top : top + rows], top)
    ]
    if not board.saved:
        body = [[(" none is kept: W keeps the legs on the screen", "dim")]]
    return framed(
        body,
        width,
        height,
        title=[("plans", "title"), (" · kept", "dim")],
        note=f"{len(board.saved)}" if len(board.saved) > rows else "",
        verdict=[("enter opens · again: back to what is proposed · D deletes", "dim")]
        if readings.ui.focus == TITLE and board.saved
        else [],
        focused=readings.ui.focus == TITLE,
    )


class _Sizes(NamedTuple):
    """Cells of the columns; 0 for one that has no room. What is due next matters most."""

    name: int
    side: int
    following: int
    kept: int


def _sizes(inner: int) -> _Sizes:
    left = inner - 1 - _DONE - _GAP
    found = {"following": 0, "side": 0, "kept": 0}
    for column, size in (("following", _NEXT), ("side", _SIDE), ("kept", _MADE)):
        if left - size - _GAP >= (_LEAST_NAME if column != "kept" else _WHOLE_NAME):
            found[column] = size
            left -= size + _GAP
    return _Sizes(name=max(4, min(_MOST_NAME, left - _GAP)), **found)


def _heads(inner: int) -> Line:
    sizes = _sizes(inner)
    cells = [("plan", "dim"), ("side", "dim"), ("done", "dim"), ("next", "dim"), ("kept", "dim")]
    return [(" ", "dim"), *_cells(sizes, cells)]


def _cells(sizes: _Sizes, cells: Sequence[tuple[str, str]]) -> Line:
    """Name, side, done, next and kept at their widths; those without room left out."""
    widths = (sizes.name, sizes.side, _DONE, sizes.following, sizes.kept)
    line: Line = []
    for (text, role), width, place in zip(
        cells, widths, (fit, fit, right, fit, right), strict=True
    ):
        if width:
            line.append((place(text, width) + " " * _GAP, role))
    return line


def _row(readings: Readings, plan: SavedPlan, chosen: bool, inner: int) -> Line:
    done = progress(plan)
    state = "done" if done.is_done else fmt.done_share(done.filled_frac)
    is_open = plan.name == readings.ui.plans.opened
    cells = [
        (clean(plan.name), "number" if is_open else "text"),
        (_side(plan), "text"),
        (state, "gain" if done.is_done else "text"),
        _next(plan, readings.venue_now_ns),
        (f"{utc(plan.at_ns):%d %H:%M}", "dim"),
    ]
    return [("▌" if chosen else " ", "accent"), *_cells(_sizes(inner), cells)]


def _side(plan: SavedPlan) -> str:
    """`buy 1.2 BTC`; legs that offset each other are a pair, several coins are counted."""
    symbols = list(dict.fromkeys(leg.symbol for leg in plan.legs))
    if len(symbols) > 1:
        return f"{len(symbols)} coins"
    sides = {leg.side for leg in plan.legs}
    if len(sides) == 2:
        return f"pair {symbols[0]}"
    if not plan.legs:
        return fmt.MISSING
    size = sum(leg.size for leg in plan.legs)
    return f"{plan.legs[0].side.value} {base_words(float(f'{size:.4g}'))} {symbols[0]}"


def _next(plan: SavedPlan, now_ns: int) -> tuple[str, str]:
    """The first leg that is left: when, how much and where."""
    number = next_leg(plan)
    if number is None:
        return fmt.MISSING, "dim"
    leg = plan.legs[number]
    left = progress(plan).legs[number].left
    what = f"{base_words(float(f'{left:.4g}'))} {leg.venue}"
    if leg.not_before_ns is None:
        return f"now {what}", "text"
    wait_s = (leg.not_before_ns - now_ns) / NS_PER_S
    if wait_s <= 0:
        return f"late {late(-wait_s)} {what}", "warn"
    return f"in {fmt.countdown(wait_s)} {what}", "text"
