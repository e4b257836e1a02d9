"""Settled funding of one market: what was stated already, and the time that each payment covers."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from cockpit.core.events import Funding
from cockpit.core.units import NS_PER_S
from cockpit.venues.kit.fields import DAY_S

_NOTHING: Mapping[int, int] = MappingProxyType({})


class SettledRates:
    """Pages overlap and come in any order; a payment is stated once.

    A payment covers the time since the one before it. Where that is not known the time to the next
    one stands in, then the market's interval; with none of them it is not stated.
    """

    __slots__ = ("_unread", "rates")

    def __init__(self) -> None:
        self.rates: dict[int, float] = {}
        """What was stated: stamp (ns) -> fraction."""
        self._unread: set[int] = set()
        """Stamps of payments whose rate made no sense: the next one does not cover their time."""

    def unread(self, stamp_ns: int) -> None:
        """There was a payment, and what it was could not be read."""
        self._unread.add(stamp_ns)

    def news(
        self,
        venue: str,
        symbol: str,
        rates: Mapping[int, float],
        interval_s: int | None,
        at_ns: int,
        stated_s: Mapping[int, int] = _NOTHING,
    ) -> Iterator[Funding]:
        """The payments (stamp in ns -> fraction) not stated before, the oldest first.

        `stated_s` is what the venue itself says that a payment covers, by its stamp.
        """
        stamps = sorted(self.rates.keys() | rates.keys() | self._unread)
        place = {stamp: i for i, stamp in enumerate(stamps)}
        for stamp in sorted(rates.keys() - self.rates.keys()):
            covered_s = stated_s.get(stamp) or _covered_s(stamps, place[stamp], interval_s)
            covered_s = covered_s or interval_s
            if covered_s is None:
                continue
            self.rates[stamp] = rates[stamp]
            yield Funding(
                venue=venue, symbol=symbol, recv_ns=at_ns, venue_ns=stamp,
                kind="settled", rate=rates[stamp], interval_s=covered_s,
            )  # fmt: skip


def _covered_s(stamps_ns: list[int], i: int, interval_s: int | None) -> int | None:
    """Whole minutes between a payment and its neighbour; None if there is no near one.

    A time longer than the one before it and than the one after it (the market's interval where
    nothing came after) is a hole among the payments: an interval that changes stays changed.
    """
    earlier_s, before_s, after_s = (_apart_s(stamps_ns, place) for place in (i - 1, i, i + 1))
    if before_s is None:
        return after_s
    is_hole = earlier_s == (after_s or interval_s) and before_s > (earlier_s or DAY_S)
    return earlier_s if is_hole else before_s


def _apart_s(stamps_ns: list[int], i: int) -> int | None:
    """Whole minutes since the payment before this one; None for what can be no interval, which is
    above a day or of which a day has no whole number: there were others between them."""
    if not 0 < i < len(stamps_ns):
        return None
    apart_s = round((stamps_ns[i] - stamps_ns[i - 1]) / (60 * NS_PER_S)) * 60
    return apart_s if 0 < apart_s <= DAY_S and DAY_S % apart_s == 0 else None
