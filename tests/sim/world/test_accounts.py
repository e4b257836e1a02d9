"""One account by hand: fills, averages, isolated margin, funding, and where it is liquidated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cockpit.sim.world import margin
from cockpit.sim.world.accounts import MICROS, Account, AccountBook, AccountFill, HoldingPlan
from cockpit.sim.world.addresses import bech32, bech32_address, hex_address
from cockpit.sim.world.contract import FundingRule, Listing, MarginRule, MarketState
from tests.sim.fake_world import FakeWorld
from tests.sim.tinyface import PROFILE

CROSS = HoldingPlan("BTC", 1.0, leverage=10)
ISOLATED = HoldingPlan("BTC", 1.0, leverage=4, isolated=True)
LISTING = Listing("BTC", "BTC", 0, price_decimals=1, size_decimals=3, imf=0.02, mmf=0.0125)


def account(usd: float = 1000.0) -> Account:
    return Account("0xabc", 0, round(usd * MICROS), created_ns=0)


def fill(
    owner: Account, plan: HoldingPlan, size: float, price: float, fee: float = 0.0
) -> AccountFill:
    return owner.trade(
        plan,
        round(size * 1000),
        round(price * 10),
        round(abs(size) * price * MICROS),
        fee_micros=round(fee * MICROS),
        trade_id=1,
        at_ns=7,
    )


def at_mark(price: float) -> MarketState:
    return MarketState("x", LISTING, FundingRule(), mark=price)


def test_adding_moves_the_average_entry_and_reducing_does_not() -> None:
    owner = account()
    fill(owner, CROSS, 1.0, 100.0)
    fill(owner, CROSS, 3.0, 120.0)
    position = owner.positions["BTC"]
    assert position.entry_micros / MICROS / 4 == 115.0
    reduced = fill(owner, CROSS, -2.0, 130.0)
    assert position.entry_micros / MICROS / 2 == 115.0
    assert reduced.closed_pnl_micros == 30 * MICROS
    assert (reduced.start_lots, position.lots) == (4000, 2000)


def test_a_short_gains_when_it_is_bought_back_lower() -> None:
    owner = account()
    fill(owner, CROSS, -2.0, 100.0)
    assert fill(owner, CROSS, 1.0, 90.0).closed_pnl_micros == 10 * MICROS
    assert fill(owner, CROSS, 1.0, 105.0).closed_pnl_micros == -5 * MICROS
    assert owner.positions == {}
    assert owner.quote_micros == 1005 * MICROS


def test_the_entry_of_a_lifetime_forgets_reductions() -> None:
    owner, rule = account(), MarginRule(lifetime_entry=True)
    fill(owner, CROSS, 1.0, 100.0)
    fill(owner, CROSS, -0.5, 120.0)
    fill(owner, CROSS, 1.0, 110.0)
    position = owner.positions["BTC"]
    assert margin.entry_cost(rule, position) / MICROS / 1.5 == pytest.approx(105.0)
    by_cost = (0.5 * 100 + 110) / 1.5
    assert margin.entry_cost(MarginRule(), position) / MICROS / 1.5 == pytest.approx(by_cost)


@pytest.mark.parametrize("plan", [CROSS, ISOLATED])
def test_what_a_position_brought_and_its_worth_are_all_that_it_ever_won(plan: HoldingPlan) -> None:
    """Bought 2 at 100, sold 1 at 130 and paid 1 % of the other at 120; fees of 3 in all. At a mark
    of 90: 30 were won and 10 are lost on paper, less funding of 1.2, less fees."""
    owner = account()
    fill(owner, plan, 2.0, 100.0, fee=2.0)
    fill(owner, plan, -1.0, 130.0, fee=1.0)
    paid = owner.settle("BTC", 8, 0.01, 120.0, 1000)
    position, state = owner.positions["BTC"], at_mark(90.0)
    won = position.cash_micros + margin.value(state, position)
    assert won / MICROS == pytest.approx(30 - 10 - 1.2 - 3)
    assert paid is not None
    assert (paid.position, paid.symbol) == (position, "BTC")


def test_a_purchase_costs_and_a_sale_brings_less_its_fee() -> None:
    owner = account()
    assert fill(owner, CROSS, 1.0, 100.0, fee=2.0).cash_micros == -102 * MICROS
    assert fill(owner, CROSS, -1.0, 110.0, fee=2.0).cash_micros == 108 * MICROS


def test_a_flat_position_is_closed_and_the_next_fill_opens_another() -> None:
    owner = account()
    first = fill(owner, CROSS, 1.0, 100.0).position
    owner.settle("BTC", 8, 0.01, 100.0, 1000)
    fill(owner, CROSS, -1.0, 100.0)
    assert (first.closed_ns, owner.closed) == (7, [first])
    second = fill(owner, CROSS, -1.0, 100.0).position
    assert second is not first
    assert (second.funding_micros, owner.funding_micros("BTC")) == (0, -MICROS)


def test_one_fill_never_turns_a_position_over() -> None:
    owner = account()
    fill(owner, CROSS, 1.0, 100.0)
    with pytest.raises(ValueError, match="closes"):
        fill(owner, CROSS, -1.5, 100.0)


@pytest.mark.parametrize(
    ("size", "rate", "usd"), [(2.0, 0.0001, -0.02), (-2.0, 0.0001, 0.02), (-2.0, -0.0003, -0.06)]
)
def test_longs_pay_a_positive_rate_on_the_reference_price(
    size: float, rate: float, usd: float
) -> None:
    owner = account()
    fill(owner, CROSS, size, 90.0)
    before = owner.quote_micros
    payment = owner.settle("BTC", 9, rate, 100.0, 1000)
    assert payment is not None
    assert payment.micros / MICROS == usd
    assert owner.quote_micros - before == payment.micros
    assert owner.settle("ETH", 9, rate, 100.0, 1000) is None


def test_an_isolated_position_takes_its_margin_along_and_gives_it_back() -> None:
    owner = account(1000.0)
    fill(owner, ISOLATED, 4.0, 100.0, fee=1.0)
    position = owner.positions["BTC"]
    assert owner.quote_micros == (1000 - 100 - 1) * MICROS
    assert position.quote_micros + 400 * MICROS == 100 * MICROS
    # At 110 the position is worth 140; half of it goes back with half of the size.
    fill(owner, ISOLATED, -2.0, 110.0)
    assert owner.quote_micros == (899 + 70) * MICROS
    owner.settle("BTC", 9, 0.01, 100.0, 1000)
    assert owner.quote_micros == 969 * MICROS
    fill(owner, ISOLATED, -2.0, 110.0)
    assert owner.quote_micros == (969 + 70 - 2) * MICROS


TRADES = st.lists(
    st.tuples(st.integers(-3000, 3000), st.integers(500, 2000), st.booleans()), max_size=15
)


@given(TRADES, st.integers(500, 2000))
def test_equity_is_deposit_and_profits_and_funding_less_fees(
    trades: list[tuple[int, int, bool]], mark: int
) -> None:
    """Whatever happens: nothing is lost between the ledger, the averages and the mark."""
    owner, fees, realized, funding = account(), 0, 0, 0
    for number, (lots, ticks, pays) in enumerate(trades):
        held = owner.positions.get("BTC")
        if held and held.lots * lots < 0:
            lots = max(-abs(held.lots), min(abs(held.lots), lots))
        if not lots:
            continue
        plan = ISOLATED if number % 2 and not held else CROSS
        notional = margin.notional_micros(LISTING, ticks, abs(lots))
        done = owner.trade(
            plan, lots, ticks, notional, fee_micros=notional // 2000, trade_id=1, at_ns=1
        )
        fees += done.fee_micros
        realized += done.closed_pnl_micros
        paid = owner.settle("BTC", 2, 1e-4, 99.0, 1000) if pays else None
        funding += paid.micros if paid else 0
    state = at_mark(mark / 10)
    equity = owner.quote_micros
    unrealized = 0
    for position in owner.positions.values():
        equity += position.quote_micros + margin.value(state, position)
        unrealized += margin.unrealized(MarginRule(), state, position)
    assert equity == 1000 * MICROS + realized + unrealized + funding - fees


def test_liquidation_prices_are_those_of_the_venues_own_examples() -> None:
    # docs.dydx.xyz, margin: 1000 deposited, short 3 at 3000, 5 %.
    assert margin.solve(1000 + 9000, -3.0, [(0.0, 0.05, 0.0)]) == pytest.approx(3174.603, abs=1e-3)
    # The same with half the size and 175 of maintenance elsewhere.
    rest = 1000 + 4500 - 175
    assert margin.solve(rest, -1.5, [(0.0, 0.05, 0.0)]) == pytest.approx(3380.952, abs=1e-3)


def test_a_long_without_debt_is_never_liquidated() -> None:
    assert margin.solve(1.0, 2.0, [(0.0, 0.05, 0.0)]) is None


def test_at_its_liquidation_price_equity_is_maintenance_in_whatever_tier() -> None:
    rule = MarginRule(tiers=lambda listing: ((0.0, 40), (150e6, 20)))
    rows = margin.tiers(rule, LISTING)
    assert rows == [(0.0, 0.0125, 0.0), (150e6, 0.025, 150e6 * 0.0125)]
    for size, rest in ((-10.0, 660_000.0), (10.0, -540_000.0), (-4000.0, 260e6), (2500.0, -140e6)):
        price = margin.solve(rest, size, rows)
        assert price is not None
        worth = abs(size) * price
        held = next(row for row in reversed(rows) if row[0] <= worth)
        assert rest + size * price == pytest.approx(worth * held[1] - held[2], rel=1e-9)


def test_maintenance_has_the_deduction_of_its_tier() -> None:
    # hyperliquid.gitbook.io, margin tiers: 200 M at 40x until 150 M and 20x above.
    rule = MarginRule(tiers=lambda listing: ((0.0, 40), (150e6, 20)))
    owner = account(50e6)
    fill(owner, CROSS, 2000.0, 100_000.0)
    state = at_mark(100_000.0)
    assert margin.maintenance(rule, state, owner.positions["BTC"]) == 3_125_000 * MICROS


def test_a_position_is_valued_at_the_mark_and_a_flat_one_has_no_entry_and_no_end() -> None:
    """Short 2 at 110 with a deposit of 80, at a mark of 115: 10 are lost on paper. It ends at the
    price p where the equity 80 + 220 - 2 p is the maintenance of 1.25 % of 2 p."""
    world = FakeWorld(PROFILE)
    state = world.by_symbol["BTC"]
    state.listing, state.mark = LISTING, 115.0
    owner = account(80.0)
    fill(owner, CROSS, -2.0, 110.0)
    held = margin.valued(world, owner, owner.positions["BTC"])
    assert (held.size, held.value, held.profit) == (-2.0, -230 * MICROS, -10 * MICROS)
    assert held.entry_price == 110.0
    assert held.liquidation_price == pytest.approx(300 / (2 * 1.0125))
    flat = fill(owner, CROSS, 2.0, 110.0).position
    held = margin.valued(world, owner, flat)
    assert (held.size, held.value, held.profit) == (0.0, 0, 0)
    assert held.entry_price is held.liquidation_price is None


def test_a_book_finds_an_address_however_it_is_written() -> None:
    one, other = Account("0xAbC", 1, 0, 0), Account("0xAbC", 2, 0, 0)
    book = AccountBook([one, other], {"0xdef": "0xabc"})
    assert book.of("0xaBc") == [one, other]
    assert book.at("0xABC", 2) is other
    assert book.numbered(1) is one
    assert (book.of("0x0"), book.at("0xabc", 3), book.numbered(3)) == ([], None, None)
    assert book.addresses == ("0xAbC", "0xdef")


def test_addresses_have_the_form_and_the_checksum_of_real_ones() -> None:
    assert bech32("a", b"") == "a12uel5l"
    data = bytes.fromhex("00443214c74254b635cf84653a56d7c675be77df")
    assert bech32("abcdef", data) == "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw"
    assert len(bech32_address("dydx", "x")) == 43
    assert len(hex_address("x")) == 42
    assert hex_address("x") != hex_address("y")
