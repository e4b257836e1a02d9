"""Hedges in whole lots keep every limit, and cost what an exact program says they must."""

import math
import random
import time
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cockpit.calculators.common.result import Result
from tests.calculators.hedge.optimum import needed_usd, optimum, tiers_of
from tests.calculators.markets import market
from tests.calculators.risk import held, run, view

PRICES = {"BTC": 60_000.0, "ETH": 3_000.0, "SOL": 150.0}
LOTS = {
    "BTC": [1e-3, 1e-4, 2e-3, 5e-3, 1e-2],
    "ETH": [1e-2, 1e-3, 0.05, 0.02, 0.1],
    "SOL": [0.1, 0.01, 1.0, 0.5, 0.2],
}


class Case(NamedTuple):
    """A book to hedge, with the limits that are set on it."""

    markets: list[dict[str, Any]]
    position: dict[tuple[str, str], float]
    limits: dict[str, Any]

    @property
    def delta(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for (_, symbol), size in self.position.items():
            found[symbol] = found.get(symbol, 0.0) + size
        return found

    def hedge(self, scale: float = 1.0) -> Result:
        target = self.limits["target"]
        markets = [
            {**m, **{s: [(p, q * scale) for p, q in m[s]] for s in ("bids", "asks")}}
            for m in self.markets
        ]
        return run(
            "hedge", view(*markets), haircut=False,
            positions=[held(v, q * scale, s) for (v, s), q in self.position.items()],
            band_usd=self.limits["band_usd"], max_usd=self.limits["max_usd"],
            equity_usd=self.limits["equity_usd"],
            **({} if target is None else {"target_carry_usd_per_hour": target}),
        )  # fmt: skip

    def beyond_usd(self, result: Result) -> float:
        band = self.limits["band_usd"]
        return sum(max(0.0, abs(a.delta_after_usd) - band) for a in result.values.assets)


def mid_of(m: dict[str, Any]) -> float:
    return float((m["bids"][0][0] + m["asks"][0][0]) / 2)


def tiered(r: random.Random, leverage: float) -> dict[str, Any]:
    """Initial fractions that rise with the size, of half of the markets."""
    if r.random() < 0.5:
        return {"max_leverage": leverage}
    edge = r.choice([2_000.0, 10_000.0, 40_000.0])
    tiers = [(0.0, 1 / leverage), (edge, 1.5 / leverage), (4 * edge, 4 / leverage)]
    return {"max_leverage": leverage, "initial_tiers": tiers}


def case(
    seed: int, coins: int = 2, venues: int = 3, most_usd: float = 60_000.0, *, tiers: bool = False
) -> Case:
    """Any lots, smallest orders, thin or thick books, caps, equities, bands and targets."""
    r = random.Random(seed)
    markets = []
    for symbol in list(PRICES)[: r.randint(1, coins)]:
        price = PRICES[symbol]
        for v in range(r.randint(1, venues)):
            mid, sides = price * (1 + r.gauss(0, 2e-4)), {}
            for name, sign in (("bids", -1), ("asks", 1)):
                levels, at = [], mid
                for _ in range(r.randint(1, 6)):
                    at += sign * price * 1e-5 * r.randint(1, 20)
                    usd = r.choice([600, 6_000, 30_000, 120_000, 360_000]) * r.random()
                    levels.append((round(at, 4), round((usd + 1) / price, 6)))
                sides[name] = levels
            markets.append(
                market(
                    f"v{v}", sides["bids"], sides["asks"], symbol=symbol, tick=None,
                    rate=round(r.gauss(1e-5, 2e-5), 8), lot=r.choice(LOTS[symbol]),
                    min_notional_usd=r.choice([None, 10.0, 10.0, 50.0]),
                    min_size=r.choice([None, None, LOTS[symbol][2] * 3]),
                    taker_fee=r.choice([0, 2e-4, 4.5e-4]),
                    max_leverage=r.choice([10.0, 20.0, 50.0]), mark=price, index=price,
                )
            )  # fmt: skip
    if tiers:
        own = random.Random(-seed)
        markets = [{**m, **tiered(own, m["max_leverage"])} for m in markets]
    position = {
        (m["venue"], m["symbol"]): round(r.gauss(0, 1) * r.uniform(20, most_usd) / m["mark"], 5)
        for m in markets
        if r.random() < 0.6
    }
    first = markets[0]
    position = {k: q for k, q in position.items() if q} or {("v0", first["symbol"]): 0.1}
    held_symbols = {symbol for _, symbol in position}
    markets = [m for m in markets if m["symbol"] in held_symbols]
    names = sorted({m["venue"] for m in markets})
    gross = sum(abs(q) * PRICES[s] for (_, s), q in position.items())
    return Case(
        markets,
        position,
        {
            "band_usd": r.choice([0, 0, 0, 50.0, 1000.0]),
            "target": r.choice([None, r.gauss(0, 1) * gross * 2e-5]),
            "max_usd": {v: r.choice([500.0, 20_000.0, 1e6]) for v in names if r.random() < 0.25},
            "equity_usd": {v: r.choice([300.0, 3_000.0, 1e5]) for v in names if r.random() < 0.4},
        },
    )


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 100_000))
def test_no_leg_breaks_a_cap_an_equity_the_book_or_a_smallest_order(seed: int) -> None:
    book = case(seed, coins=3, venues=4, tiers=seed % 2 == 1)
    result = book.hedge()
    listed = {(m["venue"], m["symbol"]): m for m in book.markets}
    after, traded = dict(book.position), dict.fromkeys((m["venue"] for m in book.markets), 0.0)
    for leg in result.plan.legs:
        m = listed[leg.venue, leg.symbol]
        levels = m["asks" if leg.side.sign > 0 else "bids"]
        assert leg.size <= sum(size for _, size in levels) * (1 + 1e-9)
        assert leg.size / m["lot"] == pytest.approx(round(leg.size / m["lot"]), abs=1e-6)
        assert leg.size >= (m["min_size"] or 0.0) * (1 - 1e-9)
        assert leg.size * mid_of(m) >= (m["min_notional_usd"] or 0.0) * (1 - 1e-9)
        # The worst price of the fill: the last level of which a lot's dust at least is taken.
        through, worst = 0.0, 0.0
        for price, size in levels:
            if through >= leg.size - 1e-6 * m["lot"]:
                break
            through, worst = through + size, price
        assert leg.limit == pytest.approx(worst, rel=1e-4)
        key = (leg.venue, leg.symbol)
        after[key] = after.get(key, 0.0) + leg.side.sign * leg.size
        traded[leg.venue] += leg.size * mid_of(m)
    for venue, cap in book.limits["max_usd"].items():
        assert traded[venue] <= cap * (1 + 1e-9)
    for venue, equity in book.limits["equity_usd"].items():
        needed = [
            sum(
                needed_usd(tiers_of(m), abs(sizes.get(key, 0.0)) * mid_of(m) * (1 - 1e-9))
                for key, m in listed.items()
                if key[0] == venue
            )
            for sizes in (book.position, after)
        ]
        assert needed[1] <= max(equity, needed[0]) + 1e-5
    if result.infeasible is None:
        for asset in result.values.assets:
            symbol = asset.symbol
            finest = min(m["lot"] for m in book.markets if m["symbol"] == symbol)
            reached = max(book.limits["band_usd"], finest / 2 * PRICES[symbol] * 1.01)
            assert abs(asset.delta_after_usd) <= book.limits["band_usd"] + reached
        if book.limits["target"] is not None:
            assert result.values.carry_after_usd_per_hour >= book.limits["target"] - 1e-6


