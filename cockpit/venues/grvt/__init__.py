"""GRVT: perpetuals matched off chain, settled on a ZK Stack validium; paid every 1, 4 or 8 hours.

Pages: S = https://github.com/gravity-technologies/api-spec, L = https://api-docs.grvt.io/learn,
H = https://help.grvt.io (funding since October 2025). Rec = mainnet, November 2025 to September
2026. M stands for a market such as `BTC_USDT_Perp`.

| channel or endpoint | messages | meaning | we emit | unit | evidence |
| --- | --- | --- | --- | --- | --- |
| `v1.book.d` `M@50` | number 0 | the whole book | `BookSnapshot` | below | S, Rec |
| | later numbers | levels that changed, absolute | `BookDelta` `BookReset` | below | S, Rec |
| | without levels | nothing changed | `BookDelta` without levels | | Rec |
| `v1.book.s` `M@500-10` | whole books | not subscribed, read | `BookSnapshot` | below | S, Rec |
| `v1.trade` `M@50` | the last 50, then each | fills | `Trade` | below | S, Rec |
| `v1.ticker.s` `M@500` | all figures | prices, interest, rate, volume | `Prices` `OpenInterest` `Funding` live `Volume` | below | S, Rec |
| `v1.ticker.s` `M@5000` | of all markets | the survey | the same, `Surveyed` | | S |
| `v1.ticker.d`, `v1.mini.s`, `v1.mini.d` | all or changed figures | not subscribed, read | the same | | S, Rec |
| answers by id | result, error | acknowledged, with the number before the next | `Reject` of an error | | Rec |
| `list_streams` | any answer | | `Rtt` | | S |
| `all_instruments` | a list | the listing | `Instrument` | | S, Rec |
| `margin_rules` | brackets of one market | maintenance and initial margin | `Instrument` | fraction | S |
| `funding` | newest first, 1000 rows | paid funding | `Funding` settled | below | S, Rec |
| `v1.candle`, REST tickers, books, trades | not asked | | nothing | | |

Rates. `funding_rate`, by ticker and in the history, is per cent per the market's own interval,
positive when longs pay; so are cap and floor. The ticker's is the running estimate for the payment
at `next_funding_time`: `live`. The interval is the ticker's, else the listing's; until one of them
is known no rate is stated. Rows of the history with interval 0 are minutes of the accrual that
ended in October 2025, and are left out.
Sizes. Books, trades, volume and `open_interest` count the named base: coins, thousands of them for
KPEPE, KBONK and KSHIB. Interest is taken to count one side (not confirmed).

A book's snapshot has no number of its own. The acknowledgement of the subscription names the one
before the next change; a change that does not follow is a gap, and the book is joined anew. One
chain makes a market's book: whole books of few levels, or changes at another rate, are passed over
while it stands. A frame of the short ("lite") dialect is read as the long one.

Markets that may only be reduced, that are in maintenance, or outside their hours (`session` CLOSE)
are paused and stay followed. Names are scaled for measured coins alone: KAITO is no thousand.

There is no page of all tickers: a survey subscribes every market's at the slowest rate. Accounts
are not read: the API shows none by address. Nothing of trading is public on the chain.
"""  # noqa: E501 (a table row is one line)

from cockpit.venues.contract import MARKET_DATA
from cockpit.venues.kit.facts import venue_spec

__all__ = ["SPEC"]

SPEC = venue_spec("cockpit.venues.grvt", MARKET_DATA)
