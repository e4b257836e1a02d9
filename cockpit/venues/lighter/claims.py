"""What is claimed of Lighter's wire, and how live traffic settles it."""

from cockpit.venues.claims import Claim

_WS = "https://apidocs.lighter.xyz/docs/websocket-reference"
_REST = "https://apidocs.lighter.xyz"
_FUNDING = "https://docs.lighter.xyz/trading/funding"

CLAIMS = (
    Claim(point="rate_unit", standing="recorded", source=_FUNDING, proof="rate_is_fraction",
          says="Rates of market_stats and fundings are per cent an hour."),
    Claim(point="rate_time", standing="recorded", source=_WS, proof="live_becomes_settled",
          says="funding_timestamp is the last payment; the current rate is of the next hour."),
    Claim(point="payment_time", standing="documented", source=_FUNDING, proof="stamp_on_interval",
          says="Funding is paid on each full hour of UTC."),
    Claim(point="interest", standing="source", source=_WS, proof="interest_is_one_sided",
          says="open_interest of market_stats is USD at the mark price, one side counted."),
    Claim(point="book_chain", standing="documented", source=_WS, proof="sequence_holds",
          says="begin_nonce of a book message is the nonce of the one before it."),
    Claim(point="book_sizes", standing="recorded", source=_WS, proof="sizes_are_absolute",
          says="Sizes of a book message replace those of their levels."),
    Claim(point="stamps", standing="recorded", source=_WS, proof="stamps_are_current",
          says="timestamp is milliseconds, last_updated_at microseconds, fundings are seconds."),
    Claim(point="messages", standing="documented", source=_WS, proof="wire_is_known",
          says="Every kind of message that comes on our channels is one that is read or named."),
    Claim(point="history_rows", standing="unconfirmed", source=_REST,
          says="How many payments fundings returns at most: all that is missing is asked for."),
    Claim(point="account_total", standing="unconfirmed", source=_REST,
          says="total of an account reply counts the accounts of the address: fewer are not all."),
    Claim(point="account_streams", standing="unconfirmed", source=_WS,
          says="account_all and user_stats may want a token: polling goes on beside them."),
    Claim(point="account_payments", standing="unconfirmed", source=_REST,
          says="positionFunding is for the owner but for public pools: each is asked once."),
)  # fmt: skip
