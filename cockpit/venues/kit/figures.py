"""Figures of one market as facts: what a venue's row says, each figure by itself."""

from cockpit.core.events import Funding, OpenInterest, Prices, Reject, Volume
from cockpit.core.units import HOUR_S, NS_PER_MS
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.fields import interval_s, moment_ns
from cockpit.venues.kit.instruments import Market
from cockpit.venues.kit.numbers import amount, finite, is_nothing

Fact = Prices | OpenInterest | Funding | Volume | Reject


class Figures(list[Fact]):
    """What one row or message says of one market, in the order in which it is read.

    A figure that the row does not have says nothing, one that cannot be is a `Reject` of itself.
    Prices come per priced unit and sizes in size units, as quoted.
    """

    def __init__(self, venue: str, market: Market, at_ns: int, venue_ns: int | None = None) -> None:
        self._venue = venue
        self._market = market
        self._at_ns = at_ns
        self._venue_ns = venue_ns

    def prices(self, mark: object = None, index: object = None, last: object = None) -> None:
        """Those that are prices; zero is none."""
        price = self._market.price
        told = price(mark), price(index), price(last)
        if None in told:
            figures = ("mark price", mark), ("index price", index), ("last price", last)
            for (name, value), known in zip(figures, told, strict=True):
                if known is None and not is_nothing(value):
                    self.odd(f"{name} of {self._market.native} is no price", value)
        if told != (None, None, None):
            self.append(
                Prices(
                    venue=self._venue, symbol=self._market.symbol, recv_ns=self._at_ns,
                    venue_ns=self._venue_ns, mark=told[0], index=told[1], last=told[2],
                )
            )  # fmt: skip

    def interest(self, value: object, sides: int = 1) -> None:
        """Open interest of one side; `sides` is how many of them the venue counts."""
        if value is None or value == "":
            return
        size = amount(value)
        if size is None:
            self.odd(f"open interest of {self._market.native} is no amount", value)
            return
        told = OpenInterest(
            venue=self._venue, symbol=self._market.symbol, recv_ns=self._at_ns,
            venue_ns=self._venue_ns, base=size * self._market.unit.contract / sides,
        )  # fmt: skip
        self.append(told)

    def live(
        self,
        value: object,
        interval_s: int | None,
        next_ns: int | None = None,
        *,
        per: float = 1.0,
        intervals: int = 1,
        premium: float | None = None,
    ) -> None:
        """The running rate, positive when longs pay; none while its interval is not known.

        The venue's figure divided by `per` is a fraction, 100 for per cent; it is for `intervals`
        of them, 24 where a rate that is paid by the hour is quoted by the day.
        """
        if value is None or value == "" or interval_s is None:
            return
        rate = fraction(value, per)
        if rate is None:
            self.odd(f"funding rate of {self._market.native} is not a fraction", value)
            return
        self.append(
            Funding(
                venue=self._venue, symbol=self._market.symbol, recv_ns=self._at_ns,
                venue_ns=self._venue_ns, kind="live", rate=rate / intervals, interval_s=interval_s,
                next_ns=next_ns, premium=premium,
            )
        )  # fmt: skip

    def volume(self, usd: object, base: object = None) -> None:
        """What was traded in 24 hours; a dollar stablecoin counts as a dollar."""
        usd_24h, size = amount(usd), amount(base)
        for value, known in ((usd, usd_24h), (base, size)):
            if known is None and not is_nothing(value):
                self.odd(f"volume of {self._market.native} is no amount", value)
        if usd_24h is None and size is None:
            return
        base_24h = None if size is None else size * self._market.unit.contract
        told = Volume(
            venue=self._venue, symbol=self._market.symbol, recv_ns=self._at_ns,
            venue_ns=self._venue_ns, usd_24h=usd_24h, base_24h=base_24h,
        )  # fmt: skip
        self.append(told)

    def moment(self, value: object, unit_ns: int = NS_PER_MS) -> int | None:
        """A time in units of `unit_ns` as ns; zero is none."""
        at_ns = moment_ns(value, unit_ns)
        if at_ns is None and not is_nothing(value):
            self.odd(f"a time of {self._market.native} is none", value)
        return at_ns

    def interval(self, value: object, unit_s: int = HOUR_S) -> int | None:
        """A funding interval in units of `unit_s` as seconds; zero is none."""
        every_s = interval_s(value, unit_s)
        if every_s is None and not is_nothing(value):
            self.odd(f"interval of {self._market.native} is none", value)
        return every_s

    def odd(self, reason: str, value: object) -> None:
        """A figure that makes no sense."""
        self.append(reject(self._venue, self._at_ns, reason, str(value)))


def fraction(value: object, per: float = 1.0) -> float | None:
    """A rate as a fraction; None for what is no number, or is the whole position and more."""
    number = finite(value)
    return None if number is None or abs(number) >= per else number / per
