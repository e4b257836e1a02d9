"""Trades of a view: found once, followed, renamed, closed, and kept while an account is away."""

import itertools

import pytest

from cockpit.core.errors import InputError
from cockpit.core.events import Link
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.portfolio.trades.holdings import key_of
from cockpit.portfolio.trades.keeper import AWAITED_NS, Keeper
from cockpit.portfolio.trades.reading import read as read_trades
from tests.portfolio.trades.legs import T0, A, fill, holds, market, paid, read, settled, store

HL, LT = ("hyperliquid", A), ("lighter", A)
LATER = T0 + NS_PER_S


def pair(long=1.0, short=-1.0):
    view = store(HL, LT)
    view.apply_all(
        [*market("hyperliquid", 100.0, 100.0), *market("lighter", 101.0, 100.5),
         holds(*HL, long), read(*HL), holds(*LT, short, entry=101.0), read(*LT)]
    )  # fmt: skip
    return view, Keeper(view)


def only(view):
    [record] = view.trades.open.values()
    return record


def legs_of(record):
    return [(leg.key.venue, leg.size) for leg in record.legs]


def test_a_pair_over_two_accounts_is_found_and_found_once():
    view, keeper = pair()
    keeper.look(T0)
    first = only(view)
    assert legs_of(first) == [("hyperliquid", 1.0), ("lighter", -1.0)]
    assert first.origin == "found"
    keeper.look(LATER)
    assert only(view).id == first.id


def test_nothing_is_matched_while_an_account_has_not_answered():
    view = store(HL, LT, ("dydx", "dydx1x"))
    view.apply_all([holds(*HL, 1.0), read(*HL), holds(*LT, -1.0), read(*LT)])
    keeper = Keeper(view)
    keeper.look(T0)
    assert view.trades.open == {}, "the third may hold what fits better"
    view.apply(read("dydx", "dydx1x", state="failed"))
    keeper.look(LATER)
    assert len(view.trades.open) == 1


def test_the_order_in_which_accounts_answer_does_not_matter():
    rows = [
        [holds(*place, size), read(*place)]
        for place, size in ((HL, 2.0), (LT, -2.0), (("aster", A), -1.0), (("dydx", "dydx1x"), 1.0))
    ]
    found = set()
    for order in itertools.permutations(rows):
        view = store(HL, LT, ("aster", A), ("dydx", "dydx1x"))
        keeper = Keeper(view)
        for events in order:
            view.apply_all(events)
            keeper.look(T0)
        found.add(tuple(sorted((id, *legs_of(r)) for id, r in view.trades.open.items())))
    [trades] = found
    assert [legs for _, *legs in trades] != []
    assert len(trades) == 2


def test_a_leg_of_an_account_that_is_away_is_not_closed():
    view, keeper = pair()
    keeper.look(T0)
    view.apply(Link(venue="lighter", recv_ns=LATER, state="down"))
    keeper.look(LATER)
    assert legs_of(only(view)) == [("hyperliquid", 1.0), ("lighter", -1.0)]
    [trade] = read_trades(view, LATER).trades
    assert trade.orphan_base is None, "nobody knows whether it is hedged"
    assert any(danger.kind == "away" for danger in trade.dangers)


def test_a_leg_that_was_closed_makes_an_orphan_of_the_other():
    view, keeper = pair()
    keeper.look(T0)
    view.apply(holds(*LT, 0.0, LATER))
    keeper.look(LATER)
    assert legs_of(only(view)) == [("hyperliquid", 1.0), ("lighter", 0.0)]
    [trade] = read_trades(view, LATER).trades
    assert trade.orphan_base == 1.0


def test_a_trade_without_legs_is_over_and_goes_to_the_journal():
    view, keeper = pair()
    keeper.look(T0)
    id = only(view).id
    keeper.rename(id, "basis")
    view.apply_all([holds(*LT, 0.0, LATER), holds(*HL, 0.0, LATER)])
    keeper.look(LATER)
    assert view.trades.open == {}
    [record] = view.trades.closed
    assert (record.id, record.name, record.closed_ns) == (id, "basis", LATER)


def closed_at_lighter(gone_ns):
    """Both are flat, and Lighter has told its fill: bought back at 101, for nothing."""
    view, keeper = pair_of_fills()
    keeper.look(LATER)
    view.apply_all(
        [holds(*HL, 0.0, gone_ns), read(*HL, gone_ns), holds(*LT, 0.0, gone_ns),
         fill(*LT, "2", 1.0, 101.0, gone_ns), read(*LT, gone_ns)]
    )  # fmt: skip
    keeper.look(gone_ns)
    return view, keeper


def test_a_trade_that_is_flat_waits_for_the_fill_that_closed_it():
    """Bought at 100 and sold at 103, which is told three seconds after the position was gone."""
    gone_ns = T0 + 60 * NS_PER_S
    view, keeper = closed_at_lighter(gone_ns)
    assert not view.trades.closed, "what it earned is not known yet"
    told_ns = gone_ns + 3 * NS_PER_S
    view.apply(fill(*HL, "2", -1.0, 103.0, gone_ns))
    view.apply_all([read(*HL, told_ns), read(*LT, told_ns)])
    keeper.look(told_ns)
    [record] = view.trades.closed
    assert (record.closed_ns, record.result.directional + record.result.basis) == (gone_ns, 3.0)


def test_a_trade_that_is_flat_does_not_wait_for_ever():
    gone_ns = T0 + 60 * NS_PER_S
    view, keeper = closed_at_lighter(gone_ns)
    late_ns = gone_ns + AWAITED_NS
    view.apply_all([read(*HL, late_ns), read(*LT, late_ns)])
    keeper.look(late_ns)
    [record] = view.trades.closed
    assert (record.closed_ns, record.result.total) == (gone_ns, None)


