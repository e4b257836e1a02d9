"""Asking again without asking too often: spacing, whole answers, refusals, pages by cursor."""

from collections.abc import Sequence

from cockpit.venues.contract import Fetch, Output, Send
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.books import Books
from cockpit.venues.kit.subscriptions import Operation, Rules, Subscriptions
from tests.support import AT_NS, only

SECOND = 1_000_000_000


def subscribed(spacing_s: float = 1.0) -> Subscriptions:
    """A link on which `a` and `b` have been joined."""

    def encode(operation: Operation, keys: Sequence[str], request: int) -> str:
        return f"{operation[0]}{keys[0]}"

    subscriptions = Subscriptions(encode, Rules(spacing_s=spacing_s))
    subscriptions.opened("main", AT_NS)
    subscriptions.want(["a", "b"], AT_NS)
    return subscriptions


def sent(outputs: Sequence[Output]) -> list[str]:
    return [send.data for send in only(Send, outputs)]


def test_a_key_is_joined_again_only_when_the_spacing_is_over_and_holds_up_no_other() -> None:
    keys = subscribed()
    assert sent(keys.renew(["a"], AT_NS + SECOND // 2)) == []
    assert sent(keys.want(["a", "b", "c"], AT_NS + SECOND // 2)) == ["sc"]
    assert sent(keys.tick(AT_NS + SECOND)) == ["ua", "sa"]


def test_what_was_stated_whole_meanwhile_need_not_be_renewed() -> None:
    keys = subscribed()
    keys.renew(["a", "b"], AT_NS)
    keys.answered("a")
    assert sent(keys.tick(AT_NS + SECOND)) == ["ub", "sb"]
    assert sent(keys.tick(AT_NS + 4 * SECOND)) == []


def test_what_nobody_wants_is_not_renewed() -> None:
    assert sent(subscribed().renew(["x"], AT_NS + 2 * SECOND)) == []


def test_a_refused_book_is_not_joined_again_for_want_of_a_snapshot() -> None:
    keys = subscribed()
    books = Books("venue", keys)
    books.want({"a": "A", "b": "B"}, AT_NS)
    keys.refuse("a", AT_NS)
    assert sent(books.tick(AT_NS + 6 * SECOND)) == ["ub", "sb"]


def test_pages_by_cursor_end_where_no_cursor_is_named_or_the_start_is_passed() -> None:
    asked: list[Page] = []

    def ask(page: Page) -> Fetch:
        asked.append(page)
        return Fetch(name="history", path="/")

    plan = Plan(newest_first=True, rows=2, by_cursor=True, depth_s=100)
    history = Backfill(plan, ask)
    for key, stamp_ns, cursor in (("none", AT_NS, None), ("passed", AT_NS - 101 * SECOND, "2")):
        history.want([key], AT_NS)
        assert history.answered(key, [AT_NS, stamp_ns], AT_NS, cursor) == ()
        assert history.tick(AT_NS) == []
    history.want(["more"], AT_NS)
    assert len(history.answered("more", [AT_NS, AT_NS - SECOND], AT_NS, "2")) == 1
    assert [(page.key, page.cursor) for page in asked] == [
        ("none", None), ("passed", None), ("more", None), ("more", "2"),
    ]  # fmt: skip
