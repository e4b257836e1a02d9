"""Settled funding in pages: rows of a venue become payments of its markets, each stated once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec

from cockpit.core.events import Reject
from cockpit.venues.contract import Fetch, KeptSpan, Output, Reply
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.decoding import reject
from cockpit.venues.kit.figures import fraction
from cockpit.venues.kit.instruments import Market
from cockpit.venues.kit.parts import Hears
from cockpit.venues.kit.polling import Check, read
from cockpit.venues.kit.rows import RowReader

A = TypeVar("A")
R = TypeVar("R")
M = TypeVar("M", bound=Market)


class Paid(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row of a page. `rate` is as quoted, and a fraction once divided by `per`.

    `stamp_ns` is what pages go by, `paid_ns` when it was paid where that is another time.
    `native` is empty where the row does not say whose it is: then it is of the market that was
    asked about. `interval_s` is the time that the row says it covers, None where it does not. A
    row that `is_no_payment` counts for the page alone. `odd` says what of it makes no sense beside.
    """

    stamp_ns: int
    rate: object
    paid_ns: int | None = None
    native: str = ""
    per: float = 1.0
    interval_s: int | None = None
    is_no_payment: bool = False
    odd: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages(Generic[A, R]):
    """How a page is read: the body, why it is a refusal, its rows, and what each of them says."""

    decoder: "msgspec.json.Decoder[A]"
    rows: Callable[[A], Iterable[msgspec.Raw]]
    reader: RowReader[R]
    paid: Callable[[R], Paid]
    check: Check[A] | None = None


class FundingHistory(Hears, Generic[A, R, M]):
    """The settled funding of the wanted markets. A page's `key` is the native name, or another.

    `market` finds one by that. What a payment covers is known best by the one before it
    (`settled.SettledRates`), and where there is none by the market's `interval_s`.
    """

    hears = "funding_history"

    def __init__(
        self,
        venue: str,
        plan: Plan,
        ask: Callable[[Page], Fetch],
        pages: Pages[A, R],
        market: Callable[[str], M | None],
        key: Callable[[M], str] = lambda market: market.native,
    ) -> None:
        self._venue = venue
        self._backfill = Backfill(plan, ask)
        self._pages = pages
        self._market = market
        self._key = key

    def want(
        self, markets: Iterable[M], at_ns: int, kept: Mapping[str, KeptSpan]
    ) -> Sequence[Output]:
        """Keep the history of exactly these; of what is kept of one nothing is asked."""
        symbols = {self._key(market): market.symbol for market in markets}
        return self._backfill.want_markets(symbols, at_ns, kept)

    def tick(self, at_ns: int) -> Sequence[Output]:
        return self._backfill.tick(at_ns)

    def hear(self, reply: Reply) -> list[Output]:
        """A page: its payments, what of it makes no sense, and what to ask next."""
        key, at_ns, pages = reply.key, reply.at_ns, self._pages
        answer = read(self._venue, pages.decoder, reply, pages.check)
        if isinstance(answer, Reject):
            self._backfill.failed(key, at_ns)
            return [answer]
        rows, unread = pages.reader.read(pages.rows(answer), reply.name, at_ns)
        paid: dict[str, list[Paid]] = {}
        for row in map(pages.paid, rows):
            paid.setdefault(row.native or key, []).append(row)
        out: list[Output] = [*unread.rejects]
        for native, payments in paid.items():
            out += self.payments(native, payments, at_ns, reply.body)
        stamps_ns = [row.stamp_ns for payments in paid.values() for row in payments]
        lost = len(unread.names)
        return [*out, *self._backfill.answered(key, stamps_ns, at_ns, unread=lost)]

    def payments(
        self, native: str, rows: Iterable[Paid], at_ns: int, data: str | bytes = ""
    ) -> Iterator[Output]:
        """The payments of one market that were not stated before, and what makes no sense."""
        market, odd = self._market(native), list[tuple[str, str | bytes]]()
        if market is None:
            odd.append((f"unknown market {native}", data))
        else:
            rates: dict[int, float] = {}
            stated_s: dict[int, int] = {}
            for row in rows:
                if row.odd:
                    odd.append((row.odd, data))
                if row.is_no_payment:
                    continue
                rate = fraction(row.rate, row.per)
                paid_ns = row.stamp_ns if row.paid_ns is None else row.paid_ns
                if rate is None:
                    market.settled_rates.unread(paid_ns)
                    shown = data if row.rate is None else str(row.rate)
                    odd.append((f"settled funding rate of {native} is not a fraction", shown))
                else:
                    rates[paid_ns] = rate
                    if row.interval_s is not None:
                        stated_s[paid_ns] = row.interval_s
            yield from market.settled_rates.news(
                self._venue, market.symbol, rates, market.interval_s, at_ns, stated_s
            )
        for reason, shown in odd:
            yield reject(self._venue, at_ns, f"funding_history: {reason}", shown)
