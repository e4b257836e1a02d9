"""Margin tables as data: what venues document, and what the trader puts in its place.

A venue's documented table is in its `venue.toml`; the configuration may replace it
(`[venue.NAME.margin]`). What a venue states itself wins over the file.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

import msgspec

from cockpit.core.events import Instrument

EVERY = "*"


SAME = 1e-6
"""Fractions that differ by more are not the same rule."""


class Tier(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From `over_usd` of notional on: maintenance fraction and 1 over the initial fraction."""

    over_usd: float
    mmf: float
    max_leverage: float


class VenueMargin(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One venue's rules. `price` is what positions are valued at, `source` its documentation.

    `liquidation_fee` is a fraction of the notional that is closed; None where nothing is known.
    `funding_cap_of_margin` caps the hourly rate at that multiple of the tier's initial less its
    maintenance fraction, where a venue does so. `is_flat`: one fraction holds for every size.
    `counts_closing_fee`: both margins include the taker fee of closing. `tiers` are by symbol,
    lowest first; `*` stands for every symbol that is not named.
    """

    tiers: dict[str, tuple[Tier, ...]] = {}
    price: Literal["mark", "index"] = "mark"
    liquidation_fee: float | None = None
    funding_cap_of_margin: float | None = None
    is_flat: bool = False
    counts_closing_fee: bool = False
    source: str = ""

    def tiers_of(self, symbol: str) -> tuple[Tier, ...]:
        """Lowest first; empty where nothing is documented."""
        return self.tiers.get(symbol) or self.tiers.get(EVERY, ())


def margin_problem(table: VenueMargin) -> str | None:
    """What is out of bounds in a table, in words that name the key."""
    fee = table.liquidation_fee
    if fee is not None and not 0 <= fee < 1:
        return f"liquidation_fee: is {fee:g}; expected a fraction of notional such as 0.01"
    if table.funding_cap_of_margin is not None and not table.funding_cap_of_margin > 0:
        return f"funding_cap_of_margin: is {table.funding_cap_of_margin:g}; expected above 0"
    for symbol, tiers in table.tiers.items():
        if problem := _tier_problem(tiers):
            return f"tiers.{symbol}: {problem}"
    return None


def _tier_problem(tiers: Sequence[Tier]) -> str | None:
    if not tiers or tiers[0].over_usd != 0:
        return "expected a list of tiers, the first over_usd = 0"
    for tier in tiers:
        if not 0 < tier.mmf < 1:
            return f"mmf is {tier.mmf:g}; expected a fraction between 0 and 1"
        if not tier.max_leverage >= 1:
            return f"max_leverage is {tier.max_leverage:g}; expected 1 or more"
        if tier.mmf > 1 / tier.max_leverage:
            return f"mmf {tier.mmf:g} is above the initial fraction 1/{tier.max_leverage:g}"
    for before, after in pairwise(tiers):
        if after.over_usd <= before.over_usd or after.mmf < before.mmf:
            return "over_usd must rise from tier to tier, and mmf must not fall"
    return None


def own_mmf(stated: float | None, listed: Instrument | None) -> float | None:
    """The fraction a venue states with a position, where its listing does not know that rate.

    None where the listing has it among its tiers: then those hold, for any size.
    """
    if stated is None or listed is None:
        return stated
    rates = [rate for _, rate in listed.margin_tiers]
    if listed.mmf is not None:
        rates.append(listed.mmf)
    return None if any(abs(rate - stated) <= SAME for rate in rates) else stated
