"""Which margin rules hold for a market: the trader's, the venue's own, or the documented table."""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cockpit.analytics.risk.exposure import SPOT
from cockpit.analytics.risk.margin import InitialTiers, Tiers, build_tiers
from cockpit.core.assumptions import Assumption
from cockpit.core.events import Instrument
from cockpit.core.margins import SAME, Tier, VenueMargin
from cockpit.venues.kit.facts import documented_margins

Rows = Sequence[tuple[float, float]]
"""(notional in USD from which it counts, fraction), lowest first."""


class MarginRule(NamedTuple):
    """`tiers` and `initial` include `closing_fee_frac`, which the venue counts for closing.

    Fractions and `liquidation_fee` are NaN where nothing is known, `funding_cap_hourly` inf.
    `maintenance_notes` say what of `tiers` was taken on trust, `notes` what of all of it; empty if
    the venue stated everything itself.
    """

    tiers: Tiers
    initial: InitialTiers
    closing_fee_frac: float
    liquidation_fee: float
    funding_cap_hourly: float
    maintenance_notes: tuple[Assumption, ...]
    other_notes: tuple[Assumption, ...]

    @property
    def notes(self) -> tuple[Assumption, ...]:
        return (*self.maintenance_notes, *self.other_notes)


OWNED = MarginRule(
    tiers=build_tiers([0.0], [0.0]),
    initial=InitialTiers((0.0,), (0.0,)),
    closing_fee_frac=0.0,
    liquidation_fee=0.0,
    funding_cap_hourly=math.inf,
    maintenance_notes=(),
    other_notes=(),
)
"""Of coins that are owned outright: nothing has to stand behind them."""


class MarginRules:
    """The documented tables with the trader's own in their place."""

    def __init__(self, own: Mapping[str, VenueMargin]) -> None:
        """`own` by venue, as the configuration has them."""
        self._own = own
        self._documented = documented_margins()

    def price_of(self, venue: str) -> str:
        """`mark` or `index`: what the venue values positions at."""
        return self._table(venue).price

    def rule(
        self,
        venue: str,
        symbol: str,
        listed: Instrument | None,
        mmf: float | None,
        leverage: float | None,
    ) -> MarginRule:
        """`mmf` and `leverage` are what the trader says of this position; they win."""
        if venue == SPOT:
            return OWNED
        table, name = self._table(venue), f"{venue}/{symbol}"
        documented, is_own = table.tiers_of(symbol), venue in self._own
        # A documented first tier that differs from the listing's is out of date.
        stated = listed.mmf if listed else None
        if not is_own and documented and stated is not None:
            documented = documented if abs(documented[0].mmf - stated) <= SAME else ()
        kept, kept_notes = _maintenance(name, table, documented, is_own, listed, mmf)
        asked, asked_notes = _initial(name, documented, is_own, listed)
        cap, cap_notes = _funding_cap(name, table, documented, asked, kept, listed)
        present = listed.max_leverage if listed and not is_own else None
        least = max((1 / x for x in (leverage, present) if x), default=0.0)
        needed = InitialTiers(
            tuple(over for over, _ in asked) or (0.0,),
            tuple(max(imf, least) for _, imf in asked) or (least or math.nan,),
        )
        # A maintenance that was given is all of it.
        fee, fee_notes = _closing_fee(name, table, listed) if mmf is None else (0.0, [])
        return MarginRule(
            tiers=build_tiers([over for over, _ in kept], [margin + fee for _, margin in kept]),
            initial=needed.plus(fee),
            closing_fee_frac=fee,
            liquidation_fee=math.nan if table.liquidation_fee is None else table.liquidation_fee,
            funding_cap_hourly=cap,
            maintenance_notes=(*kept_notes, *fee_notes),
            other_notes=(*asked_notes, *cap_notes),
        )

    def _table(self, venue: str) -> VenueMargin:
        return self._own.get(venue) or self._documented.get(venue) or VenueMargin()


