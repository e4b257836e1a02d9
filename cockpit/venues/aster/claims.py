"""What is taken to be so at Aster, by which evidence, and what would settle it."""

from cockpit.venues.claims import claim, general

_API = "github.com/asterdex/api-docs V3(Recommended)/EN/aster-finance-futures-api-v3.md"
_WHOLE = "whole replies of 2026-09-07"

CLAIMS = (
    general("rate_is_fraction", "recorded", "premiumIndex and fundingRate of 2026-09-11",
            "lastFundingRate is a fraction per interval of its market and runs for the payment "
            "at nextFundingTime: it differed from what was settled last."),
    general("live_becomes_settled", "unconfirmed", f"{_API}; no recording spans a settlement"),
    general("stamp_on_interval", "recorded", _WHOLE,
            "Paid every 1, 4 or 8 hours by market, as fundingInfo says, on whole hours."),
    claim("formula", "unconfirmed",
          "rates at rest in the whole replies fit; no text of the formula was found",
          "Mean premium plus the clamped interest, 0.01 % per 8 hours within 0.05 %, as at "
          "exchanges of this protocol; the caps of fundingInfo differ by market."),
    claim("interest rate", "recorded", _WHOLE,
          "interestRate is per 8 hours on every market, so it is not used."),
    general("interest_is_one_sided", "unconfirmed",
            "recorded replies; the endpoint is not documented",
            "openInterest is in base units and counts once, as at exchanges of this protocol."),
    general("sequence_holds", "documented", f"{_API}; only single events were recorded",
            "pu is the u of the event before; a book read at N takes events that end after N, "
            "the first of which follows N or less."),
    general("sizes_are_absolute", "documented", _API),
    claim("beyond the book", "documented", _API,
          "A reading holds 500 levels a side; changes beyond them are left out."),
    general("stamps_are_current", "recorded", "recorded frames"),
    general("wire_is_known", "recorded", _API,
            "On a connection of many streams each message says its stream."),
    claim("all marks", "documented", _API, "!markPrice@arr names every market each 3 seconds."),
    claim("states", "recorded", _WHOLE,
          "Only TRADING takes orders; SETTLING and CLOSE are gone, the rest is paused."),
    claim("quotes", "recorded", _WHOLE,
          "The name is base and quote; a market in another coin than USDT keeps its own name."),
    claim("trades", "unconfirmed", _API,
          "aggTrade has only fills of the book, not those of the insurance fund."),
    claim("round trip", "documented", _API,
          "LIST_SUBSCRIPTIONS is answered at once and serves as the ping."),
    claim("margins", "unconfirmed", _API,
          "Leverage brackets need a key, maintMarginPercent is not them: no margin is shown."),
    claim("private account", "recorded", "a reply of September 2026",
          "Privacy hides balances and positions alike: the account is unknown, not empty."),
    claim("public account", "unconfirmed",
          "github.com/asterdex/api-docs RPC/aster-chain-rpc.md; none was recorded",
          "positionSide gives the side, the sign of positionAmount only where that is BOTH; "
          "walletBalance leaves unrealised profit out, and includes what is set aside."),
    claim("fees", "unconfirmed", _API,
          "0.04 % and 0.02 % are the documented example's; the schedule is not public."),
)  # fmt: skip
