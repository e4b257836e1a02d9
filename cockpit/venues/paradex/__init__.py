"""Paradex: perpetuals on an appchain of the Starknet stack, in JSON or in binary.

| channel or endpoint | messages | meaning | we emit | unit | evidence |
| --- | --- | --- | --- | --- | --- |
| `order_book.M.deltas` | snapshot, deltas of `seq_no` + 1 | all levels, sizes absolute | `BookSnapshot`, `BookDelta`, `BookReset` | contracts | a capture; a test |
| `order_book.M.snapshot@15@100ms` | whole books | 15 levels a side, asked for where the deltas are refused | `BookSnapshot` | contracts | a capture |
| `order_book.M.interactive…` | the book of retail orders | may cross the other: never mixed in | nothing | | order book page |
| `trades.M` | fills | `FILL`, `RPI`, `LIQUIDATION`; the rest is bookkeeping | `Trade` | contracts | a capture |
| `markets_summary.M` | on change | prices, rate, interest, volume | `Prices`, `Funding` live, `OpenInterest`, `Volume` | below | captures |
| `funding_data.M` | every second | rate, period, raw premium | `Funding` live | below | captures |
| `/v1/markets/summary?market=ALL` | all products | the survey, every 20 s | as the stream; `Surveyed` | below | a capture |
| `/v1/markets` | all products | listing; perpetuals are kept | `Instrument` | | captures |
| `/v1/funding/data` | one row every 8 hours | the funding index | `Funding` settled | fraction per 8 h | history page; a test |
| `/v1/system/state` | a word | `ok`, or nothing trades | `Instrument` paused, active | | REST page |
| `markets` | joined and left in turn | its answers are the pongs, its events are not read | `Rtt` | | socket pages |
| `bbo`, `funding_rate_comparison`, heartbeat | | | nothing | | a capture |

Funding: every `funding_rate` is a fraction per the market's own period (`funding_period_hours`: 8
for most, 1 and others exist), positive when longs pay, and accrues all the time: it is `live`, there
is no next payment and nothing is predicted. The period is the funding stream's or the listing's;
until one of them says it no funding is stated. `settled` is the rise of the funding index over eight
hours as a fraction of the spot price. `funding_rate_8h` has eight decimals and is not
read; the binary rate has as many, so that the summary's precise one is preferred.

Sizes and open interest are in contracts of one unit of the listed base: 1000 coins for `kPEPE`.
Open interest is taken as counted once (UNCONFIRMED).

JSON is asked for first, and where the upgrade is refused with HTTP 400 the binary encoding (`sbe`)
in its versions, the newest first. A frame tells by itself which it is.

A link that delivers a damaged frame may have damaged others in a digit, which nothing on this wire
would reveal: every book is taken anew once no damage was seen for five seconds.

Accounts are private by design: nothing is read by address. The chain is another venue's affair.
"""  # noqa: E501 (a table row is one line)

from cockpit.venues.contract import MARKET_DATA
from cockpit.venues.kit.facts import venue_spec

__all__ = ["SPEC"]

SPEC = venue_spec("cockpit.venues.paradex", MARKET_DATA)
