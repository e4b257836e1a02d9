"""Lighter's REST about what moves slowly or not at all: fees, tokens, events.

Stock clients have a method for each. Events and the parts of an oracle price do not exist here;
their lists are empty.
Source: https://apidocs.lighter.xyz/reference and the published OpenAPI document
(https://github.com/elliottech/lighter-python).
"""

from collections.abc import Callable

from cockpit.core.units import NS_PER_MS
from cockpit.sim.faces.lighter import messages as wire
from cockpit.sim.faces.lighter.params import Query
from cockpit.sim.world.contract import VenueWorld

Row = dict[str, wire.Json]


def fee_tiers(world: VenueWorld, query: Query) -> Row:
    """Ticks are 1e-6 of notional."""
    tiers = ((0, 0, 0, "Standard"), (1, 40, 280, "Premium"))
    return {
        "user_tiers": [
            {
                "name": name,
                "level": level,
                "maker_fee_ticks": maker,
                "taker_fee_ticks": taker,
                "required_lit_stakes": 0,
                "required_volume": 0,
            }
            for level, maker, taker, name in tiers
        ],
        "bo_tiers": [],
        "staking_tiers": [],
    }


def token_list(world: VenueWorld, query: Query) -> Row:
    """What a front end shows of a coin besides its price."""
    return {
        "tokens": [
            {
                "symbol": native,
                "name": state.listing.symbol,
                "logo": state.listing.symbol.lower(),
                "logo_extension": "svg",
                "description_key": "",
                "gecko_id": "",
                "paprika_id": "",
                "market": "perp",
                "asset_type": "crypto",
                "categories": [],
                "is_allowed_mainnet": True,
                "is_asset_allowed_mainnet": True,
                "default_order_book_group_by": 1,
                "backend_symbol": native,
            }
            for native, state in world.markets.items()
        ]
    }


def price_oracle_info(world: VenueWorld, query: Query) -> Row:
    return {"computed_at_ms": world.now_ns() // NS_PER_MS, "markets": []}


def events(world: VenueWorld, query: Query) -> Row:
    return {"events": []}


ANSWERS: dict[str, Callable[[VenueWorld, Query], Row]] = {
    "events": events,
    "feeTiers": fee_tiers,
    "priceOracleInfo": price_oracle_info,
    "tokenlist": token_list,
}
