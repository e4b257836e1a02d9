"""Rings of (time, value) in numpy, and the settled funding history of one market."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from cockpit.core.events import Funding
from cockpit.core.units import HOUR_NS, NS_PER_S, hour_floor_ns


class Ring:
    """The newest `capacity` samples of a figure, oldest first when read.

    NaN marks a sample at which the figure was not known: a plot leaves a gap there.
    """

    __slots__ = ("_at", "_count", "_head", "_value", "capacity")

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        # Written at once, not zeros that cost memory as they fill: an hour of the rings of two
        # hundred markets would look like a leak of 6 MB.
        self._at = np.full(capacity, 0, dtype=np.int64)
        self._value = np.full(capacity, np.nan)
        self._head = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __getstate__(self) -> tuple[int, int, NDArray[np.int64], NDArray[np.float64]]:
        """What is filled: most rings of a copied state are young."""
        filled = slice(self._count)
        return self.capacity, self._head, self._at[filled], self._value[filled]

    def __setstate__(self, state: tuple[int, int, NDArray[np.int64], NDArray[np.float64]]) -> None:
        capacity, head, at, value = state
        Ring.__init__(self, capacity)
        self._head, self._count = head, len(at)
        self._at[: len(at)], self._value[: len(at)] = at, value

    def append(self, at_ns: int, value: float | None) -> None:
        self._at[self._head] = at_ns
        self._value[self._head] = np.nan if value is None else value
        self._head = (self._head + 1) % self.capacity
        self._count = min(self._count + 1, self.capacity)

    def read(self, since_ns: int = 0) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(times in ns, values), oldest first, both of shape (n,)."""
        if self._count < self.capacity:
            at, value = self._at[: self._count], self._value[: self._count]
        else:
            at = np.roll(self._at, -self._head)
            value = np.roll(self._value, -self._head)
        keep = at >= since_ns
        return at[keep].copy(), value[keep].copy()

    def value_at(self, at_ns: int) -> float | None:
        """The last known value at or before a time; None if there is none."""
        at, value = self.read()
        i = int(np.searchsorted(at, at_ns, side="right")) - 1
        while i >= 0:
            if not np.isnan(value[i]):
                return float(value[i])
            i -= 1
        return None


class SettledHistory:
    """Funding that was paid, one row per payment, oldest first.

    Two sources may report the same payment with stamps some milliseconds apart (a stream and a
    history endpoint), so a payment is known by its full hour. The later report wins.
    """

    def __init__(self, keep_days: int = 31) -> None:
        self._keep_ns = keep_days * 24 * HOUR_NS
        self._hours = array("q")
        """A month of hours is 6 kB so, and would be 30 as numbers of their own."""
        self._rows: list[Funding] = []

    @classmethod
    def of(cls, rows: Iterable[Funding]) -> "SettledHistory":
        """Of payments that another history had, in its order."""
        history = cls()
        history._rows = list(rows)
        history._hours.extend(map(hour_of_payment_ns, history._rows))
        return history

    def add(self, row: Funding) -> None:
        hour = hour_of_payment_ns(row)
        i = bisect_left(self._hours, hour)
        if i < len(self._hours) and self._hours[i] == hour:
            self._rows[i] = row
            return
        self._hours.insert(i, hour)
        self._rows.insert(i, row)
        oldest = self._hours[-1] - self._keep_ns
        if self._hours[0] < oldest:
            cut = bisect_left(self._hours, oldest)
            del self._hours[:cut], self._rows[:cut]

    def __len__(self) -> int:
        return len(self._rows)

    def __deepcopy__(self, memo: object) -> "SettledHistory":
        """Rows never change, so two histories may share them."""
        twin = SettledHistory()
        twin._keep_ns = self._keep_ns
        twin._hours, twin._rows = self._hours[:], self._rows.copy()
        return twin

    @property
    def latest(self) -> Funding | None:
        return self._rows[-1] if self._rows else None

    def rows(self) -> list[Funding]:
        return list(self._rows)

    def hourly(self, since_ns: int = 0) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """(payment hour in ns, rate as a fraction per hour), oldest first."""
        start = bisect_left(self._hours, since_ns)
        rates = [row.rate * 3600 / row.interval_s for row in self._rows[start:]]
        return np.array(self._hours[start:], dtype=np.int64), np.array(rates, dtype=np.float64)

    def gaps(self) -> list[tuple[int, int]]:
        """(from, to) in ns between payments that are further apart than their interval."""
        found = []
        for i in range(1, len(self._rows)):
            step = self._rows[i].interval_s * NS_PER_S
            if self._hours[i] - self._hours[i - 1] > step + HOUR_NS // 2:
                found.append((self._hours[i - 1], self._hours[i]))
        return found


def hour_of_payment_ns(row: Funding) -> int:
    """The full hour by which a payment is known, from its venue's stamp."""
    at_ns = row.recv_ns if row.venue_ns is None else row.venue_ns
    return hour_floor_ns(at_ns + HOUR_NS // 120)


class PackedSettled:
    """A history that is put away: some twenty bytes a payment. Never changes, so pictures share it.

    A venue is asked once for what was paid; what it has said must be there when the market is
    looked at again.
    """

    __slots__ = ("__weakref__", "_premiums", "interval_s", "rates", "stamps_ns")

    def __init__(self, history: SettledHistory) -> None:
        rows = history.rows()
        stamps = (row.recv_ns if row.venue_ns is None else row.venue_ns for row in rows)
        premiums = (float("nan") if row.premium is None else row.premium for row in rows)
        self.stamps_ns = np.fromiter(stamps, np.int64, len(rows))
        self.rates = np.fromiter((row.rate for row in rows), np.float64, len(rows))
        """Fractions per `interval_s`, as they were paid."""
        self.interval_s = np.fromiter((row.interval_s for row in rows), np.int64, len(rows))
        self._premiums = np.fromiter(premiums, np.float64, len(rows))

    def __len__(self) -> int:
        return len(self.rates)

    def __deepcopy__(self, memo: object) -> "PackedSettled":
        return self

    def unpacked(self, venue: str, symbol: str) -> SettledHistory:
        """The same payments as facts of this market."""
        rows = zip(
            self.stamps_ns.tolist(), self.rates.tolist(), self.interval_s.tolist(),
            self._premiums.tolist(), strict=True,
        )  # fmt: skip
        return SettledHistory.of(
            Funding(
                venue=venue,
                symbol=symbol,
                recv_ns=at_ns,
                venue_ns=at_ns,
                kind="settled",
                rate=rate,
                interval_s=seconds,
                premium=None if premium != premium else premium,
            )
            for at_ns, rate, seconds, premium in rows
        )
