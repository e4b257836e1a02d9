"""The command line: verbs with words after them, such as `:pair BTC VENUE VENUE`.

One table. A verb reads its words into a command, or raises InputError with the sentence that the
trader sees; nothing happens before the whole line is understood.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cockpit.calculators import CALCULATORS
from cockpit.calculators.saved_plans import check_name
from cockpit.core.account import normal_address
from cockpit.core.errors import CockpitError, InputError
from cockpit.core.names import did_you_mean
from cockpit.core.typed import (
    parse_duration,
    parse_list,
    parse_number,
    parse_symbol,
    parse_venue,
)
from cockpit.desk.contract import FollowAccount, Watch
from cockpit.storage import paths
from cockpit.ui.dialogs.search import Choice
from cockpit.ui.input import (
    alert_actions,
    export_actions,
    kept_plan_actions,
    navigation,
    past_actions,
    plan_actions,
    rule_actions,
    scan_actions,
    span_actions,
    tape_actions,
)
from cockpit.ui.input.host import Host
from cockpit.ui.input.market_selection import filter_rows, select_row, select_symbol, sort_rows
from cockpit.ui.layout.workspaces import WORKSPACES
from cockpit.ui.model.ui_state import (
    CELL_MODES,
    SORTS,
    TENORS,
    UNITS,
    CellMode,
    Tenor,
    UiState,
    Unit,
)
from cockpit.ui.theme.themes import load_theme, theme_names

Command = Callable[[], object]
Name = TypeVar("Name", bound=str)
_MIN_USD, _MAX_USD = 1.0, 1e10


@dataclass(frozen=True, slots=True)
class Verb:
    """`usage` is what is typed; `words` offers what may stand at a place, by the words before."""

    usage: str
    help: str
    read: Callable[[Host, Sequence[str]], Command]
    words: Callable[[Host, int], Iterable[str]] = lambda host, place: ()

    @property
    def name(self) -> str:
        return self.usage.partition(" ")[0]


def check(host: Host, line: str) -> str:
    """What is wrong with a line, in one sentence; empty when it can be run."""
    try:
        _read(host, line)
    except CockpitError as error:
        return error.ui_message
    return ""


def run(host: Host, line: str) -> None:
    """Do what the line says; a mistake is said on the screen."""
    try:
        _read(host, line)()
    except CockpitError as error:
        host.say(error.ui_message, "warn")


def complete(host: Host, line: str) -> list[Choice]:
    """What the line may become: verbs first, then the words that may stand at the end."""
    head, space, last = line.rpartition(" ")
    words = head.split()
    if not words:
        return [
            Choice(v.name + (" " if " " in v.usage else ""), v.usage, v.help)
            for v in VERBS
            if v.name.startswith(last.casefold())
        ]
    verb = _BY_NAME.get(words[0])
    if verb is None:
        return []
    first, comma, part = last.rpartition(",")
    return [
        Choice(f"{head}{space}{first}{comma}{word}", word)
        for word in verb.words(host, len(words))
        if word.casefold().startswith(part.casefold())
    ]


def _read(host: Host, line: str) -> Command:
    words = line.split()
    if not words:
        return lambda: None
    if len(words) == 1 and words[0].isdecimal():
        return lambda: select_row(host.readings, int(words[0]) - 1)
    verb = _BY_NAME.get(words[0].casefold())
    if verb is None:
        raise InputError(f"there is no command {words[0]!r}{did_you_mean(words[0], _BY_NAME)}")
    return verb.read(host, words[1:])


# --- words ------------------------------------------------------------------------------------


def _one(words: Sequence[str], usage: str) -> str:
    if len(words) != 1:
        raise InputError(f"write :{usage}")
    return words[0]


def _none(words: Sequence[str], usage: str) -> None:
    if words:
        raise InputError(f":{usage} takes no words after it")


def _among(word: str, known: Iterable[str], what: str) -> str:
    """The known name that the word means, whatever its case."""
    names = {name.casefold(): name for name in known}
    meant = names.get(word.casefold())
    if meant is None:
        hint = did_you_mean(word, names.values()) or f"; expected {', '.join(names.values())}"
        raise InputError(f"there is no {what} {word!r}{hint}")
    return meant


def _symbol_among(word: str, known: Sequence[str], what: str) -> str:
    """The known symbol that the word means: its own name first, else as venues write it."""
    is_own = word.casefold() in {name.casefold() for name in known}
    meant = word if is_own else parse_symbol(word)
    return _among(meant if meant in known else word, known, what)


def _venue_among(host: Host, word: str) -> str:
    """The venue that the word means: a name, its first letters, or two that are in it."""
    return _among(parse_venue(word, _venues(host)), _venues(host), "venue")


def _listed(host: Host) -> list[str]:
    """Every symbol that some venue lists, as far as their lists are known."""
    names = {i.symbol for venue in _venues(host) for i in host.desk.view.listed(venue)}
    return sorted(names)


def _venues(host: Host) -> list[str]:
    return [venue.name for venue in host.readings.venues]


def _symbols(host: Host, words: Sequence[str]) -> tuple[str, ...]:
    """A list of symbols, each checked against the venues' lists once these are known."""
    typed = _names(words)
    if not typed:
        raise InputError("name at least one symbol, such as BTC,ETH")
    known = _listed(host)
    if known:
        typed = [_symbol_among(name, known, "market") for name in typed]
    else:
        typed = [parse_symbol(name).partition("@")[0] for name in typed]
    return tuple(dict.fromkeys(typed))


