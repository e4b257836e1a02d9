"""What is claimed of Lighter's wire, and how live traffic settles it."""

from cockpit.venues.claims import claim, general

_WS = "https://apidocs.lighter.xyz/docs/websocket-reference"
_REST = "https://apidocs.lighter.xyz"
_FUNDING = "https://docs.lighter.xyz/trading/funding"

CLAIMS = (
    general("rate_is_fraction", "recorded", _FUNDING,
            "Rates of market_stats and fundings are per cent an hour."),
    general("live_becomes_settled", "recorded", _WS,
            "funding_timestamp is the last payment; the current rate is of the next hour."),
    general("stamp_on_interval", "documented", _FUNDING,
            "Funding is paid on each full hour of UTC."),
    general("interest_is_one_sided", "source", _WS,
            "open_interest of market_stats is USD at the mark price, one side counted."),
    general("sequence_holds", "documented", _WS,
            "begin_nonce of a book message is the nonce of the one before it."),
    general("sizes_are_absolute", "recorded", _WS),
    general("stamps_are_current", "recorded", _WS,
            "timestamp is milliseconds, last_updated_at microseconds, fundings are seconds."),
    general("wire_is_known", "documented", _WS),
    claim("history_rows", "unconfirmed", _REST,
          "How many payments fundings returns at most: all that is missing is asked for."),
    claim("account_total", "unconfirmed", _REST,
          "total of an account reply counts the accounts of the address: fewer are not all."),
    claim("account_streams", "unconfirmed", _WS,
          "account_all and user_stats may want a token: polling goes on beside them."),
    claim("account_payments", "unconfirmed", _REST,
          "positionFunding is for the owner but for public pools: each is asked once."),
)  # fmt: skip
