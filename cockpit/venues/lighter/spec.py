"""What the cockpit must know of Lighter without asking it."""

from cockpit.core import events
from cockpit.venues.contract import ACCOUNT_DATA, MARKET_DATA
from cockpit.venues.kit.facts import venue_spec
from cockpit.venues.lighter.accounts import check_address

SPEC = venue_spec(
    "cockpit.venues.lighter",
    MARKET_DATA | ACCOUNT_DATA | {events.Block, events.FundingPayment},
    check_address,
)
