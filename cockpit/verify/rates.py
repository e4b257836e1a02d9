"""Funding: the unit of the rates, the time of the payments, and what live rates became."""

from statistics import median

from cockpit.core.events import Funding
from cockpit.core.units import HOUR_S, NS_PER_S
from cockpit.verify.evidence import Evidence, Finding, confirmed, contradicted, not_seen

USUAL_HOURLY = 5e-4
"""Half the markets of a venue never stand above this: it is 440 % a year."""
LEAST_HOURLY = 2e-7
"""A median below it may be a rate that was divided by a hundred once too often: 0.2 % a year."""
MOST_HOURLY = 0.04
"""The highest documented cap of any venue, as a fraction an hour."""

ENOUGH_RATES = 5
PAYMENT_LATE_S = 60
"""Payments are stamped, and next payments renewed, within this time after the stamp."""
LAST_LIVE_S = 180
"""A live rate this long before its stamp no longer says what will be settled."""
AGREE_REL, AGREE_HOURLY = 0.1, 1e-6
"""The mean of the last minutes still moves, and wires round to six decimals."""


def hourly(fact: Funding) -> float:
    """The rate as a fraction an hour."""
    return fact.rate * HOUR_S / fact.interval_s


class RateIsFraction:
    """A rate in per cent is a hundred times too large for a fraction, in most markets at once."""

    def __init__(self) -> None:
        self._hourly: dict[str, float] = {}

    def hear(self, evidence: Evidence) -> None:
        for fact in evidence.outcomes:
            if isinstance(fact, Funding) and fact.kind == "live":
                rate = hourly(fact)
                if abs(rate) >= abs(self._hourly.get(fact.symbol, 0.0)):
                    self._hourly[fact.symbol] = rate

    def finding(self) -> Finding:
        rates = {symbol: rate for symbol, rate in self._hourly.items() if rate != 0.0}
        if not rates:
            return not_seen("no rate but zero came")
        symbol, most = max(rates.items(), key=lambda item: abs(item[1]))
        middle = median(abs(rate) for rate in rates.values())
        words = f"of {len(rates)} markets the median is {middle:.2e} an hour"
        if abs(most) > MOST_HOURLY:
            return contradicted(
                f"{symbol} would be {most:.2e} an hour; no venue's cap is above {MOST_HOURLY:g}"
            )
        if middle > USUAL_HOURLY:
            return contradicted(f"{words}; a fraction is below {USUAL_HOURLY:g}")
        if middle < LEAST_HOURLY:
            return not_seen(f"{words}: too near zero to tell the unit")
        return confirmed(f"{words}, the most {most:.2e} ({symbol})")


class StampOnInterval:
    """The next payment is at a whole multiple of the interval, ahead by no more than one.

    A session drops a time that cannot be: live rates of which none has one say so as well.
    """

    def __init__(self) -> None:
        self._seen = self._without = 0
        self._wrong = ""

    def hear(self, evidence: Evidence) -> None:
        for fact in evidence.outcomes:
            if not isinstance(fact, Funding) or fact.kind != "live" or self._wrong:
                continue
            if fact.next_ns is None:
                self._without += 1
                continue
            self._seen += 1
            off_s = fact.next_ns / NS_PER_S % fact.interval_s
            ahead_s = (fact.next_ns - fact.recv_ns) / NS_PER_S
            named = f"{fact.symbol}: the next payment"
            if min(off_s, fact.interval_s - off_s) > 1:
                self._wrong = f"{named} is {off_s:.0f} s after a multiple of {fact.interval_s} s"
            elif ahead_s < -PAYMENT_LATE_S:
                self._wrong = f"{named} was {-ahead_s:.0f} s ago"
            elif ahead_s > fact.interval_s + PAYMENT_LATE_S:
                self._wrong = f"{named} is {ahead_s:.0f} s ahead; the interval {fact.interval_s} s"

    def finding(self) -> Finding:
        if self._wrong:
            return contradicted(self._wrong)
        if not self._seen and self._without >= ENOUGH_RATES:
            return contradicted(f"none of {self._without} live rates had a time that can be")
        if not self._seen:
            return not_seen("no next payment was told")
        return confirmed(f"{self._seen} next payments, each on its interval and ahead")


class LiveBecomesSettled:
    """The last live rate before a stamp against the row that was settled at it."""

    def __init__(self) -> None:
        self._live: dict[str, Funding] = {}
        self._due: dict[str, Funding] = {}
        self._equal = 0
        self._wrong = ""

    def hear(self, evidence: Evidence) -> None:
        for fact in evidence.outcomes:
            if not isinstance(fact, Funding):
                continue
            if fact.kind == "live" and fact.next_ns is not None:
                self._pass_stamp(fact)
            elif fact.kind == "settled" and fact.venue_ns is not None:
                self._compare(fact, fact.venue_ns)

    def _pass_stamp(self, fact: Funding) -> None:
        before = self._live.get(fact.symbol)
        self._live[fact.symbol] = fact
        if before is not None and before.next_ns is not None and before.next_ns != fact.next_ns:
            self._due[fact.symbol] = before

    def _compare(self, settled: Funding, at_ns: int) -> None:
        for kept in (self._due, self._live):
            before = kept.get(settled.symbol)
            if before is None or before.next_ns is None:
                continue
            late_s = (at_ns - before.next_ns) / NS_PER_S
            was_old = before.next_ns - before.recv_ns > LAST_LIVE_S * NS_PER_S
            if was_old or not -1 <= late_s <= PAYMENT_LATE_S:
                continue
            shown, paid = hourly(before), hourly(settled)
            if abs(shown - paid) <= max(AGREE_HOURLY, AGREE_REL * abs(paid)):
                self._equal += 1
            else:
                self._wrong = (
                    f"{settled.symbol}: {shown:.3e} an hour was live before the stamp, "
                    f"{paid:.3e} was settled"
                )

    def finding(self) -> Finding:
        if self._wrong:
            return contradicted(self._wrong)
        if not self._equal:
            return not_seen("no payment fell into the time that was watched")
        return confirmed(f"{self._equal} payments were what was live before them")
