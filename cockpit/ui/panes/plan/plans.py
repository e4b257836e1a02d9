"""The plans that were kept, newest first: how far each has come and what stands open in it."""

from cockpit.calculators.common.words import base_words
from cockpit.calculators.saved_plans import SavedPlan, progress
from cockpit.core.units import utc
from cockpit.ui.model.readings import Readings
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, framed, right

TITLE = "plans"
HZ = 1.0


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    board, inner = readings.ui.plans, width - 2
    rows = max(1, height - 2)
    top = max(0, min(board.row - rows // 2, len(board.saved) - rows))
    body = [
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


def _row(readings: Readings, plan: SavedPlan, chosen: bool, inner: int) -> Line:
    done = progress(plan)
    state = "done" if done.is_done else f"{done.filled_frac:.0%}"
    open_now = ", ".join(
        f"{'+' if base > 0 else fmt.MINUS}{base_words(abs(base))} {symbol}"
        for symbol, base in done.unhedged.items()
        if base and plan.fills
    )
    name = max(10, inner - 36)
    is_open = plan.name == readings.ui.plans.opened
    return [
        ("▌" if chosen else " ", "accent"),
        (fit(clean(plan.name), name), "number" if is_open else "text"),
        (right(f"{utc(plan.at_ns):%d %H:%M}", 9), "dim"),
        (right(state, 6), "gain" if done.is_done else "text"),
        (fit("  " + open_now, max(0, inner - name - 16)), "warn"),
    ]