def _names(words: Sequence[str]) -> list[str]:
    try:
        return parse_list(" ".join(words))
    except ValueError as error:
        raise InputError(str(error)) from None


def _dollars(word: str) -> float:
    try:
        usd = parse_number(word, "usd")
    except ValueError:
        usd = float("nan")
    if not _MIN_USD <= usd <= _MAX_USD:
        raise InputError(f"{word!r} is not a size in dollars such as 250k or 1.5m")
    return usd


# --- verbs ------------------------------------------------------------------------------------


def _symbol(host: Host, words: Sequence[str]) -> Command:
    watched = host.readings.view.symbols()
    name = _symbol_among(_one(words, "symbol SYMBOL"), watched, "watched symbol")

    def command() -> None:
        if name not in host.readings.symbols:
            filter_rows(host.readings, "")
        select_symbol(host.readings, name)

    return command


def _watching(host: Host, symbols: Iterable[str]) -> Command:
    wanted = tuple(dict.fromkeys(symbols))
    if not wanted:
        raise InputError("at least one symbol must be watched")

    def command() -> None:
        before = host.readings.symbol
        host.desk.post(Watch(wanted))
        select_symbol(host.readings, before)

    return command


def _watch(host: Host, words: Sequence[str]) -> Command:
    if words and words[0].casefold() == "scan":
        return scan_actions.read_watch(host, words[1:])
    return _watching(host, _symbols(host, words))


def _add(host: Host, words: Sequence[str]) -> Command:
    return _watching(host, (*host.desk.view.symbols(), *_symbols(host, words)))


def _drop(host: Host, words: Sequence[str]) -> Command:
    watched = host.desk.view.symbols()
    gone = {_symbol_among(name, watched, "watched symbol") for name in _names(words)}
    if not gone:
        raise InputError("name at least one symbol that is watched")
    return _watching(host, (name for name in watched if name not in gone))


def _account(host: Host, words: Sequence[str]) -> Command:
    """Follow a public address at once; what the venue says of it is told when it is read."""
    if len(words) != 2:
        raise InputError("write :account VENUE ADDRESS, the address a public one")
    venue, address = _venue_among(host, words[0]), normal_address(words[1])
    check = host.readings.specs[venue].check_address
    if check is None:
        raise InputError(f"{venue} does not show accounts by public address: A types a position")
    problem = check(address)
    if problem is not None:
        raise InputError(problem)

    def command() -> None:
        host.desk.post(FollowAccount(venue, address))
        navigation.go(host, "positions")

    return command


def _readable_venues(host: Host, place: int) -> Iterable[str]:
    """Venues that show accounts by public address."""
    specs = host.readings.specs
    return [name for name in _venues(host) if specs[name].check_address] if place == 1 else ()


