"""History in pages: what is missing of each key, the newest first, then the older, then the new.

What is missing is a span of time. A page trims the span it was asked for, and which end it trims
is all that differs between venues: one that answers with the newest rows of a span trims its end,
one that answers with the oldest rows trims its start. Where a cursor continues a page it is handed
on until none comes.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec

from cockpit.core.units import NS_PER_MS, NS_PER_S
from cockpit.venues.contract import Fetch, KeptSpan, Output
from cockpit.venues.kit.parts import OverHttp


class Page(msgspec.Struct, frozen=True):
    """What to ask for: rows with `start_ns <= stamp <= end_ns`, continued at `cursor`."""

    key: str
    start_ns: int
    end_ns: int
    cursor: str | None = None


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How a venue pages.

    `newest_first`: a full page holds the newest rows of its span, otherwise the oldest. `rows` in
    a full page; None where its size is not known, and then only an empty page ends a span. With
    `by_cursor` a span ends with the page that names no cursor, or reaches beyond its start.
    `depth_s` is how far back a first reading goes. New rows are looked for `settling_s` after each
    whole `every_s` of the clock. `chunk_s` is the longest span of one page (rows times interval,
    where the oldest rows come first). `unit_ns` is the venue's resolution of stamps.
    """

    newest_first: bool
    rows: int | None
    depth_s: int = 30 * 86_400
    every_s: int = 3_600
    settling_s: float = 45.0
    retry_s: float = 60.0
    lost_s: float = 300.0
    chunk_s: int | None = None
    unit_ns: int = NS_PER_MS
    per_tick: int | None = None
    by_cursor: bool = False


@dataclass(slots=True)
class _Key:
    """`missing` spans, the oldest first; the newest is asked for next."""

    missing: list[tuple[int, int]] = field(default_factory=list)
    newest_ns: int | None = None
    due_ns: int = 0
    asked: Page | None = None
    cursor: str | None = None


