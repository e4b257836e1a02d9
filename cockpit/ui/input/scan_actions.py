"""Keys and verbs of SCAN: which pairs, at which hold, and one of them into a calculator."""

from collections.abc import Callable, Mapping, Sequence

import msgspec

from cockpit.calculators.scan.where import NAMES, NUMBERS, parse_where
from cockpit.core.assets import listed_symbol
from cockpit.core.errors import InputError
from cockpit.core.typed import parse_duration
from cockpit.desk.contract import Watch
from cockpit.ui.input import navigation, plan_actions, table_keys
from cockpit.ui.input.host import Host
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.scan_state import HOLDS_H, SPANS
from cockpit.ui.model.table import TableCursor
from cockpit.ui.readings.scan import best_symbols, scan_view, selected, shown_view
from cockpit.ui.readings.scan_columns import ScanRow
from cockpit.ui.text.form_values import plain

Command = Callable[[], object]
PANES = ("scan", "scan_pair")
SOURCE = "the scan's row"
ALL = "all"
MOST_HOLD_H = 8760
MOST_WATCHED = 100


# --- rows ---------------------------------------------------------------------------------------


def closer(host: Host, count: int) -> None:
    """All pairs of the coin under the cursor; of one of them, or of the only one, its carry."""
    state, row = host.ui.scan, selected(host.readings)
    if row is None:
        host.say("it makes no pair: it takes two venues that list the same coin", "info")
        return
    if not state.asset:
        state.asset, state.before = row.symbol, state.cursor
        state.cursor = TableCursor(column=state.cursor.column)
        view = scan_view(host.readings)
        if view is not None and len(view.rows) > 1:
            return
        _leave_asset(host)
    calculating("carry")(host, count)


def show_asset(host: Host, symbol: str) -> None:
    """All pairs of a coin, from wherever the trader is."""
    state = host.ui.scan
    if not state.asset:
        state.before = state.cursor
    state.asset, state.cursor = symbol, TableCursor(column=state.cursor.column)
    navigation.go(host, "scan")


def _leave_asset(host: Host) -> None:
    """The cursor stands where it stood."""
    state = host.ui.scan
    state.asset = ""
    if state.before is not None:
        state.cursor, state.before = state.before, None


def back(host: Host, count: int) -> None:
    state = host.ui.scan
    if state.asset and not state.cursor.filter:
        _leave_asset(host)
    else:
        _TABLE["app.back"](host, count)


def toggle_coins(host: Host, _: int) -> None:
    """Every coin's rate at each venue, or the pairs again."""
    state = host.ui.scan
    if state.asset:
        _leave_asset(host)
    state.shows_coins = not state.shows_coins


def next_span(host: Host, count: int) -> None:
    """Rates of now, or means of what was paid: of coins, where each venue stands alone."""
    state = host.ui.scan
    if not state.is_of_coins:
        navigation.next_cell(host, count)
        return
    state.span = SPANS[(SPANS.index(state.span) + 1) % len(SPANS)]


def toggle_failing(host: Host, _: int) -> None:
    state = host.ui.scan
    state.hides_failing = not state.hides_failing
    _to_top(host)


def next_hold(host: Host, _: int) -> None:
    state = host.ui.scan
    state.hold_h = next((hours for hours in HOLDS_H if hours > state.hold_h), HOLDS_H[0])


def watch(host: Host, _: int) -> None:
    """Pin the coin to the watch list: it has a row in MARKETS from now on."""
    row = selected(host.readings)
    if row is None:
        return
    symbol, watched = _listed_as(row), host.desk.view.symbols()
    if symbol in watched:
        host.say(f"{symbol} is watched already; :drop {symbol}", "info")
        return
    host.desk.post(Watch((*watched, symbol)))
    host.say(f"{symbol} is watched: it has a row in MARKETS", "info")


def _to_top(host: Host) -> None:
    view = scan_view(host.readings)
    if view is not None:
        view.release()


def _listed_as(row: ScanRow) -> str:
    """The symbol as venues list it, also of a second coin of that name."""
    return listed_symbol(row.symbol)


# --- into a calculator --------------------------------------------------------------------------


def calculating(name: str) -> navigation.Handler:
    """Open a calculator on the row's pair, at the size and hold of the scan."""

    def handler(host: Host, _: int) -> None:
        row = selected(host.readings)
        if row is None:
            host.say("no pair is under the cursor", "warn")
            return
        plan_actions.open_calculator(host, name)
        form = host.ui.forms.open(name)
        _FILL[name](host, form, row)

    return handler


def _put(form: Form, **given: str) -> None:
    known = {field.name for field in form.fields}
    for key, text in given.items():
        if key in known:
            form.put(key, text, SOURCE)


