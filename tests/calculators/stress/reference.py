"""A second, short account of what a scenario does to a book, in plain numbers, leg by leg.

Written from the words of the scenarios and of the stress table, for books of two levels a side.
"""

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from math import copysign, inf, isinf, log

from cockpit.core.scenario import Shock

HOLD_H, REFILL_S, DELAY_S, LIQUIDATION_FEE, BETA = 24, 1.5, 2.0, 0.01, {"BTC": 1.0, "ETH": 1.3}


@dataclass
class RefLeg:
    """`near` and `far` are (distance from mid as a fraction, base units) on both sides alike."""

    venue: str
    symbol: str
    size: float
    price: float
    hourly: float
    mmf: float
    fee: float
    near: tuple[float, float]
    far: tuple[float, float]
    held: float = 0.0
    open: float = 0.0


@dataclass
class Outcome:
    price: float = 0.0
    funding: float = 0.0
    fees: float = 0.0
    slippage: float = 0.0
    liquidation: float = 0.0
    collateral: float = 0.0
    gone: set[str] = field(default_factory=set)
    unhedged: float = 0.0
    flat_s: float = 0.0


def played(key: str, legs: list[RefLeg]) -> str | None:
    """The venue that a role falls to; any other key is its own."""
    if not key.startswith("@"):
        return key
    names = list(dict.fromkeys(leg.venue for leg in legs))
    gross = {n: sum(abs(x.size * x.price) for x in legs if x.venue == n) for n in names}
    net = {n: sum(x.size * x.price for x in legs if x.venue == n) for n in names}
    order = sorted(names, key=lambda n: -gross[n])
    if key == "@long":
        return max(names, key=lambda n: net[n]) if max(net.values()) > 0 else None
    if key == "@short":
        return min(names, key=lambda n: net[n]) if min(net.values()) < 0 else None
    place = {"@largest": 0, "@second": 1, "@third": 2, "@smallest": len(order) - 1}[key]
    return order[place] if place < len(order) and (key != "@smallest" or place) else None


def hits(keys, venue: str, legs: list[RefLeg], is_trouble: bool = False) -> list[str]:  # type: ignore[no-untyped-def]
    """The keys that mean a venue. Trouble for a side that nobody is on finds the largest."""
    found = []
    for key in keys:
        name = played(key, legs)
        if name is None and is_trouble and key in ("@long", "@short"):
            name = played("@largest", legs)
        if name is not None and fnmatchcase(venue, name):
            found.append(key)
    return found


def cost(leg: RefLeg, amount: float, depth: float, spread: float) -> tuple[float, int]:
    """Slippage as mids of a base unit, and rounds: the visible book comes again when it is used."""
    left, total, rounds = abs(amount), 0.0, 0
    while left > 1e-12 * abs(amount) or rounds == 0:
        rounds += 1
        for distance, size in (leg.near, leg.far):
            part = min(left, size * depth)
            total += part * (distance + (spread - 1) * leg.near[0])
            left -= part
    return total, rounds


def extra_rate(leg: RefLeg, shocks: list[Shock], story: list[Shock]) -> float:
    """The addition to the rate over the hold, as a fraction of notional, halving on its way."""
    multiple = max((s.funding_multiplier for s in shocks), key=lambda m: abs(log(m)), default=1.0)
    turned = -1 if any(s.funding_flip for s in shocks) else 1
    halves = [
        inf if s.funding_decay_h is None else s.funding_decay_h
        for s in story
        if s.funding_flip or s.funding_multiplier != 1
    ]
    half = max(halves, default=inf)
    hours = sum(0.5 ** (k / half) for k in range(1, HOLD_H + 1))
    return leg.hourly * (multiple * turned - 1) * hours