ENDLESS = {(2, 3): {5, 30}, (3, 4): {7, 29, 34}}
"""(coins, venues) -> seeds whose optimum the reference does not find in its second, at least with
tiers or without."""


@pytest.mark.parametrize("tiers", [False, True])
@pytest.mark.parametrize(
    ("coins", "venues", "seed"),
    [(*size, seed) for size, endless in ENDLESS.items() for seed in set(range(40)) - endless],
)
def test_a_hedge_is_within_a_lot_of_the_mixed_integer_optimum(
    coins: int, venues: int, seed: int, tiers: bool
) -> None:
    book = case(seed, coins, venues, tiers=tiers)
    best = optimum(book.markets, book.delta, position=book.position, **book.limits)
    if math.isnan(best.cost_usd):
        pytest.skip("the reference did not come to an end")
    result = book.hedge()
    coarsest: dict[str, float] = {}
    for m in book.markets:
        coarsest[m["symbol"]] = max(coarsest.get(m["symbol"], 0.0), m["lot"] * m["mark"])
    lot_usd = sum(coarsest.values())
    beyond = book.beyond_usd(result)
    assert beyond <= best.beyond_usd + lot_usd
    if abs(beyond - best.beyond_usd) < 0.05:
        if book.limits["target"] is not None:
            # What cannot be reached is missed by what a lot of each coin pays at most.
            lot_carry = 0.0 if best.carry >= book.limits["target"] else lot_usd * 1e-4
            assert result.values.carry_after_usd_per_hour >= best.carry - 1e-6 - lot_carry
        # One lot of each coin, bought here and sold there: two fees and two half spreads.
        assert result.values.cost_usd <= best.cost_usd * (1 + 1e-6) + lot_usd * 2e-3