class Backfill(OverHttp):
    """The history of many keys. `ask` makes the request for a page; its reply carries the key."""

    def __init__(self, plan: Plan, ask: Callable[[Page], Fetch]) -> None:
        self._plan = plan
        self._ask = ask
        self._keys: dict[str, _Key] = {}
        self._wanted: dict[str, None] = {}

    def want(self, keys: Iterable[str], at_ns: int) -> Sequence[Output]:
        """Keep the history of exactly these; one that is wanted again is read anew, because what
        was told of it may be forgotten."""
        self._wanted = dict.fromkeys(keys)
        self._keys = {key: known for key, known in self._keys.items() if key in self._wanted}
        return self.tick(at_ns)

    def want_markets(
        self, symbols: Mapping[str, str], at_ns: int, kept: Mapping[str, KeptSpan]
    ) -> Sequence[Output]:
        """Of markets, key -> symbol: of what is kept of one nothing is asked, and of one wanted
        before only what is new."""
        for key, symbol in symbols.items():
            if symbol in kept and key not in self._keys:
                self._keys[key] = self._held(kept[symbol], at_ns)
        self._wanted = dict.fromkeys(symbols)
        return self.tick(at_ns)

    def tick(self, at_ns: int) -> Sequence[Output]:
        fetches: list[Output] = []
        for key in self._wanted:
            known = self._keys.setdefault(key, _Key())
            if at_ns < known.due_ns:
                continue
            if len(fetches) == self._plan.per_tick:
                break
            fetches.append(self._next(key, known, at_ns))
        return fetches

    def answered(
        self,
        key: str,
        stamps_ns: Sequence[int],
        at_ns: int,
        cursor: str | None = None,
        unread: int = 0,
    ) -> Sequence[Output]:
        """A page came, with rows of these stamps. What to ask next, if more is missing.

        `unread` more rows made no sense: a page is full by what came, and one of which nothing can
        be read is asked for again. A page that nobody asked for (an edited tape) only moves the
        newest stamp.
        """
        if unread and not stamps_ns:
            self.failed(key, at_ns)
            return ()
        known = self._keys.get(key)
        if known is None:
            return ()
        if stamps_ns:
            known.newest_ns = max(known.newest_ns or 0, max(stamps_ns))
        page, known.asked = known.asked, None
        if page is None:
            return ()
        is_inside = stamps_ns and min(stamps_ns) >= page.start_ns
        # A cursor that leads to its own page leads nowhere.
        known.cursor = cursor if cursor and cursor != page.cursor and is_inside else None
        if known.cursor is not None:
            known.missing.append((page.start_ns, page.end_ns))
        elif not self._plan.by_cursor:
            known.missing += self._rest(page, [*stamps_ns, *list(stamps_ns[-1:]) * unread])
        if known.missing and key in self._wanted:
            return [self._page(key, known, at_ns)]
        known.due_ns = self._due_ns(at_ns)
        return ()

    def failed(self, key: str, at_ns: int, retry_s: float | None = None) -> None:
        """A page could not be read: the same is asked again later."""
        known = self._keys.get(key)
        if known is not None:
            after_s = self._plan.retry_s if retry_s is None else retry_s
            known.due_ns = at_ns + round(after_s * NS_PER_S)

    def forget(self, key: str) -> None:
        """Read all of it anew, should it be wanted again."""
        self._keys.pop(key, None)

    def _passed_ns(self, at_ns: int) -> int:
        """The last time at which there may have been a payment that can be read by now."""
        every_ns = self._plan.every_s * NS_PER_S
        return (at_ns - round(self._plan.settling_s * NS_PER_S)) // every_ns * every_ns

    def _due_ns(self, at_ns: int) -> int:
        """When the next new rows are expected."""
        settling_ns = round(self._plan.settling_s * NS_PER_S)
        return self._passed_ns(at_ns) + self._plan.every_s * NS_PER_S + settling_ns

    def _held(self, span: KeptSpan, at_ns: int) -> _Key:
        """What lies before and after the span is missing. Its newest row is asked for again: the
        next one may need to know when it was paid."""
        floor_ns = at_ns - self._plan.depth_s * NS_PER_S
        known = _Key(newest_ns=span.to_ns - self._plan.unit_ns)
        if span.from_ns > floor_ns:
            known.missing.append((floor_ns, span.from_ns))
        elif span.to_ns >= self._passed_ns(at_ns):
            known.due_ns = self._due_ns(at_ns)
        return known

    def _next(self, key: str, known: _Key, at_ns: int) -> Fetch:
        """The page that was lost, else one about what is new, after the newest stated stamp."""
        if known.asked is not None:
            known.missing.append((known.asked.start_ns, known.asked.end_ns))
            known.asked = None
        floor_ns = at_ns - self._plan.depth_s * NS_PER_S
        start_ns = floor_ns
        if known.newest_ns is not None:
            # A stamp may lie ahead of our clock.
            start_ns = min(known.newest_ns + self._plan.unit_ns, at_ns)
        # What begins where the new rows do is part of their span.
        spans = [
            (max(start, floor_ns), end)
            for start, end in known.missing
            if floor_ns <= end and start < start_ns
        ]
        if known.newest_ns is None:
            spans = []
        known.missing = [*spans, (start_ns, at_ns)]
        return self._page(key, known, at_ns)

    def _page(self, key: str, known: _Key, at_ns: int) -> Fetch:
        start_ns, end_ns = known.missing.pop()
        chunk_s = self._plan.chunk_s
        if chunk_s is not None and end_ns - start_ns > chunk_s * NS_PER_S:
            known.missing.append((start_ns, end_ns - chunk_s * NS_PER_S - self._plan.unit_ns))
            start_ns = end_ns - chunk_s * NS_PER_S
        page = known.asked = Page(key, start_ns, end_ns, known.cursor)
        known.cursor = None
        known.due_ns = at_ns + round(self._plan.lost_s * NS_PER_S)
        return self._ask(page)

    def _rest(self, page: Page, stamps_ns: Sequence[int]) -> list[tuple[int, int]]:
        """What a page leaves missing of its span."""
        inside = [stamp for stamp in stamps_ns if page.start_ns <= stamp <= page.end_ns]
        plan = self._plan
        if not inside or (plan.rows is not None and len(stamps_ns) < plan.rows):
            return []
        older = (page.start_ns, min(inside) - plan.unit_ns)
        newer = (max(inside) + plan.unit_ns, page.end_ns)
        one_end = [older] if plan.newest_first else [newer]
        if plan.rows is not None:
            return [span for span in one_end if span[0] <= span[1]]
        return [span for span in (older, newer) if self._may_hold_rows(*span)]

    def _may_hold_rows(self, start_ns: int, end_ns: int) -> bool:
        """Whether the clock passed a payment's time in this span."""
        every_ns = self._plan.every_s * NS_PER_S
        return (start_ns - 1) // every_ns < end_ns // every_ns
