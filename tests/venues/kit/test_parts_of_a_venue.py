"""The kit where a venue is read in parts, and where what is known must be forgotten."""

import pytest
from msgspec.structs import replace

from cockpit.core.events import AccountState, FundingPayment, Instrument, Margin, Position
from cockpit.venues.contract import Fetch
from cockpit.venues.kit.account_ledger import Ledger, checked
from cockpit.venues.kit.backfill import Backfill, Page, Plan
from cockpit.venues.kit.instruments import ONE, Instruments, Market
from cockpit.venues.kit.subscriptions import Operation, Rules, Subscriptions

T0 = 1_760_000_000_000_000_000
DAY_NS = 86_400 * 1_000_000_000


def listed(listing: Instruments[Market], *natives: str, dex: str) -> list[Instrument]:
    """A whole listing of the markets of one dex."""
    out: list[Instrument] = []
    for native in natives:
        market = listing.adopt(native, native, ONE, Market)
        fact = Instrument(
            venue="v", recv_ns=T0, symbol=native, native=native, base=native, quote="USD"
        )
        out += listing.state(market, fact)
    return out + listing.end(T0, lambda native: native.startswith(dex))


def test_the_listing_of_one_dex_takes_no_market_of_another_away() -> None:
    listing = Instruments[Market]()
    listed(listing, "a:BTC", "a:ETH", dex="a:")
    for _ in range(3):
        assert listed(listing, "b:BTC", dex="b:")[1:] == []
    assert listing.native("a:ETH") == "a:ETH"
    assert listed(listing, "a:BTC", dex="a:") == []
    (gone,) = listed(listing, "a:BTC", dex="a:")
    assert (gone.symbol, gone.status) == ("a:ETH", "delisted")


def test_a_history_that_was_forgotten_is_read_from_its_beginning() -> None:
    asked: list[Page] = []

    def ask(page: Page) -> Fetch:
        asked.append(page)
        return Fetch(name="paid", path="/", key=page.key)

    history = Backfill(Plan(newest_first=True, rows=100, depth_s=86_400), ask)
    history.want(["x"], T0)
    history.answered("x", [T0 - 5], T0)
    history.want([], T0)
    history.want(["x"], T0 + DAY_NS)
    assert asked[-1].start_ns > T0 - DAY_NS, "what is new"
    history.forget("x")
    history.want(["x"], T0 + DAY_NS)
    assert asked[-1].start_ns == T0, "a day back"


def test_subscriptions_are_settled_when_every_key_stands() -> None:
    def encode(operation: Operation, keys: object, request: int) -> str:
        return f"{operation} {keys}"

    keys = Subscriptions(encode, Rules())
    keys.opened("main", T0)
    assert not keys.waiting
    keys.want(["a", "b"], T0)
    keys.seen("a")
    assert keys.waiting
    keys.seen("b")
    assert not keys.waiting


def test_an_account_that_reads_on_says_how_far_it_is() -> None:
    ledger = Ledger("v", "0xab")
    states: list[AccountState] = []
    for parts in ((1, 3), (2, 3), (2, 3)):
        states += ledger.state("waiting", T0, "reading", parts)
    states += ledger.state("read", T0)
    assert [(s.state, s.parts_known, s.parts_wanted) for s in states] == [
        ("waiting", 1, 3), ("waiting", 2, 3), ("read", None, None),
    ]  # fmt: skip


def paid(usd: float) -> FundingPayment:
    return FundingPayment(
        venue="v", recv_ns=T0, venue_ns=T0 - 1, symbol="BTC", account="0xab", usd=usd
    )


def test_a_payment_is_told_once_and_again_where_the_venue_corrects_it() -> None:
    ledger = Ledger("v", "0xab")
    told = [row.usd for usd in (1.5, 1.5, 1.25, 1.25) for row in ledger.payment(paid(usd))]
    assert told == [1.5, 1.25]
    ledger.hold([paid(1.25)])
    assert list(ledger.release("", T0)) == []
    ledger.hold([paid(1.0)])
    assert [row.usd for row in ledger.release("", T0)] == [1.0]


def test_a_payment_that_was_kept_back_arrives_with_the_last_page() -> None:
    """Its venue's stamp stays; here it is known as a fact from then on, after what came between."""
    ledger = Ledger("v", "0xab")
    ledger.hold([paid(1.5)])
    [told] = ledger.release("", T0 + 7)
    assert (told.recv_ns, told.venue_ns) == (T0 + 7, T0 - 1)


def test_a_pool_that_is_no_more_is_told_closed_and_its_equity_nothing() -> None:
    ledger = Ledger("v", "0xab")

    def held(*pools: str) -> list[Position | Margin]:
        positions = [
            Position(venue="v", recv_ns=T0, symbol="BTC", account="0xab", pool=pool, size=2.0)
            for pool in pools
        ]
        margins = [
            Margin(venue="v", recv_ns=T0, account="0xab", pool=pool, equity=70.0) for pool in pools
        ]
        return list(ledger.pools(positions, margins, T0))

    assert [row.pool for row in held("a", "b")] == ["a", "a", "b", "b"], "a position, its margin"
    told = held("a")
    assert [(row.pool, row.size) for row in told if isinstance(row, Position)] == [
        ("a", 2.0), ("b", 0.0),
    ]  # fmt: skip
    assert [(row.pool, row.equity) for row in told if isinstance(row, Margin)] == [
        ("a", 70.0), ("b", 0.0),
    ]  # fmt: skip
    assert {row.pool for row in held("a")} == {"a"}


def test_two_pools_of_one_name_are_not_taken_for_one() -> None:
    """The equity of one would be shown as that of both."""
    margins = [Margin(venue="v", recv_ns=T0, account="0xab", equity=usd) for usd in (70.0, 30.0)]
    with pytest.raises(ValueError, match="two pools"):
        list(Ledger("v", "0xab").pools([], margins, T0))


def test_two_positions_of_one_market_in_one_pool_are_not_taken_for_one() -> None:
    rows = [
        Position(venue="v", recv_ns=T0, symbol=symbol, account="0xab", size=size)
        for symbol, size in (("BTC", 0.5), ("ETH", 1.0), ("BTC", -0.2))
    ]
    with pytest.raises(ValueError, match="two positions in BTC"):
        checked(rows)
    assert checked([*rows[:2], replace(rows[2], size=0.0)])[:2] == rows[:2]
    assert len(checked([*rows[:2], replace(rows[2], pool="isolated")])) == 3