def _carry(host: Host, form: Form, row: ScanRow) -> None:
    long, short = row.venues
    _put(
        form, symbol=_listed_as(row), long_venue=long, short_venue=short, size="",
        notional_usd=plain(host.ui.size_usd), hold_h=str(host.ui.scan.hold_h),
    )  # fmt: skip


def _hedge(host: Host, form: Form, row: ScanRow) -> None:
    """The long leg as if it were held, to be hedged at the short leg's venue."""
    long, short = row.venues
    size = _base_size(host, row, long)
    _put(
        form, symbol=_listed_as(row), size="" if size is None else plain(size), venue=long,
        venues=short, book="", positions="", hold_h=str(host.ui.scan.hold_h),
    )  # fmt: skip


def _stagger(host: Host, form: Form, row: ScanRow) -> None:
    """Into the long leg, slice by slice."""
    _put(
        form, symbol=_listed_as(row), side="buy", size="", size_usd=plain(host.ui.size_usd),
        venues=row.venues[0],
    )  # fmt: skip


def _stress(host: Host, form: Form, row: ScanRow) -> None:
    """Both legs, as if they were held."""
    legs = []
    for venue, sign in zip(row.venues, (1, -1), strict=True):
        size = _base_size(host, row, venue)
        if size is not None:
            legs.append({"venue": venue, "symbol": _listed_as(row), "size": sign * size})
    for key in [key for key in form.given if key.startswith("equity_usd.")]:
        form.put(key, "", SOURCE)
    _put(form, plan="", positions=msgspec.json.encode(legs).decode() if legs else "")


def _base_size(host: Host, row: ScanRow, venue: str) -> float | None:
    """About four digits of base units; None where the venue states no price."""
    market = host.readings.view.market(venue, _listed_as(row))
    price = None if market is None else market.book.mid() or market.mark
    return None if price is None else float(f"{host.ui.size_usd / price:.4g}")


_FILL: Mapping[str, Callable[[Host, Form, ScanRow], None]] = {
    "carry": _carry, "hedge": _hedge, "stagger": _stagger, "stress": _stress,
}  # fmt: skip


# --- verbs --------------------------------------------------------------------------------------


def read_where(host: Host, words: Sequence[str]) -> Command:
    """`:where net>50 and oi>5m`; `:where all` shows every pair again."""
    text = " ".join(words)
    if text.casefold() == ALL:
        text = ""
    else:
        try:
            parse_where(text)
        except ValueError as error:
            raise InputError(str(error)) from None

    def command() -> None:
        host.ui.scan.where = text
        navigation.go(host, "scan")
        _to_top(host)

    return command


def where_words(_: Host, __: int) -> Sequence[str]:
    return (*NUMBERS, *NAMES, ALL)


def read_hold(host: Host, words: Sequence[str]) -> Command:
    text = " ".join(words)
    try:
        hours = parse_duration(text) / 3600
    except ValueError:
        hours = 0.5
    if hours != int(hours) or not 1 <= hours <= MOST_HOLD_H:
        raise InputError(f"{text!r} is not a hold; expected whole hours such as 24h or 7d")

    def command() -> None:
        host.ui.scan.hold_h = int(hours)

    return command


def read_watch(host: Host, words: Sequence[str]) -> Command:
    """`scan 20`: the coins of the best pairs, in place of what is watched."""
    pairs = host.readings.scan.pairs
    text = words[0] if words else "20"
    if not text.isdecimal() or not 1 <= int(text) <= MOST_WATCHED or len(words) > 1:
        raise InputError(f"write :watch scan N, from 1 to {MOST_WATCHED} coins")
    if pairs is None:
        raise InputError("nothing is ranked yet: SCAN ranks while it is open")
    symbols = best_symbols(pairs, int(text))
    if not symbols:
        raise InputError("no pair of the scan is known well enough to be ranked")
    return lambda: host.desk.post(Watch(symbols))


_TABLE = table_keys.handlers(lambda host: shown_view(host.readings), "rows")
_KEYS: Mapping[str, navigation.Handler] = {
    **_TABLE,
    "app.back": back,
    "pane.focus": closer,
    "view.pin": watch,
    "view.span": next_hold,
    "view.cell": next_span,
    **{f"calc.{name}": calculating(name) for name in _FILL},
}
HANDLERS: Mapping[str, navigation.Handler] = {
    "scan.failing": toggle_failing, "scan.coins": toggle_coins,
}  # fmt: skip
LOCAL: Mapping[str, Mapping[str, navigation.Handler]] = dict.fromkeys(PANES, _KEYS)
"""Pane -> what keys of the table mean in it instead of what they mean everywhere."""
