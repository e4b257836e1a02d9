"""What is claimed of Hyperliquid's wire, and what would settle it."""

from cockpit.venues.claims import Claim, Proof, Standing

DOCS = "https://hyperliquid.gitbook.io/hyperliquid-docs"

_ROWS: tuple[tuple[str, Standing, Proof | None, str, str], ...] = (
    ("live rate", "documented", "rate_is_fraction", DOCS + "/trading/funding",
     "a context's funding is a fraction an hour that accrues to the full hour"),
    ("settled rate", "unconfirmed", "live_becomes_settled", "recordings, never of one hour",
     "the live rate becomes the settled one as the hour ends"),
    ("next payment", "recorded", "stamp_on_interval", "fundingHistory of 2023",
     "the next full hour; rows are stamped within a second after it"),
    ("open interest", "recorded", "interest_is_one_sided", "contexts of all markets",
     "coins of the market's name, of one side"),
    ("book", "recorded", "sequence_holds", "l2Book of 2025-01 and 2025-09",
     "every message is the whole book; its time alone orders it"),
    ("touch", "recorded", "sizes_are_absolute", "l2Book and bbo of 2025-09",
     "bbo has the whole size of the touch, as a ladder of its block has it"),
    ("book cadence", "unconfirmed", None, "a client library of 2026-06; recordings have 0.5 s",
     "whole ladders may come 5 s apart; the touch comes with its block"),
    ("stamps", "recorded", "stamps_are_current", "l2Book, bbo and trades",
     "times are milliseconds since the epoch, those of books are their block's"),
    ("paid funding", "source", None, "three clients, one held against payments of six accounts",
     "cumFunding is what was charged: received is its negative"),
    ("stream of dexes", "unconfirmed", None, DOCS + "/for-developers/api/websocket/subscriptions",
     "one message of allDexsClearinghouseState has every dex of the address"),
    ("spot balances", "unconfirmed", None, "no recording of an empty unified account",
     "a list without USDC does not say that there is none"),
    ("refusals", "recorded", None, "an error of the socket; a public adapter's fixture",
     "an error quotes the request that it refuses, or the subscription that stands"),
    ("blocks", "source", "wire_is_known", "a client library; the venue does not document it",
     "explorerBlock is a bare array of blocks"),
)  # fmt: skip
CLAIMS = tuple(
    Claim(point=point, standing=standing, proof=proof, source=source, says=says)
    for point, standing, proof, source, says in _ROWS
)
