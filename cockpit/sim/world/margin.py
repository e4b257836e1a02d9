"""What an account is worth and where it ends, by the venues' own rules.

Equity is the ledger plus positions at the mark; maintenance is notional x fraction less the
tier's deduction; a position is liquidated at the price p* at which, everything else standing
still, equity equals maintenance:

    p* = (equity - size x mark - maintenance of the others + deduction) / (|size| x mmf - size)
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cockpit.sim.world.accounts import MICROS, Account, Position
from cockpit.sim.world.contract import Listing, MarginRule, MarketState, VenueWorld

Tier = tuple[float, float, float]
"""Notional in USD from which it counts, maintenance fraction, deduction in USD."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An account now, in micro-dollars. `cross_` leaves isolated positions out.

    `used` is the cross positions' initial margin and the whole worth of the isolated ones.
    """

    equity: int
    value: int
    cross_equity: int
    cross_value: int
    cross_initial: int
    cross_maintenance: int
    maintenance: int
    used: int

    @property
    def available(self) -> int:
        return self.equity - self.used


def notional_micros(listing: Listing, ticks: int, lots: int) -> int:
    """price x size in micro-dollars; signed like the lots."""
    spare = 6 - listing.price_decimals - listing.size_decimals
    worth = ticks * lots
    return worth * int(10**spare) if spare >= 0 else round(worth / 10.0**-spare)


def mark_ticks(state: MarketState) -> int:
    return round((state.mark or 0.0) * 10.0**state.listing.price_decimals)


def value(state: MarketState, position: Position) -> int:
    """Of a position at the mark, signed."""
    return notional_micros(state.listing, mark_ticks(state), position.lots)


def initial(state: MarketState, position: Position) -> int:
    """The margin that opening it now would take."""
    worth = abs(value(state, position))
    if position.leverage is not None:
        return worth // position.leverage
    return round(worth * state.listing.imf)


def entry_cost(rule: MarginRule, position: Position) -> int:
    """What the present size cost on average: of what is left, or of all that was ever opened."""
    if not rule.lifetime_entry or not position.opened_lots:
        return position.entry_micros
    return round(position.opened_micros * abs(position.lots) / position.opened_lots)


def unrealized(rule: MarginRule, state: MarketState, position: Position) -> int:
    return value(state, position) - position.sign * entry_cost(rule, position)


def tiers(rule: MarginRule, listing: Listing) -> list[Tier]:
    """Maintenance by notional, the smallest first."""
    if rule.tiers is None:
        return [(0.0, listing.mmf, 0.0)]
    rows: list[Tier] = []
    for lower, leverage in rule.tiers(listing):
        fraction = 1 / (2 * leverage)
        _, before, deduction = rows[-1] if rows else (0.0, fraction, 0.0)
        rows.append((lower, fraction, deduction + lower * (fraction - before)))
    return rows


def maintenance(rule: MarginRule, state: MarketState, position: Position) -> int:
    worth = abs(value(state, position))
    _, fraction, deduction = [
        tier for tier in tiers(rule, state.listing) if tier[0] * MICROS <= worth
    ][-1]
    return round(worth * fraction - deduction * MICROS)


def rule_of(world: VenueWorld) -> MarginRule:
    return world.profile.margin or MarginRule()


def standing(world: VenueWorld, account: Account) -> Standing:
    rule = rule_of(world)
    cross_equity, isolated_equity = account.quote_micros, 0
    cross_value = isolated_value = cross_initial = cross_maintenance = isolated_maintenance = 0
    for position in account.positions.values():
        state = world.by_symbol[position.symbol]
        worth = value(state, position)
        if position.isolated:
            isolated_equity += position.quote_micros + worth
            isolated_value += abs(worth)
            isolated_maintenance += maintenance(rule, state, position)
        else:
            cross_equity += worth
            cross_value += abs(worth)
            cross_initial += initial(state, position)
            cross_maintenance += maintenance(rule, state, position)
    return Standing(
        equity=cross_equity + isolated_equity,
        value=cross_value + isolated_value,
        cross_equity=cross_equity,
        cross_value=cross_value,
        cross_initial=cross_initial,
        cross_maintenance=cross_maintenance,
        maintenance=cross_maintenance + isolated_maintenance,
        used=cross_initial + isolated_equity,
    )


@dataclass(frozen=True, slots=True)
class Valued:
    """A position at the mark: money in micro-dollars, prices in quote per contract.

    `size` in units and `value` are signed, `profit` is unrealized. `entry_price` is None of a
    position that is flat, `liquidation_price` where no price above zero does it.
    """

    state: MarketState
    position: Position
    size: float
    value: int
    profit: int
    entry_price: float | None
    liquidation_price: float | None


def valued(world: VenueWorld, account: Account, position: Position) -> Valued:
    rule, state = rule_of(world), world.by_symbol[position.symbol]
    size = position.lots / 10**state.listing.size_decimals
    return Valued(
        state=state,
        position=position,
        size=size,
        value=value(state, position),
        profit=unrealized(rule, state, position),
        entry_price=entry_cost(rule, position) / MICROS / abs(size) if size else None,
        liquidation_price=liquidation(world, account, position) if size else None,
    )


def liquidation(world: VenueWorld, account: Account, position: Position) -> float | None:
    """The price in quote per contract; None where no price above zero does it."""
    rule, state = rule_of(world), world.by_symbol[position.symbol]
    own = maintenance(rule, state, position)
    if position.isolated:
        equity, others = position.quote_micros + value(state, position), 0
    else:
        now = standing(world, account)
        equity, others = now.cross_equity, now.cross_maintenance - own
    size = position.lots / 10**state.listing.size_decimals
    rest = (equity - value(state, position) - others) / MICROS
    return solve(rest, size, tiers(rule, state.listing))


def solve(rest: float, size: float, rows: Sequence[Tier]) -> float | None:
    """p* in the tier to which it leads. `rest` = equity - size x mark - maintenance of others."""
    for number, (lower, fraction, deduction) in enumerate(rows):
        slope = abs(size) * fraction - size
        price = (rest + deduction) / slope if slope else 0.0
        upper = rows[number + 1][0] if number + 1 < len(rows) else float("inf")
        if price > 0 and lower <= abs(size) * price < upper:
            return price
    return None