def _pair(host: Host, words: Sequence[str]) -> Command:
    if len(words) != 3:
        raise InputError("write :pair SYMBOL VENUE VENUE")
    to_symbol = _symbol(host, words[:1])
    names = tuple(_venue_among(host, word) for word in words[1:])
    if names[0] == names[1]:
        raise InputError("a pair needs two different venues")

    def command() -> None:
        to_symbol()
        navigation.pin(host.readings, names)

    return command


def _theme(host: Host, words: Sequence[str]) -> Command:
    name = _among(_one(words, "theme NAME"), theme_names(paths.user_themes()), "theme")
    theme = load_theme(name, paths.user_themes())
    return lambda: host.wear(theme)


def _sort(host: Host, words: Sequence[str]) -> Command:
    word = _one(words, "sort WHAT")
    is_column = word.casefold() in SORTS
    meant = word if is_column else parse_venue(word, _venues(host))
    by = _among(meant, (*SORTS, *_venues(host)), "column")
    again = host.ui.sort == by and not host.ui.ascending
    return lambda: sort_rows(host.readings, by, ascending=(by == "name") is not again)


def _span(host: Host, words: Sequence[str]) -> Command:
    word = _one(words, "span DURATION")
    try:
        hours = round(parse_duration(word) / 3600)
    except ValueError:
        hours = 0
    longest = span_actions.all_h(host.readings)
    if word == "all":
        hours = longest
    if not 1 <= hours <= longest:
        raise InputError(f"{word!r} is not a span; expected 1h to {longest // 24}d, or all")

    def command() -> None:
        host.ui.span_h = hours

    return command


def _record(host: Host, words: Sequence[str]) -> Command:
    wanted = _among(_one(words, "record on|off"), ("on", "off"), "state") == "on"
    return lambda: export_actions.record(host, wanted)


def _size(host: Host, words: Sequence[str]) -> Command:
    usd = _dollars(_one(words, "size USD"))

    def command() -> None:
        host.ui.size_usd = usd

    return command


def _band(host: Host, words: Sequence[str]) -> Command:
    usd = _dollars(_one(words, "band USD"))

    def command() -> None:
        host.ui.band_usd = usd

    return command


def _workspace(host: Host, words: Sequence[str]) -> Command:
    name = _among(_one(words, "go WORKSPACE"), [w.id for w in WORKSPACES], "workspace")
    return lambda: navigation.go(host, name)


def _layout(host: Host, words: Sequence[str]) -> Command:
    name = _among(_one(words, "layout NAME"), navigation.LAYOUTS, "layout")
    return lambda: navigation.lay_out(host, name)


def _calc(host: Host, words: Sequence[str]) -> Command:
    name = _among(_one(words, "calc NAME"), CALCULATORS, "calculator")
    refused = past_actions.refusal(f"calc.{name}", host)
    if refused:
        raise InputError(refused)
    return lambda: plan_actions.open_calculator(host, name)


def _keep(host: Host, words: Sequence[str]) -> Command:
    name = check_name(_one(words, "keep NAME"))

    def command() -> None:
        kept_plan_actions.keep(host, name)

    return command


def _setting(
    usage: str, known: Sequence[Name], what: str, put: Callable[[UiState, Name], None]
) -> Verb:
    """A verb that sets one preference to one of its names."""

    def read(host: Host, words: Sequence[str]) -> Command:
        wanted = _among(_one(words, usage), known, what)
        name = next(name for name in known if name == wanted)
        return lambda: put(host.ui, name)

    return Verb(usage, f"{what}: {', '.join(known)}", read, lambda host, place: known)


def _put_unit(ui: UiState, unit: Unit) -> None:
    ui.unit = unit


def _put_cell(ui: UiState, cell: CellMode) -> None:
    ui.cell = cell


def _put_tenor(ui: UiState, tenor: Tenor) -> None:
    ui.tenor = tenor


def _doing(usage: str, text: str, action: str) -> Verb:
    """A verb without words that does what a key does."""

    def read(host: Host, words: Sequence[str]) -> Command:
        _none(words, usage)
        return lambda: host.do(action)

    return Verb(usage, text, read)


def _watched(host: Host, _: int) -> Iterable[str]:
    return host.desk.view.symbols()


