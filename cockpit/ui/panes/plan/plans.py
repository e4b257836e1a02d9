"""The plans that were kept, newest first: what each trades, how far it is and what is due next."""

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
_LEAST_NAME, _MOST_NAME, _SIDE, _NEXT = 12, 28, 14, 24


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


def _sizes(inner: int) -> tuple[int, int, int]:
    """Cells of the name, of the side and of the next slice; the last ones go first."""
    left = inner - 1 - _MADE - _DONE - 2 * _GAP
    following = _NEXT if left - _NEXT - _GAP >= _LEAST_NAME else 0
    left -= following + _GAP * bool(following)
    side = _SIDE if left - _SIDE - _GAP >= _LEAST_NAME else 0
    left -= side + _GAP * bool(side)
    return max(4, min(_MOST_NAME, left)), side, following


def _heads(inner: int) -> Line:
    name, side, following = _sizes(inner)
    line: Line = [(" " + fit("plan", name + _GAP), "dim")]
    if side:
        line.append((fit("side", side + _GAP), "dim"))
    line += [(right("done", _DONE) + " " * _GAP, "dim")]
    if following:
        line.append((fit("next", following + _GAP), "dim"))
    return [*line, (right("kept", _MADE), "dim")]


def _row(readings: Readings, plan: SavedPlan, chosen: bool, inner: int) -> Line:
    name, side, following = _sizes(inner)
    done = progress(plan)
    state = "done" if done.is_done else f"{done.filled_frac:.0%}"
    is_open = plan.name == readings.ui.plans.opened
    line: Line = [
        ("▌" if chosen else " ", "accent"),
        (fit(clean(plan.name), name + _GAP), "number" if is_open else "text"),
    ]
    if side:
        line.append((fit(_side(plan), side + _GAP), "text"))
    line.append((right(state, _DONE) + " " * _GAP, "gain" if done.is_done else "text"))
    if following:
        text, role = _next(plan, readings.now_ns)
        line.append((fit(text, following + _GAP), role))
    return [*line, (right(f"{utc(plan.at_ns):%d %H:%M}", _MADE), "dim")]


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
    what = f"{base_words(float(f'{leg.size:.4g}'))} {leg.venue}"
    if leg.not_before_ns is None:
        return f"now {what}", "text"
    wait_s = (leg.not_before_ns - now_ns) / NS_PER_S
    if wait_s <= 0:
        return f"late {late(-wait_s)} {what}", "warn"
    return f"in {fmt.countdown(wait_s)} {what}", "text"
