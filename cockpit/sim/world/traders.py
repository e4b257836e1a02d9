"""Who trades on the demonstration accounts: a seeded past, and now and then a fill.

Their orders are too small to move the books: they take at the touch and leave it as it is.
"""

import random
from collections import deque
from dataclasses import dataclass

from cockpit.core.market import Side
from cockpit.core.units import HOUR_NS, NS_PER_S
from cockpit.sim.world import margin
from cockpit.sim.world.accounts import (
    MICROS,
    Account,
    AccountBook,
    AccountFill,
    AccountPlan,
    Act,
    HoldingPlan,
)
from cockpit.sim.world.contract import MarketState, Step
from cockpit.sim.world.market import LiveMarket
from cockpit.sim.world.venue import SimVenue

PAST_FILLS = ((0.0, 0.0, 0.5), (0.2, 0.5, 0.8), (0.45, 0.8, 1.0))
"""(share of the time since opening, share of the size held before, and after)."""
CLOSES, TURNS = 0.03, 0.02
"""Chances that a trade makes the position flat, or turns it over."""
SIZES = (0.5, 1.5)
"""Of the home size, otherwise."""
MARGIN_CALL, ANSWERED_TO = 0.8, 0.4
"""Margin by equity from which a trader sends money, and to which: nobody is liquidated here."""


@dataclass(slots=True)
class _Trader:
    plan: AccountPlan
    account: Account
    due_ns: int | None
    acts: deque[Act]


