"""dYdX v4 (dYdX Chain), read through the public Indexer.

| channel or endpoint | kind | means | we emit | unit | evidence |
|---|---|---|---|---|---|
| v4_orderbook | subscribed | whole book, uncrossed there | BookSnapshot | base | [1], recording |
| v4_orderbook | data, batch | absolute sizes, may cross | a BookDelta a frame | base | [1] [2] |
| v4_trades | all | fills, taker's side | Trade | base | [1], recording |
| v4_markets | subscribed | every market's row | Instrument, as below | | [1], recording |
| v4_markets | `trading` | partial rows, merged | Funding live, OpenInterest, Volume | h, base | [1] |
| v4_markets | `oraclePrices` | oracle, each block | Prices | USD | [1], recording |
| v4_block_height | all | a block was processed | Block | | [1] |
| perpetualMarkets | instruments | as v4_markets subscribed | the same, Surveyed | | [3], recording |
| historicalFunding | funding_history | paid hours | Funding settled | hour | [3], recording |
| orderbooks | book | the Indexer's own book | nothing, ours is checked | base | [3] |
| accounts | all | `accounts.py` has their table | Position, Margin … | USD | [1] [3] |

[1] https://docs.dydx.xyz/indexer-client/websockets
[2] https://docs.dydx.xyz/interaction/data/watch-orderbook
[3] https://docs.dydx.xyz/indexer-client/http
[4] https://docs.dydx.xyz/concepts/trading/funding

Rates [4]: `nextFundingRate` is the mean premium of the running hour so far plus the hourly
interest: a fraction per hour, positive when longs pay. It is `live`; there is no forecast beyond
it, hence no `predicted`. It keeps the last hour's value for a minute or so after the hour: a value
that we know from before the hour is withheld for 90 s. `rate` of the history is what was paid for
the hour that ended at `effectiveAt`.

Sizes are base units. Open interest is `openInterest` (one side, base); `baseOpenInterest` is not
maintained by the Indexer and is ignored. Positions are margined at the oracle price and no other
index is published, so `mark` and `index` are both the oracle [3].

Loss: `message_id` counts every message of a connection, whatever its channel. A number that is
missing may have been any book's, so all are reset and asked for again, the markets too. Numbers
mean something only while all channels are heard: we count on a link whose `Opened` we saw, within
one `connection_id`, and not on a bare tape, which may hold the recording of one channel. What the
Indexer loses itself leaves no hole: one book in turn is compared with REST, and asked for again if
the same levels differ twice.

No `Rtt`: the Indexer answers no application ping, and the time of a fetch includes our own queue.
One connection carries 32 books; of a longer list the first 32 are watched, and a `Reject` says so.

A survey is the channel's stream, of which only what has changed is stated again, and the list once
in 30 s, the pace at which the Indexer works its figures out. `volume24H` is USD.

A message that today's shapes do not fit is read once more as the Indexer spoke until 2023
(`wire_2023`): a recording of then differs from a live link in nothing else.
"""  # noqa: E501 (a table row is one line)

from cockpit.core.events import AccountFill, Block, FundingPayment, Rtt
from cockpit.venues.contract import ACCOUNT_DATA, MARKET_DATA
from cockpit.venues.dydx.addresses import check_address
from cockpit.venues.kit.facts import venue_spec

__all__ = ["SPEC"]

# No Rtt: the Indexer answers no ping.
_KINDS = (MARKET_DATA - {Rtt}) | ACCOUNT_DATA | {AccountFill, Block, FundingPayment}
SPEC = venue_spec("cockpit.venues.dydx", _KINDS, check_address)
