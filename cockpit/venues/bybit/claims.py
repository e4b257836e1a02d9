"""What is claimed of Bybit's wire, and which check of live traffic settles it."""

from cockpit.venues.claims import claim, general

_DOCS = "https://bybit-exchange.github.io/docs/v5"
_TICKER = f"{_DOCS}/websocket/public/ticker"
_BOOK = f"{_DOCS}/websocket/public/orderbook"

CLAIMS = (
    general("rate_is_fraction", "documented", _TICKER),
    general("live_becomes_settled", "documented", f"{_DOCS}/market/history-fund-rate"),
    general("stamp_on_interval", "recorded", _TICKER,
            "nextFundingTime is milliseconds, on a multiple of the market's interval."),
    general("interest_is_one_sided", "unconfirmed", f"{_DOCS}/market/tickers",
            "singleOpenInterest counts one side, openInterest both, and is halved; whether it "
            "did before the page said so is not known.",
            both_and_single=("openInterest", "singleOpenInterest")),
    general("sequence_holds", "documented", _BOOK,
            "u rises by one with each change of one depth of a market; a snapshot starts anew."),
    general("sizes_are_absolute", "documented", _BOOK),
    general("stamps_are_current", "recorded", _BOOK),
    general("wire_is_known", "recorded", "recordings of 2023 to 2026"),
    claim("fees", "documented", f"{_DOCS}/account/fee-rate",
          "Fees are told only to a key: those of the documented base tier are taken."),
)  # fmt: skip
