"""The keys of SCAN: walking it, narrowing it, and taking a pair into a calculator."""

import json
from itertools import pairwise

import pytest

from cockpit.config import Config
from cockpit.core.events import BookSnapshot, Instrument, Link, Prices
from cockpit.desk.contract import Lease, Rank, Watch
from cockpit.desk.stats import Scan
from cockpit.ui.input import command_line
from cockpit.ui.input.scan_runner import ScanRunner
from cockpit.ui.layout.workspaces import show
from cockpit.ui.readings.scan import scan_view, selected
from cockpit.ui.readings.scan_coins import coins_view
from tests.support import AT_NS
from tests.ui import scenes
from tests.ui.input.hosts import PlainHost
from tests.ui.scanned import LISTINGS, listing, ranking, scanned

pytestmark = pytest.mark.usefixtures("own_home")


@pytest.fixture
def host():
    """WIF is followed for a while at three venues, at 100 USD."""
    host = PlainHost(scanned())
    store = host.desk.view
    store.lend(dict.fromkeys(scenes.VENUES, frozenset({"WIF"})))
    for venue in scenes.VENUES:
        said = {"venue": venue, "symbol": "WIF", "recv_ns": AT_NS}
        store.apply(Link(venue=venue, recv_ns=AT_NS, state="live"))
        store.apply(Instrument(native="WIF", base="WIF", quote="USD", **said))
        store.apply(Prices(mark=100.0, **said))
        store.apply(BookSnapshot(bids=((99.99, 1e6),), asks=((100.01, 1e6),), **said))
    return host


def coin(host):
    return selected(host.readings).symbol


def given(host, name):
    return {key: value.text for key, value in host.ui.forms.opened[name].given.items()}


def test_it_is_sorted_by_the_cursors_column_and_back(host):
    host.press("s")
    assert [row.symbol for row in scan_view(host.readings).rows] == ["DOGS", "SUI", "WIF", "PEPE2"]
    host.press("s", "a")
    assert coin(host) == "SUI"


def test_enter_shows_all_pairs_of_the_coin_and_escape_goes_back_to_where_it_was(host):
    host.press("j", "enter")
    assert host.ui.scan.asset == "WIF"
    assert len(scan_view(host.readings).rows) == 3
    host.press("escape")
    assert coin(host) == "WIF"
    assert host.ui.scan.asset == ""


def test_v_shows_coins_by_venues_enter_the_pairs_of_one_and_escape_goes_back(host):
    host.press("v")
    assert host.ui.scan.is_of_coins
    host.press("j", "enter")
    assert host.ui.scan.asset == "WIF"
    assert len(scan_view(host.readings).rows) == 3
    host.press("escape")
    assert host.ui.scan.is_of_coins
    assert coin(host) == "WIF", "where it was: the coin, and its best pair"
    host.press("C")
    assert given(host, "carry")["symbol"] == "WIF"
    show(host.ui, "scan")
    host.press("v")
    assert not host.ui.scan.is_of_coins


def test_coins_are_sorted_and_filtered_by_keys_of_their_own(host):
    host.press("v", "s")
    assert [row.asset for row in coins_view(host.readings).rows] == ["DOGS", "PEPE2", "SUI", "WIF"]
    assert host.ui.scan.cursor.sort == "", "the pairs stand as they stood"
    host.press("j", "p")
    assert host.desk.posted[-1] == Watch((*scenes.SYMBOLS, "PEPE2"))


def test_enter_on_one_of_its_pairs_is_its_carry_and_so_it_is_on_an_only_pair(host):
    host.press("j", "enter", "enter")
    assert (host.ui.workspace, host.ui.focus) == ("plan", "form")
    assert given(host, "carry") == {
        "symbol": "WIF", "long_venue": "alphaswap", "short_venue": "bravo",
        "notional_usd": "10000", "compare": "yes", "hold_h": "24",
    }  # fmt: skip
    show(host.ui, "scan")
    host.press("escape", "g", "enter")
    assert host.ui.workspace == "plan"
    assert given(host, "carry")["symbol"] == "SUI"


def test_the_other_calculators_take_the_legs_too(host):
    """10 000 USD at 100 are 100 coins."""
    host.press("j", "H")
    assert given(host, "hedge") == {
        "symbol": "WIF", "size": "100", "venue": "alphaswap", "venues": "bravo", "hold_h": "24",
    }  # fmt: skip
    show(host.ui, "scan")
    host.press("S")
    assert given(host, "stagger") == {
        "symbol": "WIF", "side": "buy", "size_usd": "10000", "venues": "alphaswap",
    }  # fmt: skip
    show(host.ui, "scan")
    host.press("X")
    assert json.loads(given(host, "stress")["positions"]) == [
        {"venue": "alphaswap", "symbol": "WIF", "size": 100.0},
        {"venue": "bravo", "symbol": "WIF", "size": -100.0},
    ]


def test_failing_pairs_go_and_come_back(host):
    host.press("f")
    assert [row.symbol for row in scan_view(host.readings).rows] == ["WIF"]
    host.press("f")
    assert len(scan_view(host.readings).rows) == 4