class Traders:
    """Owns the accounts of one venue and is the only one to change them."""

    def __init__(self, venue: SimVenue, seed: str, at_ns: int) -> None:
        """Gives the venue its accounts, with their past."""
        self._venue = venue
        self._began_ns = at_ns
        self._rng = random.Random(f"{seed}/accounts")
        self._seed = seed
        self._trade_id = self._rng.randint(10**8, 9 * 10**8)
        profile = venue.profile
        self._rule = margin.rule_of(venue)
        self._traders = [
            self._open(plan, profile.address(plan.owner), at_ns)
            for plan in profile.accounts
            if plan.agent_of is None
        ]
        agents = {
            profile.address(plan.owner): profile.address(plan.agent_of)
            for plan in profile.accounts
            if plan.agent_of is not None
        }
        venue.accounts = AccountBook([trader.account for trader in self._traders], agents)
        venue.legs = [
            (holding.trade, trader.account, holding.symbol)
            for trader in self._traders
            for holding in trader.plan.holdings
            if holding.trade and holding.symbol in venue.live
        ]

    def step(self, step: Step, now_ns: int) -> None:
        """Trade where it is time."""
        for trader in self._traders:
            if trader.due_ns is not None and trader.due_ns <= now_ns:
                trader.due_ns = now_ns + self._pause_ns(trader.plan)
                self._answer_margin_calls(trader.account)
                step.fills += self._trade(trader, step.at_ns)
            while trader.acts and self._began_ns + trader.acts[0].at_s * NS_PER_S <= now_ns:
                if not self._act(trader, trader.acts[0], step):
                    break
                trader.acts.popleft()

    def settle(self, state: MarketState, paid_before: int, step: Step) -> None:
        """Make the payments of a market which has settled since its `paid_before` first rows."""
        lots_per_unit = 10**state.listing.size_decimals
        for stamp_ns, rate, _, reference in state.settled[paid_before:]:
            for account in self._venue.accounts:
                payment = account.settle(
                    state.listing.symbol, stamp_ns, rate, reference, lots_per_unit
                )
                if payment is not None:
                    step.payments.append(payment)

    # --- now -----------------------------------------------------------------------------------

    def _pause_ns(self, plan: AccountPlan) -> int:
        every_s = plan.trade_every_s or 0.0
        return round((0.3 + self._rng.expovariate(1.0)) / 1.3 * every_s * NS_PER_S)

    def _trade(self, trader: _Trader, at_ns: int) -> list[AccountFill]:
        holdings = [plan for plan in trader.plan.holdings if plan.symbol in self._venue.live]
        if not holdings:
            return []
        plan = self._rng.choice(holdings)
        market = self._venue.live[plan.symbol]
        position = trader.account.positions.get(plan.symbol)
        held = position.lots if position else 0
        home = _home_lots(market, plan)
        chance = self._rng.random()
        target = round(home * self._rng.uniform(*SIZES)) * (-1 if held * home < 0 else 1)
        if held and chance < CLOSES:
            target = 0
        elif held and chance < CLOSES + TURNS:
            target = -target
        # A turn takes two orders: one closes, one opens.
        legs = [-held, target] if held * target < 0 else [target - held]
        fills = []
        for lots in legs:
            touch = market.state.ladder(Side.SELL if lots > 0 else Side.BUY, 1)
            enough = abs(lots) >= market.state.listing.min_lots or lots == -held != 0
            if not touch or market.is_crossed or not enough:
                break
            fills.append(self._fill(trader.account, plan, market, lots, touch[0][0], at_ns))
        return fills

    def _act(self, trader: _Trader, act: Act, step: Step) -> bool:
        """Whether it could be done: where a book is crossed or empty it is tried again."""
        if not act.symbol:
            trader.account.transfer(round(act.transfer_usd * MICROS), step.at_ns)
            return True
        plan = next((one for one in trader.plan.holdings if one.symbol == act.symbol), None)
        market = self._venue.live.get(act.symbol)
        if plan is None or market is None:
            return True
        position = trader.account.positions.get(act.symbol)
        lots = round(_home_lots(market, plan) * act.share) - (position.lots if position else 0)
        if not lots:
            return True
        touch = market.state.ladder(Side.SELL if lots > 0 else Side.BUY, 1)
        if not touch or market.is_crossed:
            return False
        step.fills.append(self._fill(trader.account, plan, market, lots, touch[0][0], step.at_ns))
        return True

    def _fill(
        self,
        account: Account,
        plan: HoldingPlan,
        market: LiveMarket,
        lots: int,
        ticks: int,
        at_ns: int,
    ) -> AccountFill:
        worth = margin.notional_micros(market.state.listing, ticks, abs(lots))
        self._trade_id += 1
        return account.trade(
            plan,
            lots,
            ticks,
            worth,
            fee_micros=round(worth * self._rule.taker_fee),
            trade_id=self._trade_id,
            at_ns=at_ns,
        )

    def _answer_margin_calls(self, account: Account) -> None:
        now = margin.standing(self._venue, account)
        account.quote_micros += _missing(now.cross_initial, now.cross_equity)
        for position in account.positions.values():
            if not position.isolated:
                continue
            state = self._venue.by_symbol[position.symbol]
            equity = position.quote_micros + margin.value(state, position)
            twice = 2 * margin.maintenance(self._rule, state, position)
            position.quote_micros += _missing(twice, equity)

    # --- before --------------------------------------------------------------------------------

    def _open(self, plan: AccountPlan, address: str, at_ns: int) -> _Trader:
        """An account with what it did and was paid until now, in order of time."""
        oldest_ns = max((row.opened_h for row in plan.holdings), default=1.0) * HOUR_NS
        account = Account(
            address, plan.number, round(plan.deposit_usd * MICROS), at_ns - round(oldest_ns)
        )
        events: list[tuple[int, HoldingPlan, int | tuple[float, float]]] = []
        for holding in plan.holdings:
            market = self._venue.live.get(holding.symbol)
            if market is None or not holding.opened_h:
                continue
            span_ns = round(holding.opened_h * HOUR_NS)
            home = _home_lots(market, holding)
            for when, before, after in PAST_FILLS:
                lots = round(home * after) - round(home * before)
                events.append((at_ns - span_ns + round(when * span_ns), holding, lots))
            events += [
                (stamp_ns, holding, (rate, reference))
                for stamp_ns, rate, _, reference in market.state.settled
                if stamp_ns > at_ns - span_ns
            ]
        # What the legs of trades did leaves the luck of the others as it would be without them.
        is_leg = any(holding.trade for holding in plan.holdings)
        rng = random.Random(f"{self._seed}/{plan.owner}") if is_leg else self._rng
        for stamp_ns, holding, what in sorted(events, key=lambda event: event[0]):
            market = self._venue.live[holding.symbol]
            if isinstance(what, tuple):
                lots_per_unit = 10**market.state.listing.size_decimals
                account.settle(holding.symbol, stamp_ns, *what, lots_per_unit)
            elif what:
                ticks = _past(market, stamp_ns, rng)
                self._fill(account, holding, market, what, ticks, stamp_ns)
        trades = plan.trade_every_s is not None
        due_ns = at_ns + self._pause_ns(plan) if trades else None
        return _Trader(plan, account, due_ns, deque(plan.acts))


def _past(market: LiveMarket, at_ns: int, rng: random.Random) -> int:
    """A price in ticks about the reference of that hour."""
    near = min(market.state.settled, key=lambda row: abs(row[0] - at_ns))
    price: float = near[3] * (1 + rng.gauss(0.0, 3e-4)) * market.price_scale
    return max(1, round(price))


def _missing(needed: int, equity: int) -> int:
    """What a trader sends who needs so much margin and has so much; nothing while it will do."""
    return round(needed / ANSWERED_TO) - equity if needed > MARGIN_CALL * equity else 0


def _home_lots(market: LiveMarket, plan: HoldingPlan) -> int:
    """Two digits of a size in coins, so that one plan is one size on every venue."""
    listing = market.state.listing
    coins = float(f"{plan.usd / market.asset.price:.1e}")
    lots: float = coins / listing.contract * 10.0**listing.size_decimals
    return round(lots)