def _markets(host: Host, _: int) -> Iterable[str]:
    return _listed(host)


VERBS: tuple[Verb, ...] = (
    Verb("symbol SYMBOL", "the cursor to a symbol, such as BTC", _symbol, _watched),
    Verb("watch SYMBOL,…|scan N", "watch these symbols and no others; the best of the scan", _watch,
         _markets),
    Verb("add SYMBOL,…", "watch these symbols as well", _add, _markets),
    Verb("drop SYMBOL,…", "watch these symbols no more", _drop, _watched),
    Verb("account VENUE ADDRESS", "follow a public address now, read only", _account,
         _readable_venues),
    Verb(
        "pair SYMBOL VENUE VENUE", "compare two venues on a symbol", _pair,
        lambda host, place: _watched(host, 1) if place == 1 else _venues(host),
    ),
    Verb(
        "sort WHAT", "rows by name, rate, spread or a venue; again: the other way round", _sort,
        lambda host, _: (*SORTS, *_venues(host)),
    ),
    _setting("unit UNIT", UNITS, "unit", _put_unit),
    _setting("mode MODE", CELL_MODES, "cell mode", _put_cell),
    _setting("tenor TENOR", TENORS, "tenor", _put_tenor),
    Verb("span DURATION", "how much past the plots show: 1h to 30d, or all that is kept",
         _span, lambda host, _: ("24h", "7d", "30d", "all")),
    Verb("size USD", "the size that costs are quoted for, such as 250k", _size),
    Verb("where EXPR|all", "pairs of the scan, such as net>50 and oi>5m and venue!=NAME",
         scan_actions.read_where, scan_actions.where_words),
    Verb("hold DURATION", "how long the scan's pairs are held: whole hours, such as 24h or 7d",
         scan_actions.read_hold, lambda host, _: ("8h", "24h", "3d", "7d", "30d")),
    Verb("go WORKSPACE", "turn to a workspace", _workspace,
         lambda host, _: [w.id for w in WORKSPACES]),
    Verb("layout NAME", "how panes are placed: auto, wide, normal, narrow", _layout,
         lambda host, _: navigation.LAYOUTS),
    Verb("theme NAME", "wear a theme", _theme, lambda host, _: theme_names(paths.user_themes())),
    Verb("seek TIME", "to how it was then: 14:05, -2h; of a replay, of the tape",
         tape_actions.read_seek),
    Verb("speed TIMES", "the pace of a replay, such as 10, or max", tape_actions.read_speed,
         lambda host, _: ("1", "10", "60", "max")),
    Verb("replay [PATH]", "play a tape or a folder of tapes; without a path, one of those here",
         tape_actions.read_replay, tape_actions.tapes),
    Verb("live", "from the past, or from a tape, back to now", tape_actions.read_live),
    Verb("record on|off", "tapes of everything that is live", _record,
         lambda host, _: ("on", "off")),
    Verb("rules", "every rule of alerts and how it stands", rule_actions.read_rules),
    Verb("mute NAME", "silence a rule, a venue, a symbol or a market", alert_actions.read_mute,
         alert_actions.muting),
    Verb("unmute NAME", "let it speak again; all: everything", alert_actions.read_unmute,
         alert_actions.unmuting),
    Verb("ack NAME", "alerts that were seen: all, or of a rule or market",
         alert_actions.read_acknowledge, alert_actions.acknowledging),
    Verb("band USD", "the net position that still counts as hedged, such as 5k", _band),
    Verb("calc NAME", "a calculator for what is focused: carry, hedge, margin …", _calc,
         lambda host, _: CALCULATORS),
    Verb("keep NAME", "the plan on the screen under a name of your own", _keep),
    _doing("freeze", "hold the picture, or let it go", "view.freeze"),
    _doing("write", "what the focused pane shows, into files", "pane.write"),
    _doing("copy", "what the focused pane shows, to the clipboard", "pane.copy"),
    _doing("help", "this pane, every key, every word", "app.help"),
    _doing("quit", "leave; the terminal is restored", "app.quit"),
)  # fmt: skip
_BY_NAME = {verb.name: verb for verb in VERBS}
