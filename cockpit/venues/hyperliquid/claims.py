"""What is claimed of Hyperliquid's wire, and what would settle it."""

from cockpit.venues.claims import claim, general

DOCS = "https://hyperliquid.gitbook.io/hyperliquid-docs"

CLAIMS = (
    general("rate_is_fraction", "documented", DOCS + "/trading/funding",
            "A context's funding is a fraction an hour that accrues to the full hour."),
    general("live_becomes_settled", "unconfirmed", "recordings, never of one hour"),
    general("stamp_on_interval", "recorded", "fundingHistory of 2023",
            "The next full hour; rows are stamped within a second after it."),
    general("interest_is_one_sided", "recorded", "contexts of all markets",
            "Coins of the market's name, of one side."),
    general("sequence_holds", "recorded", "l2Book of 2025-01 and 2025-09",
            "Every message is the whole book; its time alone orders it."),
    general("sizes_are_absolute", "recorded", "l2Book and bbo of 2025-09",
            "bbo has the whole size of the touch, as a ladder of its block has it."),
    claim("book cadence", "unconfirmed", "a client library of 2026-06; recordings have 0.5 s",
          "Whole ladders may come 5 s apart; the touch comes with its block."),
    general("stamps_are_current", "recorded", "l2Book, bbo and trades",
            "Times are milliseconds since the epoch, those of books are their block's."),
    claim("paid funding", "source", "three clients, one held against payments of six accounts",
          "cumFunding is what was charged: received is its negative."),
    claim("stream of dexes", "unconfirmed", DOCS + "/for-developers/api/websocket/subscriptions",
          "One message of allDexsClearinghouseState has every dex of the address."),
    claim("spot balances", "unconfirmed", "no recording of an empty unified account",
          "A list without USDC does not say that there is none."),
    claim("refusals", "recorded", "an error of the socket; a public adapter's fixture",
          "An error quotes the request that it refuses, or the subscription that stands."),
    general("wire_is_known", "source", "a client library; the venue does not document it",
            "explorerBlock is a bare array of blocks."),
)  # fmt: skip
