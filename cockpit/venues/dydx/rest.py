"""What the Indexer is asked over REST, and why an answer is none."""

from typing import TypeVar
from urllib.parse import quote

import msgspec

from cockpit.core.units import HOUR_NS, utc
from cockpit.venues.contract import Fetch, Reply
from cockpit.venues.dydx.messages import REFUSAL
from cockpit.venues.kit.backfill import Page, Plan
from cockpit.venues.kit.decoding import decode, refused

T = TypeVar("T")

HISTORY = Plan(newest_first=True, rows=1000, settling_s=40)
PAYMENTS = Plan(newest_first=True, rows=100, by_cursor=True, settling_s=120, retry_s=300)
"""A job of the Indexer writes payments about a minute after the hour."""
FILLS = Plan(newest_first=True, rows=100, by_cursor=True, settling_s=30, retry_s=300)
"""The channel tells them as they happen; the pages are what was before, or was missed."""


def answer_of(decoder: "msgspec.json.Decoder[T]", reply: Reply) -> T | str:
    """What a reply says, or why it says nothing: in the venue's own words where it has some."""
    problem = refused(reply)
    if problem is None:
        return decode(decoder, reply.body)
    body = decode(REFUSAL, reply.body)
    if isinstance(body, str) or not body.errors:
        return problem
    return f"{problem}: {body.errors[0].get('msg', '')}"


def ask_markets() -> Fetch:
    return Fetch(name="instruments", path="/v4/perpetualMarkets")


def ask_book(ticker: str) -> Fetch:
    path = f"/v4/orderbooks/perpetualMarket/{quote(ticker, safe='')}"
    return Fetch(name="book", path=path, key=ticker)


def ask_history(page: Page) -> Fetch:
    """Rows up to the end of the span: as many as there are hours in it, and a little."""
    rows = min((page.end_ns - page.start_ns) // HOUR_NS + 2, HISTORY.rows or 0)
    until = utc(page.end_ns).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    path = f"/v4/historicalFunding/{quote(page.key, safe='')}?limit={rows}"
    return Fetch(
        name="funding_history", path=f"{path}&effectiveBeforeOrAt={until}", key=page.key,
        background=True,
    )  # fmt: skip


def ask_payments(page: Page) -> Fetch:
    """One page of what was paid to a parent and its children; the cursor is its number.

    The documentation names the start of the span `afterOrAt`, the Indexer's own source reads
    `createdOnOrAfter`: both are sent.
    """
    account, _, parent = page.key.partition("?")
    since = f"{utc(page.start_ns):%Y-%m-%dT%H:%M:%SZ}"
    number = page.cursor or "1"
    return Fetch(
        name="account",
        path=f"/v4/fundingPayments/parentSubaccount?address={account.partition('/')[0]}"
        f"&parentSubaccountNumber={parent}&limit={PAYMENTS.rows}&page={number}"
        f"&afterOrAt={since}&createdOnOrAfter={since}",
        key=f"paid/{page.key}&{number}",
        background=True,
    )


def ask_fills(page: Page) -> Fetch:
    """One page of what a parent and its children traded; the cursor is its number.

    No end is named: by a clock of ours that is behind, the newest fill would be left out.
    """
    account, _, parent = page.key.partition("?")
    number = page.cursor or "1"
    return Fetch(
        name="account",
        path=f"/v4/fills/parentSubaccountNumber?address={account.partition('/')[0]}"
        f"&parentSubaccountNumber={parent}&limit={FILLS.rows}&page={number}",
        key=f"fills/{page.key}&{number}",
        background=True,
    )
