"""How things are shown: `:sort`, `:span`, `:size`, `:band`, `:theme`, `:layout`, `:go`."""

from collections.abc import Iterable, Sequence

from cockpit.core.errors import InputError
from cockpit.core.typed import parse_duration, parse_venue
from cockpit.storage import paths
from cockpit.ui.input import navigation, span_actions
from cockpit.ui.input.command_words import Command, among, dollars, one_among, one_word, venue_names
from cockpit.ui.input.host import Host
from cockpit.ui.input.market_selection import sort_rows
from cockpit.ui.layout.workspaces import WORKSPACES
from cockpit.ui.model.ui_state import SORTS
from cockpit.ui.theme.themes import load_theme, theme_names


def read_theme(host: Host, words: Sequence[str]) -> Command:
    name = one_among(words, "theme NAME", theme_names(paths.user_themes()), "theme")
    theme = load_theme(name, paths.user_themes())
    return lambda: host.wear(theme)


def read_sort(host: Host, words: Sequence[str]) -> Command:
    word = one_word(words, "sort WHAT")
    is_column = word.casefold() in SORTS
    meant = word if is_column else parse_venue(word, venue_names(host))
    by = among(meant, (*SORTS, *venue_names(host)), "column")
    again = host.ui.sort == by and not host.ui.ascending
    return lambda: sort_rows(host.readings, by, ascending=(by == "name") is not again)


def read_span(host: Host, words: Sequence[str]) -> Command:
    word = one_word(words, "span DURATION")
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


def read_size(host: Host, words: Sequence[str]) -> Command:
    usd = dollars(one_word(words, "size USD"))

    def command() -> None:
        host.ui.size_usd = usd

    return command


def read_band(host: Host, words: Sequence[str]) -> Command:
    usd = dollars(one_word(words, "band USD"))

    def command() -> None:
        host.ui.band_usd = usd

    return command


def read_workspace(host: Host, words: Sequence[str]) -> Command:
    name = one_among(words, "go WORKSPACE", [w.id for w in WORKSPACES], "workspace")
    return lambda: navigation.go(host, name)


def read_layout(host: Host, words: Sequence[str]) -> Command:
    name = one_among(words, "layout NAME", navigation.LAYOUTS, "layout")
    return lambda: navigation.lay_out(host, name)


def columns(host: Host, _: int) -> Iterable[str]:
    return (*SORTS, *venue_names(host))


def workspaces(_: Host, __: int) -> Iterable[str]:
    return [workspace.id for workspace in WORKSPACES]


def themes(_: Host, __: int) -> Iterable[str]:
    return theme_names(paths.user_themes())
