"""What the cockpit must know of dYdX without asking it."""

from cockpit.core import events
from cockpit.core.market import FundingTerms
from cockpit.venues.contract import ACCOUNT_DATA, MAIN, MARKET_DATA, LinkSpec, VenueSpec
from cockpit.venues.dydx.addresses import check_address
from cockpit.venues.dydx.mapper import FACTS, VENUE

CHAIN = "dydx-mainnet-1"

SPEC = VenueSpec(
    name=VENUE,
    title="dYdX",
    short="dyx",
    links={MAIN: LinkSpec("wss://indexer.dydx.trade/v4/ws")},
    rest_url="https://indexer.dydx.trade",
    chain=CHAIN,
    # No Rtt: the Indexer answers no ping.
    kinds=(MARKET_DATA - {events.Rtt})
    | ACCOUNT_DATA
    | {events.Block, events.FundingPayment, events.AccountFill},
    # 100 requests in any 10 s: what the bucket holds and what refills meanwhile stay below it.
    weight_per_minute=480,
    burst=20,
    docs=(
        "https://docs.dydx.xyz/indexer-client/websockets",
        "https://docs.dydx.xyz/indexer-client/http",
        "https://docs.dydx.xyz/interaction/data/watch-orderbook",
        "https://docs.dydx.xyz/concepts/trading/funding",
    ),
    facts=FACTS,
    funding_terms=FundingTerms(interest_8h=0.0, dampener_8h=0.0),
    check_address=check_address,
    quiet_s=10.0,
)  # fmt: skip
