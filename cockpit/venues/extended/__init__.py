"""Extended (formerly X10): hourly perpetuals matched off chain, settled trade by trade on Starknet.

Pages: A = https://api.docs.extended.exchange, F = https://docs.extended.exchange (funding). Rec =
mainnet, April to September 2026. SDK = x10-python-trading-starknet 2.6.0.

| channel or endpoint | messages | meaning | we emit | unit | evidence |
| --- | --- | --- | --- | --- | --- |
| `orderbooks.M` | SNAPSHOT at first and each minute | the whole book | `BookSnapshot` | coins | A, Rec |
| | DELTA each 100 ms | `q` a signed change, `c` the size after it | `BookDelta`, `BookReset` | coins | SDK, Rec |
| `orderbooks.1.M` | SNAPSHOT only | the touch; not subscribed, read where no book stands | `BookSnapshot` | coins | A, Rec |
| `trades.M` | the last 50, then each fill | fills, liquidations | `Trade` | coins | A, Rec |
| `prices.mark.M`, `prices.index.M` | each change | mark, index | `Prices` | USD | A, Rec |
| `funding-rates.M` | one at first, one an hour | not subscribed; paid if `T` is just after an hour, else unknown | `Funding` settled | fraction an hour | A, Rec |
| `ping` | result | | `Rtt` | | A |
| other replies by id | result, error | acknowledged, refused | `Reject` of an error | | Rec, SDK |
| `/info/markets` | all, or those named | the listing | `Instrument` | | A, Rec |
| | `marketStats` | prices, interest, rate, volume | `Prices` `OpenInterest` `Funding` live `Volume` `Surveyed` | below | A, Rec |
| `/info/M/funding` | newest first, 1000 rows | paid funding | `Funding` settled | fraction an hour | A, Rec |
| candles, account, assets, open interest history | not asked | | nothing | | |

Rates. `marketStats.fundingRate` is a fraction an hour, positive when longs pay, computed each
minute for the payment at the next full hour: `live`. `marketStats.nextFundingRate` is no rate, it
is the time (ms) of that payment. Rows of the history are the payments; they are stamped a second or
two after the hour at which they were paid, and are stated at the hour.
Sizes. Books, trades and `openInterestBase` count coins, thousands of them where the name says so
(`1000PEPE`). `openInterest` is USD and not read. Whether interest counts one side is not confirmed.

One number runs over all data frames of a connection: a missing one may concern any book, so every
book is taken anew. Answers do not count. A recording of the older sockets with one stream each has
a number a stream and no topic; it reads the same.

The older sockets open a book with the last minute's snapshot and then replay what followed. A book
that is old when it comes is kept back until its changes have caught up, or for a second. Whether the
socket of many topics does the same is not confirmed; a book that is fresh is stated at once.

Markets: `REDUCE_ONLY` and those outside their hours (`isOffHours`) are paused and go on publishing;
pre-listed and disabled ones are paused and do not. Spot rows are left out.

Accounts are not read: the API tells them only to a key, and how they could be read from the chain
has never been tried.
"""  # noqa: E501 (a table row is one line)

from cockpit.venues.contract import MARKET_DATA
from cockpit.venues.kit.facts import venue_spec

__all__ = ["SPEC"]

SPEC = venue_spec("cockpit.venues.extended", MARKET_DATA)