def test_a_name_stays_whatever_the_legs_do():
    view, keeper = pair()
    keeper.look(T0)
    keeper.rename(only(view).id, "carry")
    view.apply(holds(*LT, -0.4, LATER))
    keeper.look(LATER)
    assert only(view).name == "carry"


def test_a_trade_is_made_of_marked_positions_and_takes_a_found_one_apart():
    view = store(HL, LT, ("aster", A))
    view.apply_all(
        [holds(*HL, 2.0), read(*HL), holds(*LT, -2.0), read(*LT), holds("aster", A, -1.0),
         read("aster", A)]
    )  # fmt: skip
    keeper = Keeper(view)
    keeper.look(T0)
    keys = [key_of(holds(*HL, 2.0)), key_of(holds("aster", A, -1.0))]
    id = keeper.make(keys, "mine", T0)
    made = view.trades.open[id]
    assert legs_of(made) == [("aster", -1.0), ("hyperliquid", 2.0)]
    keeper.look(LATER)
    assert list(view.trades.open) == [id], "what is left of the other pair is hedged by nothing"
    with pytest.raises(InputError, match="mine"):
        keeper.make(keys, "again", T0)


def test_what_was_split_is_not_matched_again():
    view, keeper = pair()
    keeper.look(T0)
    keeper.split(only(view).id, T0)
    keeper.look(LATER)
    assert sorted(legs_of(record) for record in view.trades.open.values()) == [
        [("hyperliquid", 1.0)], [("lighter", -1.0)]
    ]  # fmt: skip


def test_funding_is_what_was_paid_at_every_stamp_since_the_opening():
    view, keeper = pair()
    opened_ns = T0 + HOUR_NS // 2
    view.apply_all([fill(*HL, "f", 1.0, 100.0, opened_ns), fill(*LT, "g", -1.0, 101.0, opened_ns)])
    for hour in range(-2, 4):
        at_ns = T0 + hour * HOUR_NS
        for venue, account in (HL, LT):
            view.apply_all([settled(venue, 0.0001, at_ns), paid(venue, account, 1.0, at_ns)])
    now_ns = T0 + 3 * HOUR_NS + HOUR_NS // 2
    view.apply_all([read(*HL, now_ns), read(*LT, now_ns)])
    keeper.look(now_ns)
    [trade] = read_trades(view, now_ns).trades
    assert trade.pnl.funding == 6.0, "hours 1, 2 and 3 of both legs"
    view.apply(settled("lighter", 0.0001, T0 + 3 * HOUR_NS + HOUR_NS // 3))
    [trade] = read_trades(view, now_ns).trades
    assert trade.pnl.funding is None, "of one stamp no payment is known: the sum is not the whole"


def test_what_just_happened_at_one_look_is_seen_in_its_market():
    view, keeper = pair()
    keeper.look(T0)
    [first] = view.trades.fills[key_of(holds(*HL, 1.0))]
    assert (first.source, first.mark) == ("opening", None)
    view.apply_all([holds(*HL, 1.5, LATER), fill(*HL, "n", 0.5, 100.2, LATER)])
    keeper.look(LATER)
    *_, last = view.trades.fills[key_of(holds(*HL, 1.0))]
    assert (last.price, last.mark) == (100.2, 100.0)
    assert dict(last.indexes) == {"hyperliquid": 100.0, "lighter": 100.5}


def test_what_a_leg_was_paid_before_it_was_closed_and_opened_again_is_counted():
    """Held for a payment of 5, flat at one stamp, held again for one of 2: 7 were paid."""
    view, keeper = pair_of_fills()
    keeper.look(T0 + NS_PER_S)
    id = only(view).id
    hours = [T0 + n * HOUR_NS for n in range(-1, 4)]
    view.apply_all([settled("hyperliquid", 1e-5, at) for at in hours])
    view.apply_all([paid(*HL, 5.0, T0 + HOUR_NS), fill(*HL, "2", -1.0, 101.0, T0 + HOUR_NS + 9)])
    close_ns = T0 + HOUR_NS + NS_PER_S
    view.apply_all([holds(*HL, 0.0, at_ns=close_ns), read(*HL, at_ns=close_ns)])
    view.apply(read(*LT, at_ns=close_ns))
    keeper.look(close_ns)
    again_ns = T0 + 5 * HOUR_NS // 2
    view.apply_all([fill(*HL, "3", 1.0, 102.0, again_ns), holds(*HL, 1.0, at_ns=again_ns)])
    view.apply_all([read(*HL, at_ns=again_ns), read(*LT, at_ns=again_ns)])
    keeper.look(again_ns + NS_PER_S)
    end_ns = T0 + 3 * HOUR_NS + 10 * 60 * NS_PER_S
    view.apply(paid(*HL, 2.0, T0 + 3 * HOUR_NS))
    view.apply_all([read(*HL, at_ns=end_ns), read(*LT, at_ns=end_ns)])
    keeper.look(end_ns)
    assert only(view).id == id
    [trade] = read_trades(view, end_ns).trades
    leg = next(leg for leg in trade.legs if leg.key.venue == "hyperliquid")
    assert leg.funding.paid_usd == pytest.approx(7.0)


def pair_of_fills():
    """Both venues tell their fills: 1 BTC bought at 100 and sold at 101, at T0."""
    view = store(HL, LT)
    view.apply_all(
        [*market("hyperliquid", 100.0, 100.0), *market("lighter", 101.0, 100.5),
         fill(*HL, "1", 1.0, 100.0, T0), fill(*LT, "1", -1.0, 101.0, T0),
         holds(*HL, 1.0), read(*HL), holds(*LT, -1.0, entry=101.0), read(*LT)]
    )  # fmt: skip
    return view, Keeper(view)
