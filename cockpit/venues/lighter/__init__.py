"""Lighter: a ZK rollup with hourly funding; its sequencer's blocks are its clock.

W = https://apidocs.lighter.xyz/docs/websocket-reference, R = https://apidocs.lighter.xyz (REST
schema), F = https://docs.lighter.xyz/trading/funding, Rec = mainnet recordings of 2025 and 2026.

| channel or endpoint | kinds | what it means | we emit | unit | evidence |
| --- | --- | --- | --- | --- | --- |
| `order_book/{id}` | subscribed | the whole book | `BookSnapshot` | base | W, Rec |
| | update | new absolute sizes | `BookDelta`, `BookReset` | base | W, Rec |
| `trade/{id}` | subscribed, update | fills, liquidations | `Trade` | base | W, Rec |
| `market_stats/{id\\|all}` | subscribed, update | mark, index, last | `Prices` | quote per base | W, Rec |
| | | `open_interest` = base x mark | `OpenInterest` | USD, divided by mark | W, Rec |
| | | `current_funding_rate` | `Funding` live | percent per hour | W, F, Rec |
| | | `funding_rate`, last payment | `Funding` settled | percent per hour | W, F, Rec |
| | | `daily_*_token_volume` | in a survey `Volume`, `Surveyed` | USD, base | W, Rec |
| `height` | update | a new block | `Block` | ms | W |
| ping, pong, shutdown | | keepalive, restart | `Rtt`, restart | | W |
| error | | a refusal | `Reject` | | W, Rec |
| ticker, candle and spot channels | all | not used | nothing | | W, R |
| `orderBookDetails` | reply | listed perps | `Instrument` | | R, Rec |
| `fundings` | reply | payments | `Funding` settled | percent per hour | R |
| account channels, `account`, `positionFunding` | all | `accounts.py` has their table | `Position`, `Margin` ... | | W, R |

Rates. `current_funding_rate` (W) is signed percent per hour and estimates the payment at the next
full hour; `funding_rate` (W) is what was paid at `funding_timestamp`, which is the *last* payment.
`fundings` (R) is percent per hour without a sign: `direction` "long" means that longs paid.
Sizes. Books and trades count base units; `1000PEPE` and its like (`markets.py`) count 1000 coins.
Open interest counts one side (W); that of the listing has no stamp and is not stated.
Names. Markets are numbers on the wire. The listing and the rows of market_stats name them, and may
name them anew: what stood under the old name is reset.
Survey. One stream tells all markets, so a survey costs no request: the whole list when it is
subscribed, then what changes.
"""  # noqa: E501 (a table row is one line)

from cockpit.core.events import Block, FundingPayment
from cockpit.venues.contract import ACCOUNT_DATA, MARKET_DATA
from cockpit.venues.kit.facts import venue_spec
from cockpit.venues.lighter.addresses import check_address

__all__ = ["SPEC"]

_KINDS = MARKET_DATA | ACCOUNT_DATA | {Block, FundingPayment}
SPEC = venue_spec("cockpit.venues.lighter", _KINDS, check_address)
