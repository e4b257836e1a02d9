"""What may end a trade: a leg that is gone, a liquidation that is near, a leg nobody can close.

A danger is a value; `words` make a sentence of it where one is shown.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec
import numpy as np

from cockpit.portfolio.words import base_size
from cockpit.state.trades import LegKey
from cockpit.state.view import MarketRead

Kind = Literal[
    "away",
    "orphan",
    "liquidation",
    "adl",
    "dead",
    "stale",
    "stablecoin",
    "hours",
    "untold",
    "assumed",
]
"""`untold`: a part of the result is not known. `assumed`: one stands on something nobody told."""
INCOMPLETE: Final[frozenset[Kind]] = frozenset({"away", "untold"})
_RANKS: Final[tuple[Kind, ...]] = (
    "orphan", "liquidation", "away", "stale", "adl", "dead", "untold", "stablecoin", "hours",
    "assumed",
)  # fmt: skip
ALARM_FRAC: Final = 0.10
"""Of the price: a liquidation so near cannot wait."""
NEAR_FRAC: Final = 0.25
"""Of the price: a liquidation that is further away needs no line, and no alert by itself."""
LAST_QUANTILE: Final = 4
"""The part of a venue's queue of automatic deleveraging that it closes first."""
NEAR_QUANTILE: Final = 3
WIDE_TIMES: Final = 10.0
"""Of its usual spread: a book that is so wide is none to leave through."""
LEAST_SAMPLES: Final = 60


class Danger(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One danger of one leg (None: of the trade). `amount` is in what its kind speaks of:

    base units (orphan, untold), fraction of the price (liquidation), quantile (adl); None where it
    has none.
    """

    kind: Kind
    leg: LegKey | None
    amount: float | None = None
    detail: str = ""

    @property
    def is_alarm(self) -> bool:
        """Whether it cannot wait."""
        if self.kind == "liquidation":
            return self.amount is not None and self.amount <= ALARM_FRAC
        return self.kind == "orphan"

    @property
    def words(self) -> str:
        where = "" if self.leg is None else f"{self.leg.venue}/{self.leg.symbol}"
        amount = 0.0 if self.amount is None else self.amount
        match self.kind:
            case "away":
                return f"{where}: its account is not read: {self.detail}"
            case "orphan":
                side = "long" if amount > 0 else "short"
                return f"nothing hedges {base_size(amount)} of it ({side})"
            case "liquidation":
                return f"{where}: {amount:.1%} from liquidation{self.detail}"
            case "adl":
                place = f"{amount:.0f} of {LAST_QUANTILE} in the queue of automatic deleveraging"
                return f"{where}: {place}: the venue may close it before its hedge"
            case "dead":
                return f"{where}: {self.detail}"
            case "stablecoin":
                return f"its legs are paid in {self.detail}: their price is part of the result"
            case "hours":
                return f"{where}: a builder's market, whose price may rest while its home is closed"
            case "stale" | "untold" | "assumed":
                return f"{where}: {self.detail}"


def sentences(dangers: Iterable[Danger]) -> list[str]:
    """A sentence each; what is said of several legs in the same words is said once of all."""
    places: dict[tuple[Kind, str], list[str]] = {}
    for danger in dangers:
        where = "" if danger.leg is None else f"{danger.leg.venue}/{danger.leg.symbol}"
        said = danger.words.removeprefix(f"{where}: ") if where else danger.words
        places.setdefault((danger.kind, said), []).append(where)
    return [
        f"{', '.join(dict.fromkeys(found))}: {said}" if found[0] else said
        for (_, said), found in places.items()
    ]


class LegMarket(msgspec.Struct, frozen=True, kw_only=True):
    """A leg as dangers look at it: its market, the coin it is paid in, and how far its end is.

    `room` is the move to its liquidation as a fraction of the price, None where none is known;
    `can_leave` None where its book is not known, `adl_quantile` where its venue tells none.
    """

    key: LegKey
    size: float
    market: MarketRead | None
    room: float | None = None
    can_leave: bool | None = None
    adl_quantile: int | None = None


def worst_first(dangers: Iterable[Danger]) -> list[Danger]:
    """What may cost most on top; of one kind as they come."""
    return sorted(dangers, key=lambda one: _RANKS.index(one.kind))


def of_market(leg: LegMarket, now_ns: int) -> list[Danger]:
    """Whether a leg's market is still one to leave through."""
    market, found = leg.market, []
    if market is None or not leg.size:
        return []
    listed = market.instrument
    if listed is not None and listed.status != "active":
        found.append(_dead(leg, f"its market is {listed.status}"))
    if market.volume_24h_usd == 0.0:
        found.append(_dead(leg, "nothing was traded there for a day"))
    if leg.can_leave is False:
        found.append(_dead(leg, "its book is too short to close the leg at its size"))
    if not market.is_stale("book", now_ns) and (times := _width(market)) > WIDE_TIMES:
        found.append(_dead(leg, f"its spread is {times:.0f} times its usual"))
    if ":" in leg.key.symbol:
        found.append(Danger(kind="hours", leg=leg.key))
    return found


def of_coins(legs: Sequence[LegMarket]) -> list[Danger]:
    """Legs that are paid in coins which need not stay worth the same."""
    coins = {
        leg.market.instrument.quote
        for leg in legs
        if leg.market is not None and leg.market.instrument is not None
    }
    if len(coins) < 2:
        return []
    return [Danger(kind="stablecoin", leg=None, detail=" and ".join(sorted(coins)))]


def of_liquidation(legs: Sequence[LegMarket]) -> list[Danger]:
    """The leg that is nearest to its liquidation, and what the others are then."""
    known = [(leg.room, leg.key) for leg in legs if leg.room is not None and leg.size]
    if not known:
        return []
    room, key = min(known)
    if room > NEAR_FRAC:
        return []
    others = sum(leg.size for leg in legs if leg.key != key)
    side = "long" if others > 0 else "short"
    then = f"; the others are then a naked {side} of {base_size(others)}" if others else ""
    return [Danger(kind="liquidation", leg=key, amount=room, detail=then)]


def of_queue(legs: Sequence[LegMarket]) -> list[Danger]:
    """Legs that their venue would close among the first: the winning leg of a pair goes so."""
    return [
        Danger(kind="adl", leg=leg.key, amount=float(leg.adl_quantile))
        for leg in legs
        if leg.size and leg.adl_quantile is not None and leg.adl_quantile >= NEAR_QUANTILE
    ]


def _dead(leg: LegMarket, words: str) -> Danger:
    return Danger(kind="dead", leg=leg.key, detail=words)


def _width(market: MarketRead) -> float:
    """The spread of now in multiples of its own median; 1 while that is not known."""
    _, values = market.spreads_bps.read()
    known = values[np.isfinite(values)]
    bid, ask = market.book.best_bid(), market.book.best_ask()
    if known.size < LEAST_SAMPLES or bid is None or ask is None:
        return 1.0
    usual = float(np.median(known))
    now_bps = (ask[0] - bid[0]) / bid[0] * 1e4
    return now_bps / usual if usual > 0 else 1.0
