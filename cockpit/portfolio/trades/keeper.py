"""Keeps the trades of a view: finds new ones, follows the fills of their legs, closes those over.

A leg that is not seen is not a leg that is closed: where its account cannot be read, or is not
followed any more, it stays as it was read last.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from cockpit.core.errors import InputError
from cockpit.core.units import NS_PER_S
from cockpit.portfolio.trades import leg_fills, matching, reading
from cockpit.portfolio.trades.holdings import Holdings
from cockpit.state.trades import (
    CLOSED_KEPT,
    Origin,
    TradeCurve,
    TradeLeg,
    TradeRecord,
    TradeRecords,
)
from cockpit.state.trades import LegKey as Key
from cockpit.state.view import MarketView

WATCH_NS: Final = 5 * NS_PER_S
CURVE_NS: Final = 30 * NS_PER_S
AWAITED_NS: Final = 120 * NS_PER_S
"""So long a trade that is flat waits for a fill that its venue has not told yet."""
MOST_WATCHED_NS: Final = 60 * NS_PER_S
"""Between two looks that are further apart nobody was watching."""


class Keeper:
    """Fills `view.trades`. What the trader names, makes and splits comes in here too."""

    def __init__(self, view: MarketView) -> None:
        self._view = view
        self._records: TradeRecords = view.trades
        self._watched_ns: int | None = None
        self._curve_ns = 0
        self._before: dict[tuple[str, str], frozenset[Key]] = {}
        """The legs of each account when it was read last."""
        self._flat_ns: dict[str, int] = {}
        """Id of a trade that is flat and awaits its last fill -> since when."""

    def look(self, now_ns: int) -> None:
        """Bring every trade up to the present."""
        records = self._records
        if not (records.open or self._view.accounts() or self._view.manual()):
            return
        holdings = Holdings(self._view, now_ns)
        # Of every position, because a fill meets its market before it is known whose leg it is.
        for key, _ in holdings.present():
            self._follow_fills(key, holdings)
        for record in list(records.open.values()):
            self._follow(record, holdings)
        if not holdings.is_waiting:
            for found in matching.match(_free(records.open.values(), holdings)):
                amounts = {leg.key: leg.size for leg in found.legs}
                self._open(_legs(amounts, holdings), found.asset, "found", "", holdings)
        for place in holdings.fresh_accounts():
            self._before[place] = holdings.legs_of(*place)
        self._forget(holdings)
        self._watch(now_ns)

    def make(self, keys: Sequence[Key], name: str, now_ns: int, origin: Origin = "made") -> str:
        """One trade of these positions, as far as no other made one claims them; its id.

        What was only found of them, or split, is taken apart. InputError where a trade that was
        made or named has one of them, or they are not of one asset.
        """
        records, holdings = self._records, Holdings(self._view, now_ns)
        taken = [r for r in records.open.values() if any(leg.key in keys for leg in r.legs)]
        # Found, or what a split left over: nobody said that these belong together.
        kept = [r for r in taken if r.name or (r.origin != "found" and len(r.legs) > 1)]
        if kept:
            names = ", ".join(r.name or r.id for r in kept)
            raise InputError(f"these legs belong to {names} already: T on it splits it")
        held = {key: p for key in keys if (p := holdings.position(key)) is not None}
        assets = {holdings.asset(key) for key in held}
        if len(held) < 1 or len(assets) > 1:
            raise InputError(
                "a trade is made of positions in one asset: mark its legs and press T again"
            )
        for record in taken:
            del records.open[record.id]
        legs = _legs({key: p.size for key, p in held.items()}, holdings)
        return self._open(legs, assets.pop(), origin, name, holdings)

    def rename(self, id: str, name: str) -> None:
        """InputError where there is no such open trade."""
        self._change(replace(self._of(id), name=name))

    def aim(self, id: str, target_usd: float | None) -> None:
        """The profit that the trader waits for; None for none."""
        self._change(replace(self._of(id), target_usd=target_usd))

    def split(self, id: str, now_ns: int) -> None:
        """Each leg is a trade of its own from now on, and is matched with no other."""
        record = self._of(id)
        del self._records.open[id]
        holdings = Holdings(self._view, now_ns)
        for leg in record.legs:
            if leg.size:
                self._open((leg,), record.asset, "made", "", holdings)
        self._records.version += 1

    # --- the parts of a look ------------------------------------------------------------------

    def _of(self, id: str) -> TradeRecord:
        record = self._records.open.get(id)
        if record is None:
            raise InputError(f"{id!r} is no open trade")
        return record

    def _change(self, record: TradeRecord) -> None:
        self._records.open[record.id] = record
        self._records.version += 1

    def _follow(self, record: TradeRecord, holdings: Holdings) -> None:
        legs = tuple(self._leg(leg, holdings) for leg in record.legs)
        if legs != record.legs:
            self._change(replace(record, legs=legs, opened_ns=_opened_ns(legs)))
        if any(leg.size for leg in legs):
            self._flat_ns.pop(record.id, None)
            return
        since_ns = self._flat_ns.setdefault(record.id, holdings.now_ns)
        is_waiting = 0 <= holdings.now_ns - since_ns < AWAITED_NS
        if is_waiting and any(self._awaits_a_fill(leg.key, holdings) for leg in legs):
            return
        del self._flat_ns[record.id]
        self._close(self._records.open[record.id], holdings, since_ns)

    def _awaits_a_fill(self, key: Key, holdings: Holdings) -> bool:
        """Whether the venue tells fills, and has not told the one that closed this leg: a position
        is read apart from them, and is often the first to be known."""
        left = leg_fills.total(self._records.fills.get(key, ()))
        return holdings.told(key).is_complete and not leg_fills.is_nothing(left, left)

    def _leg(self, leg: TradeLeg, holdings: Holdings) -> TradeLeg:
        if holdings.is_away(leg.key):
            return leg
        position = holdings.position(leg.key)
        if position is None:
            self._follow_fills(leg.key, holdings)
            return replace(leg, size=0.0)
        first_ns = leg.opened_ns
        if first_ns is None:
            first_ns = self._opened_ns(leg.key, holdings)
        return replace(
            leg, size=position.size * leg.share, entry=position.entry, opened_ns=first_ns
        )

    def _opened_ns(self, key: Key, holdings: Holdings) -> int | None:
        """When the venue says, else when it was seen to appear."""
        said = holdings.opened_ns(key)
        fills = self._records.fills.get(key, ())
        if said is None and fills and fills[0].source == "seen":
            return fills[0].at_ns
        return said

    def _follow_fills(self, key: Key, holdings: Holdings) -> None:
        kept, position = self._records.fills.get(key, ()), holdings.position(key)
        told = holdings.told(key, self._before.get((key.venue, key.account)))
        fills = leg_fills.follow(kept, told, position, holdings.met(key), holdings.there_ns)
        if fills != kept:
            self._records.fills[key] = fills
            self._records.version += 1

    def _forget(self, holdings: Holdings) -> None:
        """The fills of a position that is over and was no leg."""
        claimed = {leg.key for record in self._records.open.values() for leg in record.legs}
        for key in list(self._records.fills):
            if key in claimed or holdings.is_away(key) or holdings.position(key) is not None:
                continue
            del self._records.fills[key]
            self._records.version += 1

    def _open(
        self, legs: tuple[TradeLeg, ...], asset: str, origin: Origin, name: str, holdings: Holdings
    ) -> str:
        records = self._records
        legs = tuple(replace(leg, opened_ns=self._opened_ns(leg.key, holdings)) for leg in legs)
        id = _unused(trade_id(asset, legs), records)
        self._change(
            TradeRecord(
                id=id, asset=asset, legs=legs, name=name, origin=origin,
                seen_ns=holdings.now_ns, opened_ns=_opened_ns(legs),
            )
        )  # fmt: skip
        return id

    def _close(self, record: TradeRecord, holdings: Holdings, closed_ns: int) -> None:
        """Move a trade to the journal with what it came to."""
        records = self._records
        result = reading.result_of(reading.read_one(self._view, record, holdings.now_ns))
        del records.open[record.id]
        records.curves.pop(record.id, None)
        records.closed_fills[record.id] = {
            leg.key: records.fills.get(leg.key, ()) for leg in record.legs
        }
        while len(records.closed_fills) > CLOSED_KEPT:
            del records.closed_fills[next(iter(records.closed_fills))]
        records.closed.append(replace(record, closed_ns=closed_ns, result=result))
        records.version += 1

    def _watch(self, now_ns: int) -> None:
        """How long each trade was seen, and in profit; now and then a point of its curve."""
        records, before_ns = self._records, self._watched_ns
        passed_ns = 0 if before_ns is None else now_ns - before_ns
        if before_ns is not None and 0 <= passed_ns < WATCH_NS:
            return
        self._watched_ns = now_ns
        is_due = now_ns - self._curve_ns >= CURVE_NS
        self._curve_ns = now_ns if is_due else self._curve_ns
        for trade in reading.read(self._view, now_ns).trades:
            record = records.open.get(trade.record.id)
            if record is None:
                continue
            total = trade.pnl.total
            if total is not None and 0 < passed_ns <= MOST_WATCHED_NS:
                passed_s = passed_ns / NS_PER_S
                records.open[record.id] = replace(
                    record,
                    watched_s=record.watched_s + passed_s,
                    profit_s=record.profit_s + (passed_s if total > 0 else 0.0),
                )
            if is_due:
                curve = records.curves.setdefault(record.id, TradeCurve())
                curve.funding_usd.append(now_ns, trade.pnl.funding)
                curve.price_usd.append(now_ns, trade.pnl.price)


def trade_id(asset: str, legs: Iterable[TradeLeg]) -> str:
    """The same for the same legs, opened at the same time, in whatever order they are found."""
    rows = sorted((leg.key, leg.opened_ns or 0) for leg in legs)
    text = "|".join(f"{k.venue}/{k.account}/{k.pool}/{k.symbol}@{at}" for k, at in rows)
    number = hashlib.sha256(text.encode()).hexdigest()[:6]
    return f"{asset.lower()}-{number}"


def _unused(id: str, records: TradeRecords) -> str:
    used = {*records.open, *(record.id for record in records.closed)}
    number, found = 1, id
    while found in used:
        number += 1
        found = f"{id}-{number}"
    return found


def _opened_ns(legs: Iterable[TradeLeg]) -> int | None:
    """The first fill of any leg; None where that of one is not known."""
    stamps = [leg.opened_ns for leg in legs]
    known = [stamp for stamp in stamps if stamp is not None]
    return min(known) if known and len(known) == len(stamps) else None


def _legs(amounts: Mapping[Key, float], holdings: Holdings) -> tuple[TradeLeg, ...]:
    """Legs of these signed amounts, each the share of its position that it is now."""
    legs = []
    for key, amount in sorted(amounts.items()):
        position = holdings.position(key)
        if position is not None:
            share = min(1.0, round(amount / position.size, 12))
            legs.append(TradeLeg(key=key, share=share, size=amount, entry=position.entry))
    return tuple(legs)


def _free(records: Iterable[TradeRecord], holdings: Holdings) -> list[matching.FreeLeg]:
    """What no trade claims, of positions that may be taken for the present."""
    claimed: dict[Key, float] = {}
    for record in records:
        for leg in record.legs:
            claimed[leg.key] = claimed.get(leg.key, 0.0) + leg.share
    return [
        matching.FreeLeg(
            key=key,
            asset=holdings.asset(key),
            size=position.size * (1 - claimed.get(key, 0.0)),
            opened_ns=holdings.opened_ns(key),
        )
        for key, position in holdings.present()
        if claimed.get(key, 0.0) < 1 - matching.TOLERANCE
    ]
