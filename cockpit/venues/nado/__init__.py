"""Nado, perpetuals of a rollup on Ink (OP Stack): a sequencer's gateway, an indexer, one socket.

| channel or endpoint | says | we emit | unit | evidence |
| --- | --- | --- | --- | --- |
| `book_depth` | changed levels each 50 ms, chained | `BookDelta`, `BookReset` | 1e-18 | streams page; recordings |
| `market_liquidity` | whole book, 100 levels, its time | `BookSnapshot` | 1e-18 | query page; a recording |
| `trade` | a match | `Trade` | 1e-18 | streams page; a recording |
| `symbols` | the listing | `Instrument` | 1e-18 | query page; recordings |
| `status` | whether the engine is active | `Instrument.status` | | query page |
| archive `v2/contracts` | all markets | `Prices`, `OpenInterest`, `Funding` live, `Volume`, `Surveyed` | below | v2 page; recordings |
| archive `funding_rate_history` | pages, oldest first | `Funding` settled | 1e-18, an hour | recordings |
| `ping` | pong with the venue's clock | `Rtt` | ms | public clients |
| accounts | see `accounts.py` | `Position`, `Margin`, `FundingPayment` | 1e-18 | query pages |
| `funding_rate`, no product | running rates of all, each 20 s | `Funding` live, in a survey | 1e-18, 24 h | streams page |
| `best_bid_offer`, `all_bbo`, `funding_payment`, `latest_candlestick`, `liquidation`, `fill`, `position_change`, `order_update` | not subscribed | nothing | | streams page |

Rates: the running rate is a fraction per 24 hours, paid by the hour, so that an hour pays its 24th
part; it belongs to the payment at `next_funding_rate_timestamp` (seconds). The history is of the
hour that was paid: the two differ by 24 on the wire and by nothing here. Positive: longs pay.

Sizes and open interest are in coins, or thousands of coins where the name begins with a small k.
The published contracts add the absolute size of every position to the open interest, so it counts
both sides and is halved: every recorded figure is an even number of lots. `min_size` is a worth in
USDT0. Product ids are told, never assumed.

The stream says no whole book: one is read beside it and joined by time (`kit.joined`). Prices have
no stream; all contracts are one request, each 5 s while anything is watched, each 15 s in a survey. A survey
hears the stream of all rates as well, which shows that the link lives.
Text of 1e-18 exceeds what a float holds: integers are divided once, to the nearest float.
"""  # noqa: E501 (a table row is one line)

from cockpit.core.events import AccountFill, FundingPayment
from cockpit.venues.contract import ACCOUNT_DATA, MARKET_DATA
from cockpit.venues.kit.facts import venue_spec
from cockpit.venues.nado.addresses import check_address

__all__ = ["SPEC"]

_KINDS = MARKET_DATA | ACCOUNT_DATA | {AccountFill, FundingPayment}
SPEC = venue_spec("cockpit.venues.nado", _KINDS, check_address)
