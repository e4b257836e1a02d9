"""Words after a verb of the command line, held against what there is: symbols, venues, sizes.

Each raises InputError with the sentence that the trader sees.
"""

from collections.abc import Callable, Iterable, Sequence

from cockpit.core.assets import listed_symbol
from cockpit.core.errors import InputError
from cockpit.core.names import did_you_mean
from cockpit.core.typed import parse_list, parse_number, parse_symbol, parse_venue
from cockpit.ui.input.host import Host

Command = Callable[[], object]
"""What a line means, once all of it is understood."""
_MIN_USD, _MAX_USD = 1.0, 1e10


def one_word(words: Sequence[str], usage: str) -> str:
    if len(words) != 1:
        raise InputError(f"write :{usage}")
    return words[0]


def no_words(words: Sequence[str], usage: str) -> None:
    if words:
        raise InputError(f":{usage} takes no words after it")


def one_among(words: Sequence[str], usage: str, known: Iterable[str], what: str) -> str:
    """The known name that the only word means."""
    return among(one_word(words, usage), known, what)


def among(word: str, known: Iterable[str], what: str) -> str:
    """The known name that the word means, whatever its case."""
    names = {name.casefold(): name for name in known}
    meant = names.get(word.casefold())
    if meant is None:
        hint = did_you_mean(word, names.values()) or f"; expected {', '.join(names.values())}"
        raise InputError(f"there is no {what} {word!r}{hint}")
    return meant


def symbol_among(word: str, known: Sequence[str], what: str) -> str:
    """The known symbol that the word means: its own name first, else as venues write it."""
    is_own = word.casefold() in {name.casefold() for name in known}
    meant = word if is_own else parse_symbol(word)
    return among(meant if meant in known else word, known, what)


def venue_among(host: Host, word: str) -> str:
    """The venue that the word means: a name, its first letters, or two that are in it."""
    return among(parse_venue(word, venue_names(host)), venue_names(host), "venue")


def listed_symbols(host: Host) -> list[str]:
    """Every symbol that some venue lists, as far as their lists are known."""
    names = {i.symbol for venue in venue_names(host) for i in host.desk.view.listed(venue)}
    return sorted(names)


def venue_names(host: Host) -> list[str]:
    return [venue.name for venue in host.readings.venues]


def listed_among(host: Host, words: Sequence[str]) -> tuple[str, ...]:
    """A list of symbols, each checked against the venues' lists once these are known."""
    typed = typed_names(words)
    if not typed:
        raise InputError("name at least one symbol, such as BTC,ETH")
    known = listed_symbols(host)
    if known:
        typed = [symbol_among(name, known, "market") for name in typed]
    else:
        typed = [listed_symbol(parse_symbol(name)) for name in typed]
    return tuple(dict.fromkeys(typed))


def typed_names(words: Sequence[str]) -> list[str]:
    try:
        return parse_list(" ".join(words))
    except ValueError as error:
        raise InputError(str(error)) from None


def dollars(word: str) -> float:
    try:
        usd = parse_number(word, "usd")
    except ValueError:
        usd = float("nan")
    if not _MIN_USD <= usd <= _MAX_USD:
        raise InputError(f"{word!r} is not a size in dollars such as 250k or 1.5m")
    return usd