def _maintenance(
    name: str,
    table: VenueMargin,
    documented: Sequence[Tier],
    is_own: bool,
    listed: Instrument | None,
    mmf: float | None,
) -> tuple[Rows, list[Assumption]]:
    """Maintenance by tier; one NaN where nothing is known."""
    stated = listed.mmf if listed else None
    written = [(tier.over_usd, tier.mmf) for tier in documented]
    if mmf is not None:
        return [(0.0, mmf)], [
            Assumption(
                place=name, what="maintenance", value=mmf, figure=f"{mmf:.4g}", why="as given"
            )
        ]
    if is_own and written:
        return written, [Assumption(place=name, what="margin tiers of the configuration")]
    if listed is not None and listed.margin_tiers:
        return listed.margin_tiers, []
    lowest = Assumption(
        place=name,
        what="the lowest margin tier for every size",
        why="larger positions may need more",
    )
    source = f"an estimate ({table.source})"
    if stated is not None and (table.is_flat or len(listed.initial_tiers if listed else ()) == 1):
        return [(0.0, stated)], []
    if len(written) > 1:
        return written, [Assumption(place=name, what="documented margin tiers", why=source)]
    if stated is not None:
        return [(0.0, stated)], [lowest]
    if written:
        first = Assumption(
            place=name,
            what="documented maintenance",
            value=written[0][1],
            figure=f"{written[0][1]:.4g}",
            why=source,
        )
        return written, [first] if table.is_flat else [first, lowest]
    return [(0.0, math.nan)], []


def _initial(
    name: str,
    documented: Sequence[Tier],
    is_own: bool,
    listed: Instrument | None,
) -> tuple[Rows, list[Assumption]]:
    """The initial fraction by tier, without the leverage that was chosen; empty if not known."""
    written = [(tier.over_usd, 1 / tier.max_leverage) for tier in documented]
    if is_own and written:
        return written, []
    if listed is not None and listed.initial_tiers:
        return listed.initial_tiers, []
    top = listed.max_leverage if listed else None
    if listed is not None and len(listed.margin_tiers) > 1 and top and listed.margin_tiers[0][1]:
        least = listed.margin_tiers[0][1] * top
        words = "initial margin rises from tier to tier as maintenance does"
        return [(over, min(rate / least, 1.0)) for over, rate in listed.margin_tiers], [
            Assumption(place=name, what=words, why="an estimate")
        ]
    if written:
        return written, []
    return [] if top is None else [(0.0, 1 / top)], []


def _funding_cap(
    name: str,
    table: VenueMargin,
    documented: Sequence[Tier],
    asked: Rows,
    kept: Rows,
    listed: Instrument | None,
) -> tuple[float, list[Assumption]]:
    """What caps the rate an hour, of the tier's own fractions; infinite for nothing."""
    multiple = table.funding_cap_of_margin
    if multiple is None or not asked:
        return math.inf, []
    keeps, initial, words = kept[0][1], asked[0][1], ""
    if not documented and not (listed is not None and listed.initial_tiers):
        rows = [tier for tiers in table.tiers.values() for tier in tiers]
        alike = {1 / tier.max_leverage for tier in rows if abs(tier.mmf - keeps) <= SAME}
        if len(alike) == 1:
            (initial,) = alike
            words = "of the documented tier with its maintenance"
        else:
            # Open interest may have raised it: the cap is too wide, never too tight.
            words = "of the present initial margin; the tier's own is not known"
    cap = multiple * (initial - keeps) if initial > keeps else math.inf
    if not words:
        return cap, []
    figure = f"{cap:.3g} an hour"
    return cap, [
        Assumption(place=name, what="funding capped at", value=cap, figure=figure, why=words)
    ]


def _closing_fee(
    name: str, table: VenueMargin, listed: Instrument | None
) -> tuple[float, list[Assumption]]:
    """The share of the notional that the venue's margins count for closing."""
    if not table.counts_closing_fee:
        return 0.0, []
    fee = listed.taker_fee if listed else None
    if fee is None:
        words = "the estimated fee of closing is not known and not counted"
        return 0.0, [Assumption(place=name, what=words)]
    figure = f"{fee * 100:.3g} %"
    return fee, [
        Assumption(
            place=name,
            what="margins include an estimated",
            value=fee,
            figure=figure,
            why="for closing",
        )
    ]