def stressed(shocks: tuple[Shock, ...], legs: list[RefLeg], equity: dict[str, float]) -> Outcome:
    out, equity = Outcome(), dict(equity)
    story = sorted(shocks, key=lambda shock: shock.at_s)
    symbols = sorted({leg.symbol for leg in legs})

    def mine(leg: RefLeg) -> list[Shock]:
        return [
            s for s in story
            if any(fnmatchcase(leg.symbol, pattern) for pattern in s.symbols)
            and hits(s.venues, leg.venue, legs)
        ]  # fmt: skip

    marks = {i: leg.price for i, leg in enumerate(legs)}
    moved, depth, spread, taken = dict(marks), {}, {}, {}
    for i, leg in enumerate(legs):
        level = worst = taken_at = 1.0
        share_taken, filled = 0.0, 1.0
        for s in mine(leg):
            gap = s.gap
            if isinstance(gap, dict):
                gap = max((gap[k] for k in hits(gap, leg.venue, legs)), key=abs, default=0.0)
            if not hits(s.frozen, leg.venue, legs):
                level *= 1 + gap * (BETA[leg.symbol] if s.correlation_one else 1)
            worst = level if abs(level - 1) > abs(worst - 1) else worst
            if s.adl_fraction > share_taken:
                share_taken, taken_at = s.adl_fraction, level
            for key, share in s.fill_fraction.items():
                if key == str(i + 1) or hits([key], leg.venue, legs):
                    filled = min(filled, share)
        moved[i], taken[i] = leg.price * worst, (share_taken, taken_at)
        depth[i] = min((s.depth_fraction for s in mine(leg)), default=1.0)
        spread[i] = max((s.spread_multiplier for s in mine(leg)), default=1.0)
        leg.held, leg.open = leg.size * filled, leg.size * (1 - filled)

    def delay(venue: str) -> float:
        if any(hits(s.outage, venue, legs, True) for s in story):
            return inf
        halts = [s.halt_s[k] for s in story for k in hits(s.halt_s, venue, legs, True)]
        late = [s.settlement_delay_s for s in story if hits(s.venues, venue, legs)]
        return DELAY_S + max(halts, default=0.0) + max(late, default=0.0)

    def look(prices: dict[int, float]) -> None:
        for venue in equity:
            here = [i for i, leg in enumerate(legs) if leg.venue == venue]
            need = sum(abs(legs[i].held) * prices[i] * legs[i].mmf for i in here)
            if any(legs[i].held for i in here) and equity[venue] <= max(need, 0):
                fee = sum(abs(legs[i].held) * prices[i] * LIQUIDATION_FEE for i in here)
                out.liquidation -= min(fee, equity[venue])
                equity[venue] -= min(fee, equity[venue])
                out.gone.add(venue)
                for i in here:
                    legs[i].held = legs[i].open = 0.0
        out.unhedged = max(out.unhedged, sum(
            abs(sum(leg.held for leg in legs if leg.symbol == symbol)) * mean(symbol, prices)
            for symbol in symbols
        ))  # fmt: skip

    def mean(symbol: str, prices: dict[int, float]) -> float:
        of = [prices[i] for i, leg in enumerate(legs) if leg.symbol == symbol]
        return sum(of) / len(of)

    def trade() -> None:
        for symbol in symbols:
            of = [i for i, leg in enumerate(legs) if leg.symbol == symbol]
            net, plan = sum(legs[i].held for i in of), sum(legs[i].size for i in of)
            dust = 1e-9 * sum(abs(legs[i].size) for i in of)
            if net * (net - plan) <= 0 or min(abs(net), abs(net - plan)) <= dust:
                continue
            left = copysign(min(abs(net), abs(net - plan)), net)
            able = sorted((i for i in of if not isinf(delay(legs[i].venue))),
                          key=lambda i: delay(legs[i].venue))  # fmt: skip
            chase = [(i, "open") for i in able if legs[i].open * left < 0]
            for i, how in chase + [(i, "held") for i in able if legs[i].held * left > 0]:
                leg = legs[i]
                amount = copysign(min(abs(left), abs(getattr(leg, how))), -left)
                if amount == 0:
                    continue
                slip, rounds = cost(leg, amount, depth[i], spread[i])
                fee = leg.fee * abs(amount) * moved[i]
                out.slippage -= slip * moved[i]
                out.fees -= fee
                equity[leg.venue] -= slip * moved[i] + fee
                leg.held += amount
                if how == "open":
                    leg.open -= amount
                left += amount
                out.flat_s = max(out.flat_s, delay(leg.venue) + (rounds - 1) * REFILL_S)

    look(marks)
    lying = dict(equity)
    for i, leg in enumerate(legs):
        share, at = taken[i]
        lost = leg.held * share if leg.held * (at - 1) > 0 else 0.0
        leg.held -= lost
        gain = lost * leg.price * (at - 1) + leg.held * (moved[i] - leg.price)
        out.price += gain
        equity[leg.venue] += gain
    for venue in equity:
        before = equity[venue]
        depeg = max((s.depeg for s in story if hits(s.venues, venue, legs)), default=0.0)
        equity[venue] -= depeg * max(lying[venue], 0.0)
        kept = [s.equity_lost[k] for s in story for k in hits(s.equity_lost, venue, legs, True)]
        equity[venue] -= max(kept, default=0.0) * max(equity[venue], 0.0)
        out.collateral += equity[venue] - before
    look(moved)
    trade()
    look(moved)
    for i, leg in enumerate(legs):
        paid = -leg.held * moved[i] * extra_rate(leg, mine(leg), story)
        out.funding += paid
        equity[leg.venue] += paid
    look(moved)
    trade()
    look(moved)
    for symbol in symbols:
        of = [leg for leg in legs if leg.symbol == symbol]
        if abs(sum(x.held for x in of)) > 1e-9 * sum(abs(x.size) for x in of):
            out.flat_s = inf
    for i, leg in enumerate(legs):
        if leg.held and (depth[i] != 1 or spread[i] != 1):
            after, before = cost(leg, leg.held, depth[i], spread[i]), cost(leg, leg.held, 1, 1)
            out.slippage -= (after[0] - before[0]) * leg.price
    return out
