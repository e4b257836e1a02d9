"""Keys of POSITIONS by trade: walk, open, name, split and make trades, and calculate with one.

A trade is taken as one thing: `H` closes what nothing hedges of it, `S` closes its legs together,
or the one that is counted alone, `X` stresses it, `C` looks at its pair again.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from cockpit.core.typed import parse_number
from cockpit.desk.contract import MakeTrade, RenameTrade, SplitTrade
from cockpit.portfolio.positions import Row
from cockpit.portfolio.trades.reading import TradeReading
from cockpit.state.trades import LegKey
from cockpit.ui.input import navigation, plan_actions
from cockpit.ui.input.host import Host, PromptSpec
from cockpit.ui.input.way_out import as_positions, way_out
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.position_selection import Key
from cockpit.ui.readings.positions import chosen, is_followed, key_of, portfolio
from cockpit.ui.readings.positions import selected as selected_row
from cockpit.ui.readings.trades import (
    Entry,
    cursor,
    entries,
    leg_key,
    legs_of,
    opened,
    point,
    rows_of,
    selected,
    trade_of,
)
from cockpit.ui.text.form_values import plain
from cockpit.ui.text.styled import clean

PANE: Final = "positions"
HELD: Final = "the trade"
SPLIT: Final = "split"
TARGET: Final = "target="
MOST_NAME: Final = 60


def meaning(action_id: str, host: Host) -> navigation.Handler | None:
    """What a key means while positions stand by trade; None where it means what it does else."""
    is_here = host.ui.focus == PANE and host.ui.positions.group == "trade"
    if not is_here or host.readings.moment is not None:
        return None
    return _HANDLERS.get(action_id)


# --- walking --------------------------------------------------------------------------------------


def _move(step: int) -> navigation.Handler:
    def handler(host: Host, count: int) -> None:
        if opened(host.readings) is not None:
            selection = host.ui.trades
            selection.top = max(0, selection.top - step * max(1, count))
            return
        at = cursor(host.readings, entries(host.readings))
        point(host.readings, at + step * max(1, count))

    return handler


def _first(host: Host, count: int) -> None:
    point(host.readings, count - 1 if count else 0)


def _last(host: Host, count: int) -> None:
    point(host.readings, (count or len(entries(host.readings))) - 1)


def _enter(host: Host, count: int) -> None:
    """Open the trade; of a position that belongs to none, its market."""
    entry = selected(host.readings)
    if entry is None:
        return
    point(host.readings, cursor(host.readings, entries(host.readings)))
    if entry.trade is not None and not host.ui.trades.opened:
        host.ui.trades.opened, host.ui.trades.top = entry.trade.record.id, 0
    else:
        navigation.go(host, "depth")


def _back(host: Host, count: int) -> None:
    positions = host.ui.positions
    if host.ui.trades.opened:
        host.ui.trades.opened = ""
    elif positions.chosen:
        positions.chosen = frozenset()
    elif positions.filter:
        positions.filter = ""
    else:
        navigation.back(host, count)


def _mark(host: Host, _: int) -> None:
    """Mark the positions of the entry, or take their marks away; the cursor goes on."""
    entry = selected(host.readings)
    if entry is not None:
        host.ui.positions.chosen ^= {key_of(row) for row in rows_of(host.readings, entry)}
        _move(1)(host, 1)


def _unsorted(host: Host, _: int) -> None:
    host.say("trades stand by asset, the oldest first; / finds one", "info")


# --- names ----------------------------------------------------------------------------------------


def make_or_name(host: Host, _: int) -> None:
    """One trade of what is marked; without marks a name for the trade here, or its end."""
    keys = [_leg_key(key) for key in sorted(host.ui.positions.chosen)]
    trade = _trade_here(host)
    if keys:
        _make(host, keys)
    elif trade is not None:
        _name(host, trade)
    else:
        mark = host.keymap.shown("position.mark")
        host.say(f"{mark} marks positions, then this makes one trade of them", "warn")


def of_plan(host: Host, _: int) -> None:
    """One trade of the positions that the fills of the plan under the cursor made."""
    plans = host.ui.plans
    plan = plans.saved[plans.row] if plans.row < len(plans.saved) else None
    if plan is None:
        host.say("no plan is kept: W keeps the legs on the screen", "warn")
        return
    filled = {
        (plan.legs[fill.leg].venue, plan.legs[fill.leg].symbol): plan.legs[fill.leg].side.sign
        for fill in plan.fills
    }
    rows = [
        row
        for row in portfolio(host.readings).rows
        if row.leg.size * filled.get((row.leg.venue, row.leg.symbol), 0) > 0
    ]
    keys = [leg_key(row) for row in rows]
    missing = len(filled) - len({(row.leg.venue, row.leg.symbol) for row in rows})
    if not filled or missing:
        words = f"{missing} of its filled legs are not held" if filled else "no leg of it is filled"
        host.say(f"{clean(plan.name)}: {words}", "warn")
    elif len(keys) > len(filled):
        host.say(
            f"{clean(plan.name)}: held in several accounts; mark its legs in POSITIONS", "warn"
        )
    else:
        host.desk.post(MakeTrade(tuple(sorted(keys)), clean(plan.name)[:MOST_NAME], "plan"))
        host.say(f"{clean(plan.name)} is a trade of {len(keys)} legs", "info")


def _make(host: Host, keys: list[LegKey]) -> None:
    def accept(text: str) -> str:
        host.desk.post(MakeTrade(tuple(keys), clean(text).strip()[:MOST_NAME]))
        host.ui.positions.chosen = frozenset()
        return ""

    host.ask(
        PromptSpec(
            mark="T",
            title=f"one trade of {len(keys)} marked positions",
            hint="its name, or nothing · enter makes it · esc closes",
            accept=accept,
            done=lambda _: host.redraw(),
        )
    )


def _name(host: Host, trade: TradeReading) -> None:
    record = trade.record

    def accept(text: str) -> str:
        if text.strip() == SPLIT:
            host.desk.post(SplitTrade(record.id))
            host.ui.trades.opened = ""
            return ""
        words = text.split()
        targets = [word.removeprefix(TARGET) for word in words if word.startswith(TARGET)]
        name = " ".join(word for word in words if not word.startswith(TARGET))
        try:
            target = parse_number(targets[-1], "usd") if targets else None
        except ValueError as error:
            return f"target: {error}"
        host.desk.post(RenameTrade(record.id, clean(name)[:MOST_NAME], target))
        return ""

    target = "" if record.target_usd is None else f" {TARGET}{plain(record.target_usd)}"
    host.ask(
        PromptSpec(
            mark="T",
            title=f"name of {trade.name}",
            hint=f"{TARGET}250 is a profit to wait for · {SPLIT} takes it apart · esc closes",
            text=f"{record.name}{target}".strip(),
            accept=accept,
            done=lambda _: host.redraw(),
        )
    )


def _trade_here(host: Host) -> TradeReading | None:
    if host.ui.positions.group == "trade":
        entry = selected(host.readings)
        return entry.trade if entry is not None else None
    row = selected_row(host.readings)
    return trade_of(host.readings, row) if row is not None else None


def _leg_key(key: Key) -> LegKey:
    source, venue, account, pool, symbol = key
    return LegKey(venue, account, pool, symbol, source == "manual")


# --- into a calculator ----------------------------------------------------------------------------


def _calculate(name: str) -> navigation.Handler:
    def handler(host: Host, count: int) -> None:
        readings, selection = host.readings, host.ui.positions
        entry = selected(readings)
        taken = [] if entry is None else _taken(host, entry)
        if entry is None or not taken:
            host.say("nothing of it is held now", "warn")
            return
        if name in ("stagger", "carry"):
            taken = _one_asset(host, name, taken, entry)
        marks = selection.chosen
        selection.chosen = frozenset(key_of(row) for row in taken)
        way = way_out(taken) if name == "stagger" and not count else name
        try:
            if way == "stagger":
                taken = _one_leg(host, taken, count)
                if not taken:
                    return
            point(readings, cursor(readings, entries(readings)))
            plan_actions.open_calculator(host, way)
            naked = 0.0 if marks else _naked(entry)
            _FILL[way](host.ui.forms.open(way), taken, naked)
        finally:
            selection.chosen = marks

    return handler


def _taken(host: Host, entry: Entry) -> list[Row]:
    """The legs, each of the size that belongs to the trade; without marks only these."""
    readings = host.readings
    if host.ui.positions.chosen:
        return chosen(readings)
    shares = {leg.key: leg.share for leg in entry.trade.legs} if entry.trade else {}
    return [
        replace(row, leg=replace(row.leg, size=row.leg.size * shares.get(leg_key(row), 1.0)))
        for row in rows_of(readings, entry)
    ]


def _one_asset(host: Host, name: str, taken: list[Row], entry: Entry) -> list[Row]:
    """What is marked of the cursor's asset; of the first that is marked where that is not."""
    here = {leg.symbol for leg in legs_of(entry)}
    first = next((row for row in taken if row.leg.symbol in here), taken[0])
    mine = [row for row in taken if row.leg.symbol == first.leg.symbol]
    if len(mine) < len(taken):
        host.say(f"{name} is of one asset: {first.leg.symbol}", "info")
    return mine


