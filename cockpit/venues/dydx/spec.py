"""What the cockpit must know of dYdX without asking it."""

from cockpit.core import events
from cockpit.venues.contract import ACCOUNT_DATA, MARKET_DATA
from cockpit.venues.dydx.addresses import check_address
from cockpit.venues.kit.facts import venue_spec

CHAIN = "dydx-mainnet-1"

SPEC = venue_spec(
    "cockpit.venues.dydx",
    # No Rtt: the Indexer answers no ping.
    (MARKET_DATA - {events.Rtt})
    | ACCOUNT_DATA
    | {events.Block, events.FundingPayment, events.AccountFill},
    check_address,
)
