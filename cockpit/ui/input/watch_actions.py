"""What is watched and looked at: `:watch`, `:add`, `:drop`, `:account`, `:symbol`, `:pair`."""

from collections.abc import Iterable, Sequence

from cockpit.core.account import normal_address
from cockpit.core.errors import InputError
from cockpit.desk.contract import FollowAccount, Watch
from cockpit.ui.input import navigation, scan_actions
from cockpit.ui.input.command_words import (
    Command,
    listed_among,
    listed_symbols,
    one_word,
    symbol_among,
    typed_names,
    venue_among,
    venue_names,
)
from cockpit.ui.input.host import Host
from cockpit.ui.input.market_selection import filter_rows, select_symbol


def read_symbol(host: Host, words: Sequence[str]) -> Command:
    watched = host.readings.view.symbols()
    name = symbol_among(one_word(words, "symbol SYMBOL"), watched, "watched symbol")

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


def read_watch(host: Host, words: Sequence[str]) -> Command:
    if words and words[0].casefold() == "scan":
        return scan_actions.read_watch(host, words[1:])
    return _watching(host, listed_among(host, words))


def read_add(host: Host, words: Sequence[str]) -> Command:
    return _watching(host, (*host.desk.view.symbols(), *listed_among(host, words)))


def read_drop(host: Host, words: Sequence[str]) -> Command:
    watched = host.desk.view.symbols()
    gone = {symbol_among(name, watched, "watched symbol") for name in typed_names(words)}
    if not gone:
        raise InputError("name at least one symbol that is watched")
    return _watching(host, (name for name in watched if name not in gone))


def read_account(host: Host, words: Sequence[str]) -> Command:
    """Follow a public address at once; what the venue says of it is told when it is read."""
    if len(words) != 2:
        raise InputError("write :account VENUE ADDRESS, the address a public one")
    venue, address = venue_among(host, words[0]), normal_address(words[1])
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


def read_pair(host: Host, words: Sequence[str]) -> Command:
    if len(words) != 3:
        raise InputError("write :pair SYMBOL VENUE VENUE")
    to_symbol = read_symbol(host, words[:1])
    names = tuple(venue_among(host, word) for word in words[1:])
    if names[0] == names[1]:
        raise InputError("a pair needs two different venues")

    def command() -> None:
        to_symbol()
        navigation.pin(host.readings, names)

    return command


def watched_symbols(host: Host, _: int) -> Iterable[str]:
    return host.desk.view.symbols()


def listed(host: Host, _: int) -> Iterable[str]:
    return listed_symbols(host)


def symbol_or_venue(host: Host, place: int) -> Iterable[str]:
    return watched_symbols(host, place) if place == 1 else venue_names(host)


def readable_venues(host: Host, place: int) -> Iterable[str]:
    """Venues that show accounts by public address."""
    specs = host.readings.specs
    return [name for name in venue_names(host) if specs[name].check_address] if place == 1 else ()