def _one_leg(host: Host, taken: list[Row], count: int) -> list[Row]:
    """The first leg that can be traded, or with a count that one; what stays is said."""
    tradable = [row for row in taken if is_followed(host.readings, row)]
    if not tradable:
        host.say(f"{taken[0].leg.venue} is not followed: there is no book to close it on", "warn")
        return []
    at = min(max(1, count), len(tradable)) - 1
    others = [row.leg for row in taken if row is not tradable[at]]
    if others:
        names = ", ".join(f"{plain(leg.size)} {leg.symbol} on {leg.venue}" for leg in others)
        number = taken.index(tradable[at]) + 1
        host.say(f"leg {number} of {len(taken)} alone: {names} stays open", "warn")
    return [tradable[at]]


def _put(form: Form, **given: str) -> None:
    known = {field.name for field in form.fields}
    for key, text in given.items():
        if key in known:
            form.put(key, text, HELD)


def _hedge(form: Form, taken: list[Row], naked: float) -> None:
    """What nothing hedges, held where most of its side is; of a hedged trade all of its legs."""
    if not naked:
        _put(form, positions=as_positions(taken), symbol="", size="", venue="", book="")
        return
    mine = [row.leg for row in taken if row.leg.size * naked > 0]
    leg = max(mine, key=lambda one: abs(one.size))
    _put(form, symbol=leg.symbol, size=plain(naked), venue=leg.venue, positions="", book="")


