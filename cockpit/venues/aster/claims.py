"""What is taken to be so at Aster, by which evidence, and what would settle it."""

from cockpit.venues.claims import Claim

_API = "github.com/asterdex/api-docs V3(Recommended)/EN/aster-finance-futures-api-v3.md"
_WHOLE = "whole replies of 2026-09-07"

CLAIMS = (
    Claim(
        point="live rate", proof="rate_is_fraction", standing="recorded",
        says="lastFundingRate is a fraction per interval of its market and runs for the payment "
        "at nextFundingTime: it differed from what was settled last.",
        source="premiumIndex and fundingRate of 2026-09-11",
    ),
    Claim(
        point="settled rate", proof="live_becomes_settled", standing="unconfirmed",
        says="What was live at a stamp is what fundingRate has there.",
        source=f"{_API}; no recording spans a settlement",
    ),
    Claim(
        point="next payment", proof="stamp_on_interval", standing="recorded",
        says="Paid every 1, 4 or 8 hours by market, as fundingInfo says, on whole hours.",
        source=_WHOLE,
    ),
    Claim(
        point="formula", standing="unconfirmed",
        says="Mean premium plus the clamped interest, 0.01 % per 8 hours within 0.05 %, as at "
        "exchanges of this protocol; the caps of fundingInfo differ by market.",
        source="rates at rest in the whole replies fit; no text of the formula was found",
    ),
    Claim(
        point="interest rate", standing="recorded",
        says="interestRate is per 8 hours on every market, so it is not used.", source=_WHOLE,
    ),
    Claim(
        point="open interest", proof="interest_is_one_sided", standing="unconfirmed",
        says="openInterest is in base units and counts once, as at exchanges of this protocol.",
        source="recorded replies; the endpoint is not documented",
    ),
    Claim(
        point="book sequence", proof="sequence_holds", standing="documented",
        says="pu is the u of the event before; a book read at N takes events that end after N, "
        "the first of which follows N or less.",
        source=f"{_API}; only single events were recorded",
    ),
    Claim(
        point="book sizes", proof="sizes_are_absolute", standing="documented",
        says="Sizes replace; 0 removes the level.", source=_API,
    ),
    Claim(
        point="beyond the book", standing="documented",
        says="A reading holds 500 levels a side; changes beyond them are left out.", source=_API,
    ),
    Claim(
        point="times", proof="stamps_are_current", standing="recorded",
        says="All times are ms.", source="recorded frames",
    ),
    Claim(
        point="messages", proof="wire_is_known", standing="recorded",
        says="On a connection of many streams each message says its stream.", source=_API,
    ),
    Claim(
        point="all marks", standing="documented",
        says="!markPrice@arr names every market each 3 seconds.", source=_API,
    ),
    Claim(
        point="states", standing="recorded",
        says="Only TRADING takes orders; SETTLING and CLOSE are gone, the rest is paused.",
        source=_WHOLE,
    ),
    Claim(
        point="quotes", standing="recorded",
        says="The name is base and quote; a market in another coin than USDT keeps its own name.",
        source=_WHOLE,
    ),
    Claim(
        point="trades", standing="unconfirmed",
        says="aggTrade has only fills of the book, not those of the insurance fund.", source=_API,
    ),
    Claim(
        point="round trip", standing="documented",
        says="LIST_SUBSCRIPTIONS is answered at once and serves as the ping.", source=_API,
    ),
    Claim(
        point="margins", standing="unconfirmed",
        says="Leverage brackets need a key, maintMarginPercent is not them: no margin is shown.",
        source=_API,
    ),
    Claim(
        point="private account", standing="recorded",
        says="Privacy hides balances and positions alike: the account is unknown, not empty.",
        source="a reply of September 2026",
    ),
    Claim(
        point="public account", standing="unconfirmed",
        says="positionSide gives the side, the sign of positionAmount only where that is BOTH; "
        "walletBalance leaves unrealised profit out, and includes what is set aside.",
        source="github.com/asterdex/api-docs RPC/aster-chain-rpc.md; none was recorded",
    ),
    Claim(
        point="fees", standing="unconfirmed",
        says="0.04 % and 0.02 % are the documented example's; the schedule is not public.",
        source=_API,
    ),
)  # fmt: skip
