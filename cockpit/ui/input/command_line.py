"""The command line: verbs with words after them, such as `:pair BTC VENUE VENUE`.

One table. A verb reads its words into a command, or raises InputError with the sentence that the
trader sees; nothing happens before the whole line is understood.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from cockpit.calculators import CALCULATORS
from cockpit.calculators.saved_plans import check_name
from cockpit.core.errors import CockpitError, InputError
from cockpit.core.names import did_you_mean
from cockpit.ui.dialogs.search import Choice
from cockpit.ui.input import (
    alert_actions,
    export_actions,
    kept_plan_actions,
    look_actions,
    navigation,
    past_actions,
    plan_actions,
    rule_actions,
    scan_actions,
    tape_actions,
    watch_actions,
)
from cockpit.ui.input.command_words import Command, no_words, one_among, one_word
from cockpit.ui.input.host import Host
from cockpit.ui.input.market_selection import select_row
from cockpit.ui.model.ui_state import (
    CELL_MODES,
    TENORS,
    UNITS,
    CellMode,
    Tenor,
    UiState,
    Unit,
)

Name = TypeVar("Name", bound=str)


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


# --- verbs ------------------------------------------------------------------------------------


def _record(host: Host, words: Sequence[str]) -> Command:
    wanted = one_among(words, "record on|off", ("on", "off"), "state") == "on"
    return lambda: export_actions.record(host, wanted)


def _calc(host: Host, words: Sequence[str]) -> Command:
    name = one_among(words, "calc NAME", CALCULATORS, "calculator")
    refused = past_actions.refusal(f"calc.{name}", host)
    if refused:
        raise InputError(refused)
    return lambda: plan_actions.open_calculator(host, name)


def _keep(host: Host, words: Sequence[str]) -> Command:
    name = check_name(one_word(words, "keep NAME"))

    def command() -> None:
        kept_plan_actions.keep(host, name)

    return command


def _setting(
    usage: str, known: Sequence[Name], what: str, put: Callable[[UiState, Name], None]
) -> Verb:
    """A verb that sets one preference to one of its names."""

    def read(host: Host, words: Sequence[str]) -> Command:
        wanted = one_among(words, usage, known, what)
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
        no_words(words, usage)
        return lambda: host.do(action)

    return Verb(usage, text, read)


VERBS: tuple[Verb, ...] = (
    Verb("symbol SYMBOL", "the cursor to a symbol, such as BTC",
         watch_actions.read_symbol, watch_actions.watched_symbols),
    Verb("watch SYMBOL,…|scan N", "watch these symbols and no others; the best of the scan",
         watch_actions.read_watch, watch_actions.listed),
    Verb("add SYMBOL,…", "watch these symbols as well",
         watch_actions.read_add, watch_actions.listed),
    Verb("drop SYMBOL,…", "watch these symbols no more",
         watch_actions.read_drop, watch_actions.watched_symbols),
    Verb("account VENUE ADDRESS", "follow a public address now, read only",
         watch_actions.read_account, watch_actions.readable_venues),
    Verb("pair SYMBOL VENUE VENUE", "compare two venues on a symbol",
         watch_actions.read_pair, watch_actions.symbol_or_venue),
    Verb("sort WHAT", "rows by name, rate, spread or a venue; again: the other way round",
         look_actions.read_sort, look_actions.columns),
    _setting("unit UNIT", UNITS, "unit", _put_unit),
    _setting("mode MODE", CELL_MODES, "cell mode", _put_cell),
    _setting("tenor TENOR", TENORS, "tenor", _put_tenor),
    Verb("span DURATION", "how much past the plots show: 1h to 30d, or all that is kept",
         look_actions.read_span, lambda host, _: ("24h", "7d", "30d", "all")),
    Verb("size USD", "the size that costs are quoted for, such as 250k", look_actions.read_size),
    Verb("where EXPR|all", "pairs of the scan, such as net>50 and oi>5m and venue!=NAME",
         scan_actions.read_where, scan_actions.where_words),
    Verb("hold DURATION", "how long the scan's pairs are held: whole hours, such as 24h or 7d",
         scan_actions.read_hold, lambda host, _: ("8h", "24h", "3d", "7d", "30d")),
    Verb("go WORKSPACE", "turn to a workspace",
         look_actions.read_workspace, look_actions.workspaces),
    Verb("layout NAME", "how panes are placed: auto, wide, normal, narrow",
         look_actions.read_layout, lambda host, _: navigation.LAYOUTS),
    Verb("theme NAME", "wear a theme", look_actions.read_theme, look_actions.themes),
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
    Verb("band USD", "the net position that still counts as hedged, such as 5k",
         look_actions.read_band),
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
