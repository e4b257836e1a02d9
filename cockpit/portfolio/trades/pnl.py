"""What a trade earned, part by part, at one reference price for all of its legs.

Of a leg with fills q (signed size) at p, when its market's mark stood at m and the reference at R:

    price part   = sum of q (mark now - p)
    slippage     = -sum of q (p - m)
    directional  = sum of q (R now - R)
    basis        = price part - slippage - directional
                 = sum of q [(mark now - R now) - (m - R)]

Fills that met a market which nobody watched have no m: their slippage lies in the basis then, and
slippage as a whole is not known. For those without R, one R stands for all of them: the average of
their prices by size, so that a hedged pair has no directional part from its opening.
Money received is positive and so are all parts of a profit: fees and slippage are costs, below 0.
`unexplained` is what the venues' own profit of the open legs has more than ours.
"""

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

from cockpit.analytics.risk.exposure import total
from cockpit.portfolio.trades.leg_fills import average_entry, is_nothing
from cockpit.state.trades import LegFill

Assumption = Literal["fees", "reference"]


class LegNow(msgspec.Struct, frozen=True, kw_only=True):
    """A leg at one moment. `fills` are those of its whole position, of which it has `share`.

    `size` is that of the whole position, `mark` None where not known; a flat leg needs none.
    `taker_fee` stands for fees that nobody told. `stated_upnl_usd` is the venue's own of the whole
    position at `stated_mark`, with `stated_entry`. `funding_usd` was paid to the leg's share.
    """

    fills: Sequence[LegFill]
    share: float
    size: float
    mark: float | None
    taker_fee: float | None = None
    stated_upnl_usd: float | None = None
    stated_mark: float | None = None
    stated_entry: float | None = None
    funding_usd: float | None = None
    accrued_usd: float | None = None


class Pnl(msgspec.Struct, frozen=True, kw_only=True):
    """USD; None is not known. `total` is directional + basis + funding + fees + slippage +
    unexplained; `accrued` is not in it. `price` is what prices did: all but funding and fees."""

    total: float | None = None
    price: float | None = None
    directional: float | None = None
    basis: float | None = None
    funding: float | None = None
    accrued: float | None = None
    fees: float | None = None
    slippage: float | None = None
    unexplained: float | None = None
    assumed: tuple[Assumption, ...] = ()


def attribute(legs: Sequence[LegNow], reference: float | None) -> Pnl:
    """The parts of a trade's profit. ValueError for a share that is none."""
    for leg in legs:
        if not 0.0 < leg.share <= 1.0:
            raise ValueError(f"a share must be above 0 and at most 1, got {leg.share}")
    price = total(_price_part(leg) for leg in legs)
    slippage = total(_slippage(leg) for leg in legs)
    directional = _directional(legs, reference)
    basis = None
    if price is not None and directional is not None:
        basis = price - directional - (slippage or 0.0)
    fees = total(_fees(leg) for leg in legs)
    funding = total(leg.funding_usd for leg in legs)
    unexplained = total(_unexplained(leg) for leg in legs)
    assumed: list[Assumption] = []
    if any(fill.fee_usd is None for leg in legs for fill in leg.fills):
        assumed.append("fees")
    if directional is not None and _is_open(_unreferenced(legs)):
        assumed.append("reference")
    return Pnl(
        total=total([price, funding, fees, unexplained]),
        price=price,
        directional=directional,
        basis=basis,
        funding=funding,
        accrued=total(leg.accrued_usd for leg in legs),
        fees=fees,
        slippage=slippage,
        unexplained=unexplained,
        assumed=tuple(assumed),
    )


def leg_fees(leg: LegNow) -> float | None:
    """What one leg paid in fees, < 0; where the venue does not tell, by its taker fee."""
    return _fees(leg)


