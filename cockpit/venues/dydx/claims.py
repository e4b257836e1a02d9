"""What is claimed of the Indexer's wire, and what would settle it."""

from cockpit.venues.claims import claim, general

DOCS = "https://docs.dydx.xyz"
SOURCE = "dydxprotocol/v4-chain 84d4664b, "

CLAIMS = (
    general("rate_is_fraction", "source", SOURCE + "indexer next-funding-cache",
            "nextFundingRate is a fraction an hour, the mean of the running hour's samples."),
    general("live_becomes_settled", "unconfirmed", SOURCE + "protocol/x/perpetuals keeper",
            "The hour is paid at the mean padded to sixty samples, which the live rate comes "
            "near."),
    general("stamp_on_interval", "documented", DOCS + "/concepts/trading/funding",
            "Funding is paid on the full hour, UTC."),
    general("interest_is_one_sided", "source", SOURCE + "indexer market-updater",
            "openInterest is base units, one side; baseOpenInterest is not maintained."),
    general("sizes_are_absolute", "recorded",
            "a testnet book of 2023, a book over REST of 2025-12"),
    general("sequence_holds", "source", SOURCE + "indexer socks websocket",
            "message_id counts all messages of a connection, each request takes one."),
    general("stamps_are_current", "recorded", "trades, funding and heights of 2025-12",
            "Times are ISO with a zone: of the block, of the fill, of the payment."),
    general("wire_is_known", "recorded", "messages of 2022 to 2025, none longer than a minute",
            "connected, subscribed, channel_data, channel_batch_data, unsubscribed, error."),
    claim("mark", "documented", DOCS + "/concepts/trading/margin",
          "Positions are margined at the oracle price: it is mark and index."),
    claim("funding of a position", "unconfirmed", "the sign of payments, which is documented",
          "netFunding is positive when received."),
    claim("payments since", "unconfirmed", DOCS + "/indexer-client/http and the Indexer's source",
          "The start of payments is afterOrAt, or createdOnOrAfter: both are sent."),
    claim("no subaccount", "source", SOURCE + "indexer socks",
          "An address without a subaccount is answered with empty contents, over REST with 404."),
    claim("REST budget", "unconfirmed", SOURCE + "indexer comlink, defaults of its configuration",
          "100 requests in 10 s for one address; the hosted deployment may differ."),
    claim("fees", "unconfirmed", DOCS + "/concepts/trading/fees",
          "Every market has the fees of the table; promotions of single markets exist."),
)  # fmt: skip