@pytest.mark.parametrize("seed", [1001, 1180])
def test_many_lots_that_cost_less_elsewhere_are_moved_there(seed: int) -> None:
    # A smallest order of the finer venue once kept 1,700 of its lots where the coarser one was
    # cheaper; a position beyond its equity was turned over at its whole size.
    book = case(seed, coins=3, venues=4)
    best = optimum(book.markets, book.delta, position=book.position, **book.limits)
    result = book.hedge()
    assert book.beyond_usd(result) <= best.beyond_usd + 0.05
    assert result.values.cost_usd <= best.cost_usd * 1.0001


def test_a_position_beyond_its_equity_may_be_closed_and_not_be_turned_over() -> None:
    # Short half a bitcoin with 300 USD at 10x: at most 3,000 USD may be long afterwards.
    cheap = market("a", [(59_999.0, 9.0)], [(60_001.0, 9.0)], lot=0.001, max_leverage=10.0)
    dear = market("b", [(59_900.0, 9.0)], [(60_100.0, 9.0)], lot=0.001, max_leverage=10.0)
    both = [{**m, "mark": 60_000.0, "index": 60_000.0} for m in (cheap, dear)]
    rows = [held("a", -0.5), held("b", -0.5)]
    given = {"haircut": False, "band_usd": 0, "margin_buffer_frac": 0, "positions": rows}
    result = run("hedge", view(*both), equity_usd={"a": 300.0}, **given)
    assert {leg.venue: leg.size for leg in result.plan.legs} == {"a": 0.55, "b": 0.45}


def test_coins_that_share_an_equity_need_the_margin_of_their_own_tiers() -> None:
    # 3,000 USD at "a": 2 % of up to 100,000 USD, 4 % of more. Each short of 60,000 USD that is to
    # be opened there needs 1,200; at 3 %, which is safe for every size, both would not fit.
    tiers = ((0.0, 0.02), (100_000.0, 0.04))
    markets = [
        market(
            venue, [(price * (1 - 1e-5), 1e6 / price)], [(price * (1 + 1e-5), 1e6 / price)],
            symbol=symbol, lot=lot, mark=price, index=price, max_leverage=50.0, **more,
        )
        for symbol, price, lot in (("BTC", 50_000.0, 0.001), ("ETH", 2_500.0, 0.01))
        for venue, more in (("a", {"initial_tiers": tiers}), ("b", {"taker_fee": 0.01}))
    ]  # fmt: skip
    result = run(
        "hedge", view(*markets), haircut=False, band_usd=0, margin_buffer_frac=0,
        positions=[held("b", 1.2), held("b", 24.0, "ETH")], equity_usd={"a": 3_000.0},
    )  # fmt: skip
    assert {(leg.venue, leg.symbol): leg.size for leg in result.plan.legs} == {
        ("a", "BTC"): 1.2, ("a", "ETH"): 24.0,
    }  # fmt: skip
    assert result.infeasible is None


