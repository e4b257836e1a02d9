"""The listing: native names and symbols, units, and what changed since it was last said."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, ClassVar, Generic, TypeVar

import msgspec
from msgspec.structs import replace

from cockpit.core.events import Instrument, Levels, Reject
from cockpit.venues.contract import Output, Reply
from cockpit.venues.kit.decoding import rejects
from cockpit.venues.kit.numbers import Odd, positive
from cockpit.venues.kit.rows import RowReader
from cockpit.venues.kit.settled import SettledRates

MAX_LEVERAGE = 1000.0
"""No market lends more."""
_THOUSANDS = (
    re.compile(r"(?P<scale>10{3,})(?P<coin>\D.*)"),
    re.compile(r"(?P<coin>.*\D)(?P<scale>10{3,})"),
)


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """What a venue's figures of one market stand for.

    `price` is how many base units a price is for (1000 for `1000PEPE`). `size` is how many of the
    priced units one size unit is (1 where sizes are in coins, 0.01 where a contract is 0.01 BTC).
    An `inverse` market sizes in quote money: `size` is then the quote worth of one contract, and
    base units need the price.
    """

    price: float = 1.0
    size: float = 1.0
    inverse: bool = False

    @property
    def contract(self) -> float:
        """Base units in one size unit; of an inverse market, quote units."""
        return self.size if self.inverse else self.price * self.size

    def to_price(self, price: float) -> float:
        """Quote per base."""
        return price if self.price == 1.0 else price / self.price

    def to_size(self, size: float, price: float) -> float:
        """Base units; `price` is the venue's own."""
        if self.inverse:
            return size * self.size * self.price / price
        return size * self.price * self.size

    def tick(self, value: object) -> float | None:
        """The step of prices, quote per base: the float nearest to the decimal that it is.

        A thousandth of 1e-7 divided as floats is 9.999999999999999e-11, and no price rounded to
        that is a price of the market.
        """
        step = positive(value)
        return None if step is None else float(Decimal(repr(step)) / Decimal(repr(self.price)))

    def lot(self, value: object) -> float | None:
        """A size, such as the step of sizes, in base units; of a market that is not inverse."""
        size = positive(value)
        return None if size is None else float(Decimal(repr(size)) * Decimal(repr(self.contract)))

    def to_levels(self, levels: Levels) -> Levels:
        """Prices in quote per base and sizes in base units."""
        if self.price == 1.0 == self.size and not self.inverse:
            return levels
        return _converted(levels, self)


def _converted(levels: Levels, unit: Unit) -> Levels:
    """Apart from the look at the unit: names that a comprehension uses are dear to every caller."""
    if unit.inverse:
        return tuple([(unit.to_price(p), unit.to_size(s, p)) for p, s in levels])
    scale, contract = unit.price, unit.price * unit.size
    return tuple([(price / scale, size * contract) for price, size in levels])


ONE = Unit()


@dataclass(slots=True, eq=False)
class Market:
    """What is known of one native market; a venue's own figures stand in a class made of this."""

    native: str
    symbol: str
    unit: Unit = ONE
    instrument: Instrument | None = None
    """As stated last; None before the listing."""
    settled_rates: SettledRates = field(default_factory=SettledRates)
    odd: Odd = field(default_factory=Odd)
    """Of the row that is being read: the figures that make no sense."""
    told_ns: dict[str, int] = field(default_factory=dict)
    """When a stream told a figure last; what is polled may be older for a while."""

    speaks_while_paused: ClassVar[bool] = False
    """Whether the venue goes on publishing book and rate of one that takes no new positions."""

    @property
    def is_halted(self) -> bool:
        """Whether the listing says that it does not trade, and so that nothing is published."""
        if self.speaks_while_paused:
            return self.is_gone
        return self.instrument is not None and self.instrument.status != "active"

    @property
    def is_gone(self) -> bool:
        """Whether the listing says that it trades no more."""
        return self.instrument is not None and self.instrument.status == "delisted"

    @property
    def interval_s(self) -> int | None:
        """How often funding is paid: the listing's word; None while that is unknown."""
        return None if self.instrument is None else self.instrument.funding_interval_s

    def forget_link(self) -> None:
        """Forget what belonged to the main link."""
        self.told_ns.clear()

    def is_told(self, figure: str, at_ns: int, within_ns: int) -> bool:
        """Whether a stream told this figure so recently."""
        told_ns = self.told_ns.get(figure)
        return told_ns is not None and at_ns - told_ns < within_ns

    def price(self, value: object) -> float | None:
        """A venue's figure as quote per base; None where it is no price, as zero is."""
        price = positive(value)
        return None if price is None else self.unit.to_price(price)


M = TypeVar("M", bound=Market)
R = TypeVar("R")


def unscaled(coin: str, prefixes: Mapping[str, float] | None = None) -> tuple[str, float]:
    """`1000PEPE` -> (`PEPE`, 1000), `SHIB1000` -> (`SHIB`, 1000), `BTC` -> (`BTC`, 1).

    `prefixes` are the venue's letters, such as {"k": 1000}: one counts before a capital only.
    """
    for pattern in _THOUSANDS:
        if match := pattern.fullmatch(coin):
            return match["coin"], float(match["scale"])
    for prefix, scale in (prefixes or {}).items():
        rest = coin.removeprefix(prefix)
        if rest != coin and rest[:1].isupper():
            return rest, scale
    return coin, 1.0


