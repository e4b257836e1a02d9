"""The legs of the plan on the screen, and of a kept one what is filled, left and standing open."""

from cockpit.calculators.common.words import base_words, usd_words
from cockpit.calculators.saved_plans import LegProgress, Progress, SavedPlan, progress
from cockpit.core.plan import Leg
from cockpit.core.units import NS_PER_S, utc
from cockpit.ui.model.readings import Readings
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, fit, framed, longest, right, width_of, wrap

TITLE = "legs"
HZ = 2.0
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
        verdict=_advice(plan, width - 4),
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
        state = "done" if done.is_done else f"{done.filled_frac:.0%} filled"
        return [("legs", "title"), (f" · {plan.name}", "text"), (f" · {state}", "dim")]
    form = readings.ui.forms.shown
    return [("legs", "title"), (f" · proposed by {form.name}" if form else "", "dim")]


def _advice(plan: SavedPlan | None, width: int) -> Line:
    if plan is None:
        return longest(width, [("W keeps this plan · Y copies one line a leg", "dim")], [])
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
    heads = ["leg", "venue", "side", "size", "", "limit", "when"]
    heads += ["left", "filled", "average"] if plan else ["note"]
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
        (limit, bright),
        _when(leg, readings.now_ns),
    ]
    if state is None:
        return [*row, (clean(leg.note), "dim")]
    average = fmt.MISSING if state.average is None else fmt.price(state.average, tick)
    return [
        *row,
        (base_words(state.left) if state.left else "0", "dim" if is_done else "number"),
        (base_words(state.filled) if state.filled else "0", "gain" if is_done else "text"),
        (average, "text"),
    ]


def _when(leg: Leg, now_ns: int) -> tuple[str, str]:
    if leg.not_before_ns is None:
        return "now", "text"
    wait_s = (leg.not_before_ns - now_ns) / NS_PER_S
    if wait_s <= 0:
        return "now", "accent"
    if wait_s < 3600:
        return f"in {fmt.countdown(wait_s)}", "text"
    return f"{utc(leg.not_before_ns):%H:%M}Z", "text"


def _below(
    readings: Readings, plan: SavedPlan | None, done: Progress | None, inner: int
) -> list[Line]:
    """What a trader must know while he carries it out, in one sentence."""
    if plan is None or done is None:
        return []
    words = [_open_words(readings, symbol, base) for symbol, base in done.unhedged.items()]
    if done.is_done:
        said = "Every leg is filled"
    elif not plan.fills:
        said = "Nothing is filled yet; still to be traded: " + ", ".join(filter(None, words))
        if not any(words):
            said = "Nothing is filled yet; the legs offset each other"
    else:
        open_now = ", ".join(filter(None, words)) or "nothing"
        said = f"{done.filled_frac:.0%} is filled; unhedged now: {open_now}"
    if done.cost_usd is not None and done.estimate_usd is not None and done.filled_usd:
        cost, estimate = (usd / done.filled_usd * 1e4 for usd in (done.cost_usd, done.estimate_usd))
        said += f". Cost so far {fmt.bps(cost)} bps ({usd_words(done.cost_usd)})"
        said += f", estimated {fmt.bps(estimate)} bps ({usd_words(done.estimate_usd)})"
    elif plan.fills:
        said += ". Cost so far: a price or a fee was not known when the plan was kept"
    role = "warn" if any(words) and plan.fills and not done.is_done else "number"
    return [[], *([(f" {part}", role)] for part in wrap(f"{said}.", inner - 2))]


def _open_words(readings: Readings, symbol: str, base: float) -> str:
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
