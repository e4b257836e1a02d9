"""History in pages: everything once, the newest first, whichever end a page trims.

Each venue here has a payment every hour and answers as such a venue does; the test says what must
have been seen in the end.
"""

from collections.abc import Callable

import pytest

from cockpit.venues.contract import Fetch, KeptSpan
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from tests.support import AT_NS, only

HOUR_S = 3_600
HOUR_NS = HOUR_S * 1_000_000_000
NOW_NS = AT_NS // HOUR_NS * HOUR_NS + HOUR_NS // 2
DEPTH_S = 50 * HOUR_S
PAID = [NOW_NS // HOUR_NS * HOUR_NS - i * HOUR_NS for i in reversed(range(200))]

Venue = Callable[[Page], tuple[list[int], str | None]]


def ask(page: Page) -> Fetch:
    return Fetch(name="funding_history", path="/", key=page.key)


class Asked:
    """A backfill whose pages are kept, so that a venue can answer them."""

    def __init__(self, plan: Plan) -> None:
        self.pages: list[Page] = []
        self.backfill = Backfill(plan, self._ask)

    def _ask(self, page: Page) -> Fetch:
        self.pages.append(page)
        return ask(page)

    def all_from(self, venue: Venue, at_ns: int) -> list[int]:
        """Everything that is asked for, answered page after page, in order of arrival."""
        stamps: list[int] = []
        self.pages.clear()
        waiting = only(Fetch, self.backfill.want(["BTC"], at_ns))
        while waiting:
            assert len(self.pages) < 100, "it never ends"
            rows, cursor = venue(self.pages[-1])
            stamps += rows
            waiting = only(Fetch, self.backfill.answered("BTC", rows, at_ns, cursor))
        return stamps


def inside(page: Page) -> list[int]:
    return [stamp for stamp in PAID if page.start_ns <= stamp <= page.end_ns]


def newest(page: Page) -> tuple[list[int], str | None]:
    return inside(page)[-20:], None


def oldest(page: Page) -> tuple[list[int], str | None]:
    return inside(page)[:20], None


def by_cursor(page: Page) -> tuple[list[int], str | None]:
    start = int(page.cursor or 0)
    rows = inside(page)[::-1][start : start + 20]
    return rows, str(start + 20) if len(rows) == 20 else None


def some_of_the_middle(page: Page) -> tuple[list[int], str | None]:
    """No size of a page is documented, and it trims both ends."""
    rows = inside(page)
    middle = len(rows) // 2
    return rows[max(0, middle - 4) : middle + 4], None


VENUES = [
    pytest.param(Plan(newest_first=True, rows=20, depth_s=DEPTH_S), newest, id="by end"),
    pytest.param(Plan(newest_first=False, rows=20, depth_s=DEPTH_S), oldest, id="by start"),
    pytest.param(
        Plan(newest_first=False, rows=20, depth_s=DEPTH_S, chunk_s=19 * HOUR_S), oldest, id="chunks"
    ),
    pytest.param(Plan(newest_first=True, rows=20, depth_s=DEPTH_S), by_cursor, id="cursor"),
    pytest.param(
        Plan(newest_first=True, rows=None, depth_s=DEPTH_S), some_of_the_middle, id="unknown size"
    ),
]
WANTED = [stamp for stamp in PAID if stamp >= NOW_NS - DEPTH_S * 1_000_000_000]


@pytest.mark.parametrize(("plan", "venue"), VENUES)
def test_all_of_the_depth_is_read_and_nothing_twice(plan: Plan, venue: Venue) -> None:
    asked = Asked(plan)
    stamps = asked.all_from(venue, NOW_NS)
    assert sorted(stamps) == WANTED
    assert asked.backfill.tick(NOW_NS) == []


@pytest.mark.parametrize(("plan", "venue"), VENUES)
def test_later_only_what_is_new_is_asked_for(plan: Plan, venue: Venue) -> None:
    asked = Asked(plan)
    asked.all_from(venue, NOW_NS)
    for second in range(0, 2_000, 60):
        assert asked.backfill.tick(NOW_NS + second * 1_000_000_000 // 2) == []
    later_ns = NOW_NS + 2 * HOUR_NS
    asked.all_from(venue, later_ns)
    assert asked.pages[0].start_ns > WANTED[-1]
    assert asked.pages[0].end_ns == later_ns


def test_the_oldest_rows_of_short_spans_still_fill_the_newest_first() -> None:
    asked = Asked(Plan(newest_first=False, rows=20, depth_s=DEPTH_S, chunk_s=19 * HOUR_S))
    stamps = asked.all_from(oldest, NOW_NS)
    assert stamps[0] > WANTED[25]
    assert asked.pages[0].end_ns == NOW_NS


def test_a_page_that_failed_is_asked_for_again_and_what_was_read_is_kept() -> None:
    asked = Asked(Plan(newest_first=True, rows=20, depth_s=DEPTH_S, retry_s=60))
    asked.backfill.want(["BTC"], NOW_NS)
    asked.backfill.answered("BTC", newest(asked.pages[0])[0], NOW_NS)
    failed = asked.pages[-1]
    asked.backfill.failed("BTC", NOW_NS)
    assert asked.backfill.tick(NOW_NS + 59 * 1_000_000_000) == []
    asked.pages.clear()
    retry_ns = NOW_NS + 60 * 1_000_000_000
    waiting = only(Fetch, asked.backfill.tick(retry_ns))
    stamps: list[int] = []
    while waiting:
        rows, cursor = newest(asked.pages[-1])
        stamps += rows
        waiting = only(Fetch, asked.backfill.answered("BTC", rows, retry_ns, cursor))
    assert sorted(stamps) == [stamp for stamp in WANTED if stamp <= failed.end_ns]


def test_an_answer_that_never_comes_is_asked_for_after_a_while() -> None:
    asked = Asked(Plan(newest_first=True, rows=20, lost_s=300))
    asked.backfill.want(["BTC"], NOW_NS)
    assert asked.backfill.tick(NOW_NS + 299 * 1_000_000_000) == []
    assert len(asked.backfill.tick(NOW_NS + 300 * 1_000_000_000)) == 1


def test_many_markets_are_read_a_few_a_second() -> None:
    asked = Asked(Plan(newest_first=True, rows=20, per_tick=2))
    assert len(asked.backfill.want(["a", "b", "c", "d", "e"], NOW_NS)) == 2
    assert [len(asked.backfill.tick(NOW_NS + i)) for i in range(1, 4)] == [2, 1, 0]


def test_a_page_that_nobody_asked_for_asks_for_nothing() -> None:
    asked = Asked(Plan(newest_first=True, rows=20))
    assert asked.backfill.answered("BTC", WANTED[-20:], NOW_NS) == ()


ANY_PAGE = Plan(newest_first=True, rows=None, depth_s=DEPTH_S)


def test_where_no_page_size_is_known_a_whole_answer_needs_no_second_question() -> None:
    """Between the ends of the span and its rows no hour passed: nothing can be missing there."""
    asked = Asked(ANY_PAGE)
    assert asked.all_from(lambda page: (inside(page), None), NOW_NS) == PAID[-50:]
    assert len(asked.pages) == 1


def test_a_payment_that_is_not_there_yet_is_looked_for_when_it_has_settled() -> None:
    asked = Asked(ANY_PAGE)
    at_ns = PAID[-1] + 20 * 1_000_000_000
    asked.all_from(lambda page: (inside(page)[:-1], None), at_ns)
    assert not asked.backfill.tick(at_ns + 24 * 1_000_000_000)
    assert asked.backfill.tick(at_ns + 25 * 1_000_000_000)


def test_a_stamp_ahead_of_our_clock_stops_nothing() -> None:
    asked = Asked(Plan(newest_first=True, rows=20, depth_s=DEPTH_S))
    asked.backfill.want(["BTC"], NOW_NS)
    asked.backfill.answered("BTC", [NOW_NS + 24 * HOUR_NS], NOW_NS)
    assert len(asked.backfill.tick(NOW_NS + HOUR_NS)) == 1


# --- what is kept already ---------------------------------------------------------------------


def after_a_restart(plan: Plan, venue: Venue, kept: KeptSpan, at_ns: int) -> tuple[list[int], int]:
    """What is read again, and in how many pages."""
    asked = Asked(plan)
    stamps: list[int] = []
    waiting = only(Fetch, asked.backfill.want_markets({"BTC": "BTC"}, at_ns, {"BTC": kept}))
    while waiting:
        assert len(asked.pages) < 100, "it never ends"
        rows, cursor = venue(asked.pages[-1])
        stamps += rows
        waiting = only(Fetch, asked.backfill.answered("BTC", rows, at_ns, cursor))
    return sorted(set(stamps)), len(asked.pages)


@pytest.mark.parametrize(("plan", "venue"), VENUES)
def test_of_what_is_kept_nothing_is_asked(plan: Plan, venue: Venue) -> None:
    whole = KeptSpan(from_ns=NOW_NS - DEPTH_S * 1_000_000_000, to_ns=PAID[-1])
    assert after_a_restart(plan, venue, whole, NOW_NS) == ([], 0)


@pytest.mark.parametrize(("plan", "venue"), VENUES)
def test_what_was_paid_since_is_read_with_the_payment_before_it(plan: Plan, venue: Venue) -> None:
    whole = KeptSpan(from_ns=NOW_NS - DEPTH_S * 1_000_000_000, to_ns=PAID[-4])
    stamps, pages = after_a_restart(plan, venue, whole, NOW_NS)
    assert stamps == PAID[-4:]
    assert pages <= 4


@pytest.mark.parametrize(("plan", "venue"), VENUES)
def test_what_is_missing_before_and_after_is_read_and_the_middle_is_not(
    plan: Plan, venue: Venue
) -> None:
    some = KeptSpan(from_ns=PAID[-30], to_ns=PAID[-10])
    stamps, _ = after_a_restart(plan, venue, some, NOW_NS)
    oldest_ns = NOW_NS - DEPTH_S * 1_000_000_000
    assert set(PAID[-10:]) <= set(stamps)
    assert {stamp for stamp in PAID if oldest_ns <= stamp < PAID[-30]} <= set(stamps)
    if not plan.by_cursor:
        assert not set(PAID[-29:-10]) & set(stamps)


def test_the_next_payment_is_looked_for_when_it_is_due() -> None:
    asked = Asked(Plan(newest_first=True, rows=20, depth_s=DEPTH_S, settling_s=45.0))
    whole = KeptSpan(from_ns=NOW_NS - DEPTH_S * 1_000_000_000, to_ns=PAID[-1])
    assert not asked.backfill.want_markets({"BTC": "BTC"}, NOW_NS, {"BTC": whole})
    next_ns = PAID[-1] + HOUR_NS
    assert not asked.backfill.tick(next_ns + 44_000_000_000)
    assert len(asked.backfill.tick(next_ns + 45_000_000_000)) == 1