def _price_part(leg: LegNow) -> float | None:
    """Sum of q (mark - p); None while a price is not known, or a fill is still to be told."""
    size = sum(fill.size for fill in leg.fills)
    if not is_nothing(size - leg.size, leg.size):
        return None
    is_flat = is_nothing(size, 0.0)
    if not is_flat and leg.mark is None:
        return None
    paid = 0.0
    for fill in leg.fills:
        if fill.price is None:
            return None
        paid += fill.size * fill.price
    worth = 0.0 if is_flat or leg.mark is None else size * leg.mark
    return leg.share * (worth - paid)


def _slippage(leg: LegNow) -> float | None:
    lost = 0.0
    for fill in leg.fills:
        if fill.price is None or fill.mark is None:
            return None
        lost += fill.size * (fill.price - fill.mark)
    return 0.0 - leg.share * lost


def _directional(legs: Sequence[LegNow], reference: float | None) -> float | None:
    """Sum of q (R now - R), one R for every fill that has none."""
    bare = _unreferenced(legs)
    assumed = _average_price(bare)
    found = 0.0
    for leg in legs:
        for fill in leg.fills:
            then = fill.reference if fill.reference is not None else assumed
            if then is None:
                return None
            found -= leg.share * fill.size * then
    open_ = sum(leg.share * fill.size for leg in legs for fill in leg.fills)
    if abs(open_) <= 1e-9 * sum(abs(leg.share * leg.size) for leg in legs):
        # What is hedged to the last unit has none of it, wherever the reference stands.
        return found + open_ * (reference or 0.0)
    return None if reference is None else found + open_ * reference


def _unreferenced(legs: Sequence[LegNow]) -> list[tuple[float, float | None]]:
    """(signed size of the leg's share, price) of the fills without a reference."""
    return [
        (leg.share * fill.size, fill.price)
        for leg in legs
        for fill in leg.fills
        if fill.reference is None
    ]


def _average_price(rows: Iterable[tuple[float, float | None]]) -> float | None:
    size = worth = 0.0
    for amount, price in rows:
        if price is not None:
            size, worth = size + abs(amount), worth + abs(amount) * price
    return worth / size if size else None


def _is_open(rows: Sequence[tuple[float, float | None]]) -> bool:
    """Whether these fills leave something on one side, so that their reference matters."""
    net, gross = sum(size for size, _ in rows), sum(abs(size) for size, _ in rows)
    return abs(net) > 1e-3 * gross


def _fees(leg: LegNow) -> float | None:
    paid = 0.0
    for fill in leg.fills:
        if fill.fee_usd is not None:
            paid += fill.fee_usd
        elif leg.taker_fee == 0.0:
            continue
        elif leg.taker_fee is None or fill.price is None:
            return None
        else:
            paid += abs(fill.size) * fill.price * leg.taker_fee
    return 0.0 - leg.share * paid


def _unexplained(leg: LegNow) -> float | None:
    """The venue's profit of what is open, less ours; 0 where it states none.

    A venue's average is that of what is open, or of all that was ever opened: ours is the one that
    lies nearer to the stated one.
    """
    stated, mark = leg.stated_upnl_usd, leg.stated_mark
    if stated is None or mark is None or not leg.size:
        return 0.0
    size = sum(fill.size for fill in leg.fills)
    entries = [average_entry(leg.fills), _lifetime_entry(leg.fills)]
    known = [entry for entry in entries if entry is not None]
    if not known or not is_nothing(size - leg.size, leg.size):
        return 0.0
    entry = known[0]
    if leg.stated_entry is not None:
        said = leg.stated_entry
        entry = min(known, key=lambda one: abs(one - said))
    return leg.share * (stated - leg.size * (mark - entry))


def _lifetime_entry(fills: Sequence[LegFill]) -> float | None:
    """The average price of all that was added since it was last flat."""
    size = opened = paid = 0.0
    for fill in fills:
        if is_nothing(size, 0.0) or size * (size + fill.size) < 0:
            opened = paid = 0.0
        if size * fill.size >= 0:
            if fill.price is None:
                return None
            opened, paid = opened + fill.size, paid + fill.size * fill.price
        size += fill.size
    return paid / opened if opened else None
