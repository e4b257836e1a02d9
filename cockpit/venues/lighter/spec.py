"""What the cockpit must know of Lighter without asking it."""

from cockpit.core import events
from cockpit.core.market import FundingTerms
from cockpit.venues.contract import ACCOUNT_DATA, MAIN, MARKET_DATA, LinkSpec, VenueSpec
from cockpit.venues.lighter.accounts import check_address
from cockpit.venues.lighter.mapper import FACTS, VENUE

SPEC = VenueSpec(
    name=VENUE,
    title="Lighter",
    short="lit",
    links={MAIN: LinkSpec("wss://mainnet.zklighter.elliot.ai/stream?readonly=true")},
    rest_url="https://mainnet.zklighter.elliot.ai",
    chain="lighter",
    kinds=MARKET_DATA | ACCOUNT_DATA | {events.Block, events.FundingPayment},
    weight_per_minute=54,
    burst=5,
    docs=("https://apidocs.lighter.xyz", "https://docs.lighter.xyz/trading/funding"),
    facts=FACTS,
    funding_terms=FundingTerms(interest_8h=1e-4, dampener_8h=5e-4, cap_8h=0.04),
    publishes_fees=True,
    check_address=check_address,
)  # fmt: skip