@pytest.mark.parametrize("seed", range(100))
def test_a_shared_carry_costs_within_a_hundredth_of_the_least(seed: int) -> None:
    # Large books and fine lots: parts of lots do not matter, where the carry is earned does.
    drawn = case(1000 + seed, coins=3, venues=4, most_usd=2e6)
    markets = [
        {**m, "lot": LOTS[m["symbol"]][1], "min_size": None,
         "bids": [(p, 50 * q) for p, q in m["bids"]], "asks": [(p, 50 * q) for p, q in m["asks"]]}
        for m in drawn.markets
    ]  # fmt: skip
    gross = sum(abs(q) * PRICES[s] for (_, s), q in drawn.position.items())
    target = random.Random(seed).gauss(0, 1) * gross * 2e-5
    limits = {"band_usd": 0.0, "target": target, "max_usd": {}, "equity_usd": {}}
    book = Case(markets, drawn.position, limits)
    best = optimum(markets, book.delta, position=book.position, is_relaxed=True, **limits)
    result = book.hedge()
    assert result.values.carry_after_usd_per_hour >= best.carry - 1e-3 * abs(best.carry) - 0.01
    assert result.values.cost_usd <= best.cost_usd * 1.01 + 0.1


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 100_000), dust=st.sampled_from([1e-12, -1e-12]))
def test_no_answer_depends_on_dust(seed: int, dust: float) -> None:
    book = case(seed)
    plain, dusty = book.hedge(), book.hedge(1 + dust)
    assert [(x.venue, x.symbol, x.side, x.limit) for x in plain.plan.legs] == [
        (x.venue, x.symbol, x.side, x.limit) for x in dusty.plan.legs
    ]
    assert [x.size for x in plain.plan.legs] == [x.size for x in dusty.plan.legs]


def test_ten_coins_on_fourteen_venues_take_a_tenth_of_a_second() -> None:
    r = random.Random(7)
    prices = {f"C{i}": 10.0 ** r.uniform(-1, 4.8) for i in range(10)}
    markets = [
        market(
            f"v{v}",
            [(price * (1 - 2e-5 * (k + 1)), r.uniform(0.2, 2) * 2e4 / price) for k in range(20)],
            [(price * (1 + 2e-5 * (k + 1)), r.uniform(0.2, 2) * 2e4 / price) for k in range(20)],
            symbol=symbol, rate=r.gauss(1e-5, 1e-5), mark=price, index=price, tick=None,
            lot=10.0 ** math.floor(math.log10(r.choice([1, 10]) / price)), min_notional_usd=10.0,
            taker_fee=r.choice([2e-4, 3e-4, 4.5e-4]),
        )
        for symbol, price in prices.items()
        for v in range(14)
    ]  # fmt: skip
    at = view(*markets)
    rows = [
        held(f"v{r.randrange(14)}", r.gauss(0, 1) * 1e5 / price, symbol)
        for symbol, price in prices.items()
    ]
    given = {
        "positions": rows, "haircut": False, "target_carry_usd_per_hour": 5,
        "equity_usd": {f"v{v}": 2e4 for v in range(14)},
    }  # fmt: skip
    taken = []
    for _ in range(3):
        began = time.process_time()
        result = run("hedge", at, **given)
        taken.append(time.process_time() - began)
    assert result.infeasible is None
    assert result.values.carry_after_usd_per_hour >= 5 - 1e-6
    # Twice what is promised: a shared machine is no clock.
    assert min(taken) < 0.2, taken
