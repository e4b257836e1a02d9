"""Aster, perpetuals of an appchain (Aster Chain, a layer 1 of its own, not a rollup).

| channel or endpoint | says | we emit | unit | evidence |
| --- | --- | --- | --- | --- |
| `S@depth@100ms` | changed levels, linked by `pu` | `BookDelta`, `BookReset` | below | futures API page; a recorded frame |
| `depth` | whole book, 500 levels, its `lastUpdateId` | `BookSnapshot` | below | futures API page; recordings |
| `S@aggTrade` | fills of one taker order | `Trade` | below | futures API page; a recorded frame |
| `S@markPrice@1s` | mark, index, running rate | `Prices`, `Funding` live | fraction | futures API page; a recorded frame |
| `S@ticker` | last price, 24 hours | `Prices`, `Volume` | below | futures API page; a recorded frame |
| `!markPrice@arr` | the same of all markets, each 3 s | `Prices`, `Funding` live, `Surveyed` | fraction | futures API page |
| `exchangeInfo` | the listing | `Instrument` | | a whole recording |
| `fundingInfo` | hours between payments, by market | `Instrument`, makes rates readable | hours | a whole recording |
| `premiumIndex` | mark, index, running rate of all | `Prices`, `Funding` live | fraction | a whole recording |
| `ticker/24hr` | last price, 24 hours of all | `Prices`, `Volume` | below | a recorded row |
| `openInterest` | one market a call, in turn | `OpenInterest` | below | recordings |
| `fundingRate` | paid funding, oldest first | `Funding` settled | fraction | a recorded page |
| `LIST_SUBSCRIPTIONS` | the streams of the connection | `Rtt` | | futures API page |
| `aster_getBalance` | see `accounts.py` | `Position`, `Margin`, `AccountState` | coins, dollars | JSON-RPC page; a recorded private account |
| `bookTicker`, `trade`, `forceOrder`, `kline` | not subscribed | nothing | | futures API page |

Rates: `lastFundingRate` and `r` are the running estimate of the payment at `nextFundingTime`, in
spite of the name: a fraction per interval of that market, positive when longs pay. Most markets pay
hourly, so a rate whose interval is not known is not stated. `interestRate` is per eight hours on
every market and is not used.

Sizes and open interest are in coins, or in thousands of them where the name begins with 1000. Open
interest is taken to count once (UNCONFIRMED, see `claims.toml`).

`fundingInfo` and `premiumIndex` keep a mark, a rate and a next time for markets that are gone: only
what `exchangeInfo` lists as trading is shown. `maintMarginPercent`, `requiredMarginPercent` and the
`…Precision` fields say nothing about margin, tick or lot. Leverage brackets need a key, so that
margins are not known. Streams are named in lower case.
"""  # noqa: E501 (a table row is one line)

from cockpit.core.account import hex_address_problem
from cockpit.venues.contract import ACCOUNT_DATA, MARKET_DATA
from cockpit.venues.kit.facts import venue_spec

__all__ = ["SPEC"]

SPEC = venue_spec("cockpit.venues.aster", MARKET_DATA | ACCOUNT_DATA, hex_address_problem)