class Instruments(Generic[M]):
    """The markets of a venue by native name. Survives every link.

    `guess` makes a market of a name alone, None of one that is no perpetual's.

    `version` rises with every change that could alter what should be subscribed; the session
    follows when it does.
    """

    def __init__(self, guess: Callable[[str], M | None] = lambda native: None) -> None:
        self._guess = guess
        self.version = 0
        self.markets: dict[str, M] = {}
        self.is_whole = False
        """Whether a whole listing has been read."""
        self.others: set[str] = set()
        """Listed names that are no perpetuals."""
        self._native_of: dict[str, str] = {}
        self._seen: set[str] = set()
        self._missing: set[str] = set()
        self._is_doubtful = False
        """Whether a row of the listing being read has no name that can be read."""

    def changed(self) -> None:
        """Something else changed what should be followed."""
        self.version += 1

    def native(self, symbol: str) -> str | None:
        return self._native_of.get(symbol)

    def wanted(self, symbols: Iterable[str]) -> Iterator[M]:
        """The markets of these symbols that trade."""
        for symbol in symbols:
            native = self._native_of.get(symbol)
            if native is not None and not self.markets[native].is_halted:
                yield self.markets[native]

    def known(self, native: str) -> M | None:
        """A market by its native name; before the listing is known, as its name alone says."""
        market = self.markets.get(native)
        if market is None and not self.is_whole and native not in self.others:
            market = self._guess(native)
            if market is not None:
                self.markets[native] = market
        return market

    def stated(self) -> list[M]:
        """Those of which the listing has told something, without those that are gone."""
        return [m for m in self.markets.values() if m.instrument and not m.is_gone]

    def adopt(self, native: str, symbol: str, unit: Unit, make: Callable[[str, str], M]) -> M:
        """The market of a row of the listing.

        A symbol that another market has is not given twice: this one is known by its native name.
        One that is gone gives its symbol up, and so does one that the venue renamed.
        """
        self._seen.add(native)
        holder = self._native_of.get(symbol, native)
        if holder != native and not self.markets[holder].is_gone:
            symbol = native
        market = self.markets.get(native)
        if market is None:
            market = self.markets[native] = make(native, symbol)
        elif market.symbol != symbol and self._native_of.get(market.symbol) == native:
            del self._native_of[market.symbol]
        self._native_of[symbol] = native
        market.symbol, market.unit = symbol, unit
        return market

    def state(self, market: M, stated: Instrument) -> list[Instrument | Reject]:
        """The instrument, if anything but the time differs from what was said last.

        A leverage or a maintenance margin that no market can have is missing, and told beside it,
        as are the figures of its row that are none.
        """
        new, incredible = _credible(stated)
        odd, market.odd = market.odd, Odd()
        old, market.instrument = market.instrument, new
        if old is not None and replace(old, recv_ns=new.recv_ns, venue_ns=new.venue_ns) == new:
            return []
        self.version += 1
        words = [*odd, f"no market has {incredible}"] if incredible else odd
        return [new, *rejects(new.venue, new.recv_ns, f"instruments: {new.native}", words, "")]

    def amend(self, market: M, at_ns: int, **known: Any) -> list[Instrument | Reject]:
        """The instrument as stated, but for these of its fields."""
        if market.instrument is None:
            return []
        return self.state(market, replace(market.instrument, recv_ns=at_ns, **known))

    def read(
        self,
        reader: RowReader[R],
        raws: Iterable[msgspec.Raw],
        reply: Reply,
        adopt: Callable[[R, int], Iterable[Output]],
    ) -> list[Output]:
        """A whole listing in one reply: `adopt` takes each row over at the time of the reply."""
        self.begin()
        rows, unread = reader.read(raws, reply.name, reply.at_ns)
        self.unread(unread.names)
        out: list[Output] = [*unread.rejects]
        for row in rows:
            out += adopt(row, reply.at_ns)
        return out + self.end(reply.at_ns)

    def begin(self) -> None:
        """A listing is asked for from its first page."""
        self._seen, self._is_doubtful = set(), False

    def unread(self, names: Iterable[str | None]) -> None:
        """Rows that could not be read: their markets are listed all the same.

        One without a name may be any market's, so that none is taken for gone in this listing.
        """
        for name in names:
            if name is None:
                self._is_doubtful = True
            else:
                self._seen.add(name)

    def end(
        self, at_ns: int, is_about: Callable[[str], bool] = lambda native: True
    ) -> list[Instrument | Reject]:
        """The listing is whole. A market that two in a row left out is gone: say so.

        Where parts of a venue have listings of their own, `is_about` tells the natives of this one.
        """
        if not self.is_whole:
            self.is_whole = True
            self.version += 1
        if self._is_doubtful:
            return []
        expected = {native for native in self._native_of.values() if is_about(native)}
        missing = expected - self._seen
        gone = sorted(missing & self._missing)
        self._missing, self._seen = (self._missing - expected) | missing, set()
        return [fact for native in gone for fact in self.delisted(self.markets[native], at_ns)]

    def delisted(self, market: M, at_ns: int) -> list[Instrument | Reject]:
        """The market is gone."""
        return self.amend(market, at_ns, status="delisted")


def _credible(stated: Instrument) -> tuple[Instrument, str]:
    """The instrument without figures that cannot be, and these in words; empty for none."""
    leverage, mmf = stated.max_leverage, stated.mmf
    odd = []
    if leverage is not None and not 1.0 <= leverage <= MAX_LEVERAGE:
        odd.append(f"a maximum leverage of {leverage:g}")
        leverage = None
    if mmf is not None and not 0.0 < mmf < 1.0:
        odd.append(f"a maintenance margin of {mmf:g}")
        mmf = None
    return (replace(stated, max_leverage=leverage, mmf=mmf) if odd else stated), " and ".join(odd)