def _naked(entry: Entry) -> float:
    """Base units that nothing hedges, signed."""
    if entry.orphan is not None:
        return entry.orphan.size
    orphan = entry.trade.orphan_base if entry.trade is not None else None
    return 0.0 if orphan is None else float(f"{orphan:.12g}")


def _stagger(form: Form, taken: list[Row], _: float) -> None:
    leg = taken[0].leg
    side = "sell" if leg.size > 0 else "buy"
    _put(form, symbol=leg.symbol, side=side, size=plain(abs(leg.size)), size_usd="")
    _put(form, venues=leg.venue)


def _unwind(form: Form, taken: list[Row], _: float) -> None:
    _put(form, positions=as_positions(taken), symbol="")


def _carry(form: Form, taken: list[Row], _: float) -> None:
    legs = [row.leg for row in taken]
    long = next((leg.venue for leg in legs if leg.size > 0), "")
    short = next((leg.venue for leg in legs if leg.size < 0), "")
    size = max(abs(leg.size) for leg in legs)
    _put(form, symbol=legs[0].symbol, size=plain(size), notional_usd="")
    suggested = [form.text("long_venue"), form.text("short_venue")]
    other = next((name for name in suggested if name and name != (long or short)), "")
    _put(form, long_venue=long or other, short_venue=short or other)


def _stress(form: Form, taken: list[Row], _: float) -> None:
    _put(form, positions=as_positions(taken))


_FILL = {
    "stagger": _stagger, "unwind": _unwind, "hedge": _hedge, "carry": _carry, "stress": _stress,
}  # fmt: skip
_HANDLERS: Mapping[str, navigation.Handler] = {
    "cursor.up": _move(-1),
    "cursor.down": _move(1),
    "cursor.first": _first,
    "cursor.last": _last,
    "pane.focus": _enter,
    "app.back": _back,
    "position.mark": _mark,
    "view.sort": _unsorted,
    "view.unsort": _unsorted,
    **{f"calc.{name}": _calculate(name) for name in ("stagger", "hedge", "carry", "stress")},
}
HANDLERS: Mapping[str, navigation.Handler] = {"trade.make": make_or_name, "plan.trade": of_plan}
