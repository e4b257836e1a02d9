"""Fills that followed accounts report, matched to the legs of a kept plan they may belong to.

A fill is proposed, never taken: another order of the trader's may have traded the same market. What
was taken carries the venue's own number, so it is never proposed again, for this plan or another.
"""

from collections.abc import Collection, Iterable, Sequence

from cockpit.calculators.saved_plans import Fill, SavedPlan, progress
from cockpit.core.events import AccountFill

_WHOLE = 1e-9
"""Of a leg: what is less than this share of it is rounding."""


def taken(plans: Iterable[SavedPlan]) -> frozenset[str]:
    """The marks of every fill that a plan has taken."""
    return frozenset(one.venue_fill for plan in plans for one in plan.fills if one.venue_fill)


def mark_of(fill: AccountFill) -> str:
    """A fill's name among all venues and accounts."""
    return f"{fill.venue}/{fill.account}/{fill.fill}"


def proposed_fills(
    plan: SavedPlan,
    seen: Sequence[AccountFill],
    already: Collection[str],
    clock_offset_ns: int = 0,
) -> tuple[Fill, ...]:
    """Fills since the plan was kept that its open legs may take, oldest first. It was kept by this
    machine's clock, which is `clock_offset_ns` ahead of that of the venues' stamps.

    Legs of a market are filled in their order, each up to what is left of it; a fill that is larger
    goes on into the next one, its fee in proportion. What no leg has room for is not proposed.
    """
    left = [leg.left for leg in progress(plan).legs]
    found: list[Fill] = []
    for fill in sorted(seen, key=_stamp_ns):
        at_ns = _stamp_ns(fill)
        kept_ns = plan.at_ns - (clock_offset_ns if fill.venue_ns else 0)
        if at_ns < kept_ns or mark_of(fill) in already:
            continue
        rest = abs(fill.size)
        for number, leg in enumerate(plan.legs):
            is_its = (leg.venue, leg.symbol) == (fill.venue, fill.symbol)
            if not is_its or leg.side.sign * fill.size <= 0 or left[number] <= _WHOLE * leg.size:
                continue
            part = min(rest, left[number])
            fee = None if fill.fee is None else fill.fee * part / abs(fill.size)
            found.append(
                Fill(
                    leg=number, price=fill.price, size=part, at_ns=at_ns, fee_usd=fee,
                    venue_fill=mark_of(fill),
                )
            )  # fmt: skip
            left[number] -= part
            rest -= part
            if rest <= _WHOLE * leg.size:
                break
    return tuple(found)


def _stamp_ns(fill: AccountFill) -> int:
    return fill.venue_ns or fill.recv_ns


def late_legs(plan: SavedPlan, now_ns: int) -> list[int]:
    """Numbers of legs whose time has come and that are not filled, the longest due first."""
    done = progress(plan).legs
    due = [
        (leg.not_before_ns, number)
        for number, leg in enumerate(plan.legs)
        if leg.not_before_ns is not None and leg.not_before_ns <= now_ns and done[number].left > 0
    ]
    return [number for _, number in sorted(due)]


def next_leg(plan: SavedPlan) -> int | None:
    """The leg that is to be traded first of those that are left; None when all are filled."""
    done = progress(plan).legs
    open_legs = [
        (leg.not_before_ns or plan.at_ns, number)
        for number, leg in enumerate(plan.legs)
        if done[number].left > 0
    ]
    return min(open_legs)[1] if open_legs else None


def still_to_trade(plan: SavedPlan) -> dict[str, float]:
    """Signed base units by symbol that the legs still trade: what is left to buy is positive."""
    found: dict[str, float] = {}
    for leg, done in zip(plan.legs, progress(plan).legs, strict=True):
        found[leg.symbol] = found.get(leg.symbol, 0.0) + leg.side.sign * done.left
    dust = {
        symbol: _WHOLE * sum(leg.size for leg in plan.legs if leg.symbol == symbol)
        for symbol in found
    }
    return {symbol: 0.0 if abs(base) <= dust[symbol] else base for symbol, base in found.items()}


def is_two_sided(plan: SavedPlan, symbol: str) -> bool:
    """Whether its legs of a symbol offset each other, so that what stands alone is unhedged."""
    return len({leg.side for leg in plan.legs if leg.symbol == symbol}) == 2
