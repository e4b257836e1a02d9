"""What is claimed of Bybit's wire, and which check of live traffic settles it."""

from cockpit.venues.claims import Claim

_DOCS = "https://bybit-exchange.github.io/docs/v5"
_TICKER = f"{_DOCS}/websocket/public/ticker"
_BOOK = f"{_DOCS}/websocket/public/orderbook"

CLAIMS = (
    Claim(point="live rate", standing="documented", source=_TICKER, proof="rate_is_fraction",
          says="fundingRate is a fraction per interval of the market, positive when longs pay."),
    Claim(point="settled rate", standing="documented", source=f"{_DOCS}/market/history-fund-rate",
          proof="live_becomes_settled",
          says="fundingRate as it stands at nextFundingTime is what is paid there."),
    Claim(point="next payment", standing="recorded", source=_TICKER, proof="stamp_on_interval",
          says="nextFundingTime is milliseconds, on a multiple of the market's interval."),
    Claim(point="open interest", standing="unconfirmed", source=f"{_DOCS}/market/tickers",
          proof="interest_is_one_sided", both_and_single=("openInterest", "singleOpenInterest"),
          says="singleOpenInterest counts one side, openInterest both, and is halved; whether it "
          "did before the page said so is not known."),
    Claim(point="book sequence", standing="documented", source=_BOOK, proof="sequence_holds",
          says="u rises by one with each change of one depth of a market; a snapshot starts anew."),
    Claim(point="book sizes", standing="documented", source=_BOOK, proof="sizes_are_absolute",
          says="Sizes replace; 0 removes the level."),
    Claim(point="stamps", standing="recorded", source=_BOOK, proof="stamps_are_current",
          says="ts of a message and T of a fill are milliseconds."),
    Claim(point="messages", standing="recorded", source="recordings of 2023 to 2026",
          proof="wire_is_known",
          says="Topics, answers to requests and all fields of them are known."),
    Claim(point="fees", standing="documented", source=f"{_DOCS}/account/fee-rate",
          says="Fees are told only to a key: those of the documented base tier are taken."),
)  # fmt: skip