def test_a_coin_is_pinned_to_the_watch_list_once(host):
    host.press("j", "p")
    assert host.desk.posted[-1] == Watch(("BTC", "ETH", "PEPE", "WIF"))
    host.press("p")
    assert host.said[-1] == ("WIF is watched already; :drop WIF", "info")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("where nett>5", "did you mean 'net'?"),
        ("where", "'' is not a condition"),
        ("hold 90m", "'90m' is not a hold"),
        ("hold", "'' is not a hold"),
        ("watch scan 0", "from 1 to 100 coins"),
    ],
)
def test_a_mistake_is_one_sentence(host, line, problem):
    assert problem in command_line.check(host, line)


def test_the_command_line_narrows_the_scan_sets_the_hold_and_fills_the_watch_list(host):
    command_line.run(host, "where net>5 and venue!=charliedex")
    command_line.run(host, "hold 3d")
    assert (host.ui.scan.where, host.ui.scan.hold_h) == ("net>5 and venue!=charliedex", 72)
    assert [row.symbol for row in scan_view(host.readings).rows] == ["SUI", "WIF"]
    command_line.run(host, "where all")
    assert host.ui.scan.where == ""
    command_line.run(host, "watch scan 2")
    assert host.desk.posted[-1] == Watch(("SUI", "WIF"))


def test_a_key_steps_through_holds(host):
    held = []
    for _ in range(5):
        host.press("d")
        held.append(host.ui.scan.hold_h)
    assert held == [72, 168, 720, 8, 24]


def test_m_goes_through_the_days_of_coins_and_leaves_the_cells_of_markets_alone(host):
    cell = host.ui.cell
    host.press("v")
    spans = [host.ui.scan.span]
    for _ in range(5):
        host.press("m")
        spans.append(host.ui.scan.span)
    assert spans == ["now", "1 d", "3 d", "7 d", "30 d", "now"]
    assert host.ui.cell == cell


# --- what runs behind it --------------------------------------------------------------------------


def runner(host):
    return ScanRunner(host.readings, host.desk, Config())


def posted(host, kind):
    return [intent for intent in host.desk.posted if isinstance(intent, kind)]


def test_while_it_is_open_all_is_ranked_at_the_traders_size_and_hold(host):
    beating = runner(host)
    beating.beat(60)
    assert posted(host, Rank) == [Rank(is_on=True, usd=10_000.0, hold_h=24)]
    host.press("d")
    beating.beat(60)
    assert posted(host, Rank)[-1].hold_h == 72


def test_books_of_rows_in_view_and_of_the_best_are_followed(host):
    runner(host).beat(60)
    (lease,) = posted(host, Lease)
    assert set(lease.markets) == {(one.venue, one.symbol) for one in LISTINGS} - {
        ("charliedex", "WIF")
    }, "of WIF the best pair is in view, not its third market"


def test_rows_in_view_are_priced_from_the_books_of_now(host):
    runner(host).beat(60)
    assert set(host.ui.scan.renewed) == {("WIF", "alphaswap", "bravo")}, (
        "of the others nothing is known any more"
    )


def test_many_rows_are_priced_a_few_at_a_time_and_all_of_them_within_half_a_second(
    host, monkeypatch
):
    """Forty coins in view are three turns; a sixth of a second passes from each to the next."""
    store, now_s = host.desk.view, 100.0
    coins = [f"C{number}" for number in range(40)]
    store.lend(dict.fromkeys(scenes.VENUES, frozenset(coins)))
    legs = [listing(v, c, rate) for c in coins for v, rate in (("alphaswap", 0.0), ("bravo", 1e-4))]
    for leg in legs:
        said = {"venue": leg.venue, "symbol": leg.symbol, "recv_ns": AT_NS}
        store.apply(Instrument(native=leg.symbol, base=leg.symbol, quote="USD", **said))
        store.apply(Prices(mark=100.0, **said))
    host.readings.scan = Scan(is_on=True, pairs=ranking(*legs))
    monkeypatch.setattr("cockpit.ui.input.scan_runner.time.monotonic", lambda: now_s)
    beating, seen = runner(host), [0]
    for _ in range(3):
        beating.beat(60)
        seen.append(len(host.ui.scan.renewed))
        now_s += 0.17
    assert seen[-1] == 40
    assert max(after - before for before, after in pairwise(seen)) <= 16


def test_nobody_elses_workspace_ranks_or_follows_anything():
    host = PlainHost()
    runner(host).beat(60)
    assert host.desk.posted == []


def test_the_coin_of_a_form_stays_followed_while_it_is_looked_at(host):
    host.press("j", "C")
    runner(host).beat(60)
    (lease,) = posted(host, Lease)
    assert set(lease.markets) == {(venue, "WIF") for venue in scenes.VENUES}


def test_what_begins_to_pass_is_remembered_with_its_moment(host):
    beating = runner(host)
    beating.beat(60)
    before = host.ui.scan.passing_ns
    assert set(before.values()) == {0}
    assert {symbol for symbol, _, _ in before} == {"WIF"}
    more = (listing("alphaswap", "NEW", 0.0), listing("bravo", "NEW", 2e-4))
    host.readings.scan = Scan(is_on=True, pairs=ranking(*LISTINGS, *more))
    beating.beat(60)
    assert host.ui.scan.passing_ns == {**before, ("NEW", "alphaswap", "bravo"): AT_NS}
