"""What is claimed of Hyperliquid's wire, and what would settle it."""

from cockpit.venues.claims import Claim, Proof, Standing

DOCS = "https://hyperliquid.gitbook.io/hyperliquid-docs"


def _claim(
    point: str, says: str, standing: Standing, source: str, proof: Proof | None = None
) -> Claim:
    return Claim(point=point, says=says, standing=standing, source=source, proof=proof)


CLAIMS = (
    _claim(
        "live rate", "a context's funding is a fraction an hour that accrues to the full hour",
        "documented", f"{DOCS}/trading/funding", "rate_is_fraction",
    ),
    _claim(
        "settled rate", "the live rate becomes the settled one as the hour ends",
        "unconfirmed", "recordings of both, never of one hour", "live_becomes_settled",
    ),
    _claim(
        "open interest", "coins of the market's name, of one side",
        "recorded", "contexts of all markets: times the mark it is the venue's own figure",
        "interest_is_one_sided",
    ),
    _claim(
        "book", "every message is the whole book; its time alone orders it",
        "recorded", "l2Book of 2025-01 and 2025-09", "sequence_holds",
    ),
    _claim(
        "book cadence", "whole ladders may come 5 s apart; the touch comes with its block",
        "unconfirmed", "a client library of 2026-06; recordings have half a second",
    ),
    _claim(
        "stamps", "times are milliseconds since the epoch, those of books are their block's",
        "recorded", "l2Book, bbo and trades", "stamps_are_current",
    ),
    _claim(
        "next payment", "the next full hour; rows are stamped within a second after it",
        "recorded", "fundingHistory of 2023", "stamp_on_interval",
    ),
    _claim(
        "paid funding", "cumFunding is what was charged: received is its negative",
        "source", "three clients, one of them held against the payments of six accounts",
    ),
    _claim(
        "stream of dexes", "one message of allDexsClearinghouseState has every dex of the address",
        "unconfirmed", f"{DOCS}/for-developers/api/websocket/subscriptions",
    ),
    _claim(
        "spot balances", "a list without USDC does not say that there is none",
        "unconfirmed", "no recording of an empty unified account",
    ),
    _claim(
        "refusals", "an error quotes the request that it refuses, or the subscription that stands",
        "recorded", "an error of the socket; the second from a public adapter's fixture",
    ),
    _claim(
        "blocks", "explorerBlock is a bare array of blocks",
        "source", "a client library; the venue does not document it", "wire_is_known",
    ),
)  # fmt: skip
