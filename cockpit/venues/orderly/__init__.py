"""Orderly Network, an OP-Stack rollup: one order book behind many brands. Version 1 of its API.

| channel or endpoint | kinds | meaning | we emit | unit | evidence |
| --- | --- | --- | --- | --- | --- |
| `S@orderbookupdate` | changes, chained by `prevTs` | ladder each 200 ms | `BookDelta`, `BookReset` | coins | order-book-update page; recordings |
| `request` of `orderbook` | reply | whole book at `data.ts` | `BookSnapshot` | coins | request-orderbook page; recordings |
| `S@orderbook` (not asked) | whole books, 1 s | the same | `BookSnapshot` | coins | orderbook page; recordings |
| `S@trade` | one fill | fills | `Trade` | coins | trade page |
| `markprices`, `indexprices` | lists, 1 s | prices of all, indexes by spot name | `Prices` | USDC | mark-prices, index-prices pages; recordings |
| `S@estfundingrate` | each 15 s | running estimate | `Funding` live | below | estimated-funding-rate page; recordings |
| `S@openinterest` | changes, 10 s | open interest | `OpenInterest` | coins | open-interest page |
| `maintenance_status`, `/v1/public/system_info` | status | 0 works, 2 maintenance | `Instrument.status` | | system-maintenance-status page; recordings |
| `/v1/public/info` | list | listing | `Instrument` | | recordings |
| `/v1/public/futures` | list | all markets: the survey | `Prices`, `Funding` live, `OpenInterest`, `Volume`, `Surveyed` | below | recordings |
| `/v1/public/funding_rates` | list | newest payment of all | `Funding` settled | below | recordings |
| `/v1/public/funding_rate_history` | pages, newest first | paid funding | `Funding` settled | below | recordings |
| `ping`, ours and theirs | pong | | `Rtt` | | probe notes of 2026-09-23 |
| `/v1/public/query` | reply | accounts | see `accounts.py` | | account-state page |

Funding: a rate is a fraction per interval, positive when longs pay; the interval is the market's
`funding_period` in hours (1, 4 or 8; BTC 0.0001 of eight hours, HYPE 0.00005 of four, at rest in the
same recording). `est_funding_rate` belongs to the payment at `next_funding_time`: live. No stream
tells an interval: until the listing has, no funding is stated.

Sizes and open interest are in the base coin, in thousands of it where the name begins with 1000;
open interest counts one side (glossary: outstanding contracts).

Every brand trades this one book: two brands are not two legs. Markets that a builder lists by
himself (`broker_id`, a suffix in the name) are left out. A market that may only be reduced is paused
and followed all the same: who holds it leaves by that book.
"""  # noqa: E501 (a table row is one line)

from cockpit.core.account import hex_address_problem
from cockpit.core.events import FundingPayment
from cockpit.venues.contract import ACCOUNT_DATA, MARKET_DATA
from cockpit.venues.kit.facts import venue_spec

__all__ = ["SPEC"]

_KINDS = MARKET_DATA | ACCOUNT_DATA | {FundingPayment}
SPEC = venue_spec("cockpit.venues.orderly", _KINDS, hex_address_problem)
