"""Bybit linear perpetuals, API v5: a centralised venue, here as a hedge leg.

| channel or endpoint | kinds | meaning | we emit | unit | evidence |
| --- | --- | --- | --- | --- | --- |
| `orderbook.200.S` | snapshot, delta | ladder each 100 ms | `BookSnapshot`, `BookDelta`, `BookReset` | contracts | ws orderbook page; recordings |
| `publicTrade.S` | snapshot (always) | fills | `Trade` | contracts | ws trade page; recordings |
| `tickers.S` | snapshot, delta of changed keys | prices, OI, funding | `Prices`, `OpenInterest`, `Funding` live | below | ws ticker page; recordings |
| `/v5/market/tickers` | list | the same, all markets | the same; in a survey `Volume`, `Surveyed` | below | tickers page |
| `/v5/market/instruments-info` | pages | listing | `Instrument` | | instrument page |
| `/v5/market/funding/history` | pages, newest first | paid funding | `Funding` settled | | history-fund-rate page |
| `/v5/market/risk-limit` | tiers | maintenance margin | `Instrument.mmf`, `margin_tiers` | fraction | risk-limit page; recordings |
| `op: ping` | pong | | `Rtt` | | connect page |

Funding (tickers and instrument pages): `fundingRate` is a fraction per interval, positive when
longs pay, and belongs to the payment at `nextFundingTime`: `live`. The interval is
`fundingIntervalHour` (hours) or the listing's `fundingInterval` (minutes); until one of them is
known no funding is stated, because an unknown interval is not eight hours.

Sizes and open interest are in contracts of one base coin, or of 1000 and more of them where the
name has a multiplier. `singleOpenInterest` counts once; `openInterest` counts both sides and is
halved (tickers page; UNCONFIRMED whether values before that wording already did).

Several depths of one market are chains of their own. The deepest whose snapshot was seen feeds the
book: that is the subscribed one, unless a recording holds others. A link that delivers a damaged
frame may have damaged others in a digit, which nothing on this wire would reveal: every book is
taken anew once no damage was seen for five seconds.

No chain stands behind this venue; the `ts` of its frames serves latency. `/v5/market/time` is
understood when a recording has it, but not asked for.
"""  # noqa: E501 (a table row is one line)

from cockpit.venues.contract import MARKET_DATA
from cockpit.venues.kit.facts import venue_spec

__all__ = ["SPEC"]

SPEC = venue_spec("cockpit.venues.bybit", MARKET_DATA)
