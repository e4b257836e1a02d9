"""The legs of the plan on the screen, and of a kept one what is filled, left and standing open."""

from cockpit.calculators.common.words import base_words, usd_words
from cockpit.calculators.plan_fills import is_two_sided, still_to_trade
from cockpit.calculators.saved_plans import LegProgress, Progress, SavedPlan, progress
from cockpit.core.plan import Leg
from cockpit.core.units import NS_PER_S, utc
from cockpit.state.view import MarketRead
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.plan_fills import seen
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, framed, longest, right, width_of, wrap

TITLE = "legs"
HZ = 2.0
_KEPT = ["left", "touch", "room", "limit", "filled", "average"]
"""Columns of a kept plan; where there is little room the first ones stay."""
_SIDE = {"buy": "bid", "sell": "ask"}


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    plan, legs = readings.ui.plans.shown, readings.ui.plans.legs(readings.ui.forms)
    inner, room = width - 2, height - 2
    done = progress(plan) if plan else None
    below = _below(readings, plan, done, inner) if legs else []
    body: list[Line] = []
    if not legs:
        body = [[], [(" no legs: C, H or S proposes some", "dim")]]
        body += [[(f" {part}", "dim")] for part in wrap(_why_none(readings), inner - 2)]
    else:
        rows = max(1, room - 1 - len(below))
        top = max(0, min(readings.ui.plans.leg - rows // 2, len(legs) - rows))
        table = _table(readings, legs, plan, done)
        body = [_cut(line, inner) for line in (table[0], *table[1 + top : 1 + top + rows])]
        body += [[]] * (room - len(body) - len(below))
    return framed(
        [*body, *below],
        width,
        height,
        title=_title(readings, plan, done),
        note=f"{len(legs)} legs" if len(legs) > 1 else "",
        verdict=_advice(readings, plan, width - 4),
        focused=readings.ui.focus == TITLE,
    )


def _why_none(readings: Readings) -> str:
    form = readings.ui.forms.shown
    if form is not None and form.is_outdated:
        return "the inputs must be mended first"
    if form is None or form.result is None or form.result.plan is not None:
        return ""
    return f"{form.name} proposes none for these inputs"


def _title(readings: Readings, plan: SavedPlan | None, done: Progress | None) -> Line:
    if plan is not None and done is not None:
        state = "done" if done.is_done else f"{fmt.done_share(done.filled_frac)} filled"
        return [("legs", "title"), (f" · {plan.name}", "text"), (f" · {state}", "dim")]
    form = readings.ui.forms.shown
    return [("legs", "title"), (f" · proposed by {form.name}" if form else "", "dim")]


def _advice(readings: Readings, plan: SavedPlan | None, width: int) -> Line:
    if plan is None:
        return longest(width, [("W keeps this plan · Y copies one line a leg", "dim")], [])
    if seen(readings, plan):
        return longest(width, [("T takes the fills that were seen", "accent")], [])
    return longest(
        width,
        [("F filled · U takes the last fill back · W writes files · Y copies", "dim")],
        [("F filled · U undo · W · Y", "dim")],
    )


def _table(
    readings: Readings, legs: tuple[Leg, ...], plan: SavedPlan | None, done: Progress | None
) -> list[Line]:
    """A head and a line a leg; each column as wide as its widest cell."""
    states = done.legs if done else [None] * len(legs)
    cells = [_cells(readings, leg, state) for leg, state in zip(legs, states, strict=True)]
    heads = ["leg", "venue", "side", "size", "", "when"]
    heads += _KEPT if plan else ["limit", "touch", "room", "note"]
    widths = [max(len(head), *(len(row[i][0]) for row in cells)) for i, head in enumerate(heads)]
    left = {"venue", "side", "", "note"}
    lines: list[Line] = [[(" ", "dim")]]
    for head, size in zip(heads, widths, strict=True):
        lines[0].append(((fit if head in left else right)(head, size) + "  ", "dim"))
    for number, row in enumerate(cells):
        chosen = number == readings.ui.plans.leg
        line: Line = [("▌" if chosen else " ", "accent")]
        texts = [(str(number + 1), "dim"), *row[1:]]
        for head, size, (text, role) in zip(heads, widths, texts, strict=True):
            line.append(((fit if head in left else right)(text, size) + "  ", role))
        lines.append(line)
    return lines


def _cells(readings: Readings, leg: Leg, state: LegProgress | None) -> list[tuple[str, str]]:
    market = readings.view.market(leg.venue, leg.symbol)
    tick = market.instrument.tick if market and market.instrument else None
    limit = "market" if leg.limit is None else fmt.price(leg.limit, tick)
    is_done = state is not None and state.left == 0
    bright = "dim" if is_done else "number"
    row = [
        ("", "dim"),
        (leg.venue, readings.colour_of(leg.venue)),
        (leg.side.value, "dim" if is_done else _SIDE[leg.side.value]),
        (base_words(leg.size), bright),
        (leg.symbol, "text"),
        _when(leg, state, readings.venue_now_ns),
    ]
    touch, room = _touch(readings, leg, market, is_done=is_done)
    if state is None:
        return [*row, (limit, bright), touch, room, (clean(leg.note), "dim")]
    average = fmt.MISSING if state.average is None else fmt.price(state.average, tick)
    return [
        *row,
        (base_words(state.left) if state.left else "0", "dim" if is_done else "number"),
        touch,
        room,
        (limit, bright),
        (base_words(state.filled) if state.filled else "0", "gain" if is_done else "text"),
        (average, "text"),
    ]


def _touch(
    readings: Readings, leg: Leg, market: MarketRead | None, *, is_done: bool
) -> list[tuple[str, str]]:
    """The price that the leg would meet now, and the bps that its limit leaves beyond it: less
    than nothing is a price that the limit does not reach. Of an old book both say so."""
    book = market.book if market else None
    best = None if book is None else book.best_ask() if leg.side.sign > 0 else book.best_bid()
    if market is None or best is None or is_done:
        return [(fmt.MISSING, "dim"), (fmt.MISSING, "dim")]
    tick = market.instrument.tick if market.instrument else None
    cells = [(fmt.price(best[0], tick), "text"), ("any", "dim")]
    if leg.limit is not None:
        room = leg.side.sign * (leg.limit / best[0] - 1) * 1e4
        cells[1] = (f"{fmt.signed(room, 1)} bps", "gain" if room >= 0 else "loss")
    if market.is_stale("book", readings.now_ns):
        return [(fmt.STALE + text, "stale") for text, _ in cells]
    return cells


def _when(leg: Leg, state: LegProgress | None, now_ns: int) -> tuple[str, str]:
    """When it is due; of a kept plan how late it is."""
    if state is not None and state.left == 0:
        return "done", "dim"
    if leg.not_before_ns is None:
        return "now", "text"
    wait_s = (leg.not_before_ns - now_ns) / NS_PER_S
    if wait_s <= 0:
        return ("now", "accent") if state is None else (f"late {late(-wait_s)}", "warn")
    if wait_s < 3600:
        return f"in {fmt.countdown(wait_s)}", "text"
    return f"{utc(leg.not_before_ns):%H:%M}Z", "text"


def late(seconds: float) -> str:
    """How long ago: `3:10`, `2:03:10`, days."""
    whole = int(seconds)
    if whole >= 86_400:
        return f"{whole // 86_400} d"
    hours, rest = divmod(whole, 3600)
    text = f"{rest // 60:02d}:{rest % 60:02d}"
    return f"{hours}:{text}" if hours else text.removeprefix("0")


def _below(
    readings: Readings, plan: SavedPlan | None, done: Progress | None, inner: int
) -> list[Line]:
    """What a trader must know while he carries it out, in one sentence."""
    if plan is None or done is None:
        return []
    said, is_open = _state(readings, plan, done)
    if done.cost_usd is not None and done.estimate_usd is not None and done.filled_usd:
        cost, estimate = (usd / done.filled_usd * 1e4 for usd in (done.cost_usd, done.estimate_usd))
        said += f". Cost so far {fmt.bps(cost)} bps ({usd_words(done.cost_usd)})"
        said += f", estimated {fmt.bps(estimate)} bps ({usd_words(done.estimate_usd)})"
    elif plan.fills:
        said += ". Cost so far: a price or a fee was not known when the plan was kept"
    lines: list[Line] = [[]]
    lines += [
        [(f" {part}", "warn" if is_open else "number")] for part in wrap(f"{said}.", inner - 2)
    ]
    return lines + _seen_lines(readings, plan, inner)


def _state(readings: Readings, plan: SavedPlan, done: Progress) -> tuple[str, bool]:
    """How far it is, and whether something stands unhedged.

    What is left of legs that all go one way is still to be traded; of legs that offset each other
    what stands alone is open.
    """
    if done.is_done:
        return "Every leg is filled", False
    rest = [_amount(readings, symbol, base) for symbol, base in still_to_trade(plan).items()]
    left = f"still to be traded {', '.join(filter(None, rest))}" if any(rest) else ""
    if not plan.fills:
        return f"Nothing is filled yet; {left or 'the legs offset each other'}", False
    words = [
        _amount(readings, symbol, base)
        for symbol, base in done.unhedged.items()
        if is_two_sided(plan, symbol)
    ]
    filled = f"{fmt.done_share(done.filled_frac)} is filled"
    if any(words):
        return f"{filled}; unhedged now: {', '.join(filter(None, words))}", True
    return f"{filled}; {left or 'unhedged now: nothing'}", False


def _seen_lines(readings: Readings, plan: SavedPlan, inner: int) -> list[Line]:
    """Fills that followed accounts report and one key takes."""
    found = seen(readings, plan)
    if not found:
        return []
    parts = [
        f"{base_words(float(f'{one.size:.6g}'))} at {one.price:g} for leg {one.leg + 1}"
        for one in found
    ]
    more = f" and {len(parts) - 3} more" if len(parts) > 3 else ""
    words = f"Seen on the accounts: {', '.join(parts[:3])}{more}. T takes them."
    return [[(f" {part}", "accent")] for part in wrap(words, inner - 2)]


def _amount(readings: Readings, symbol: str, base: float) -> str:
    """`+0.5 BTC ($32.0k)`; empty for nothing."""
    if base == 0:
        return ""
    prices = (readings.view.market(v.name, symbol) for v in readings.venues)
    mid = next((m.book.mid() or m.mark for m in prices if m and (m.book.mid() or m.mark)), None)
    usd = f" ({usd_words(base * mid)})" if mid is not None else ""
    return f"{'+' if base > 0 else fmt.MINUS}{base_words(abs(base))} {symbol}{usd}"


def _cut(line: Line, width: int) -> Line:
    """Whole cells only: a column that does not fit is left out."""
    out: Line = []
    for i, span in enumerate(line):
        if width_of([*out, span]) > width:
            last = i == len(line) - 1 and width - width_of(out) > 6
            text = fit(span[0].rstrip(), width - width_of(out))
            return [*out, (text, span[1])] if last else out
        out.append(span)
    return out
