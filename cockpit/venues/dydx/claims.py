"""What is claimed of the Indexer's wire, and what would settle it."""

from cockpit.venues.claims import Claim, Proof, Standing

DOCS = "https://docs.dydx.xyz"
SOURCE = "dydxprotocol/v4-chain 84d4664b, "

_ROWS: tuple[tuple[str, Standing, Proof | None, str, str], ...] = (
    ("live rate", "source", "rate_is_fraction", SOURCE + "indexer next-funding-cache",
     "nextFundingRate is a fraction an hour, the mean of the running hour's samples"),
    ("settled rate", "unconfirmed", "live_becomes_settled", SOURCE + "protocol/x/perpetuals keeper",
     "the hour is paid at the mean padded to sixty samples, which the live rate comes near"),
    ("next payment", "documented", "stamp_on_interval", DOCS + "/concepts/trading/funding",
     "funding is paid on the full hour, UTC"),
    ("open interest", "source", "interest_is_one_sided", SOURCE + "indexer market-updater",
     "openInterest is base units, one side; baseOpenInterest is not maintained"),
    ("book sizes", "recorded", "sizes_are_absolute",
     "a testnet book of 2023, a book over REST of 2025-12",
     "the size of a change is the new total at its price"),
    ("message numbers", "source", "sequence_holds", SOURCE + "indexer socks websocket",
     "message_id counts all messages of a connection, each request takes one"),
    ("stamps", "recorded", "stamps_are_current", "trades, funding and heights of 2025-12",
     "times are ISO with a zone: of the block, of the fill, of the payment"),
    ("kinds of message", "recorded", "wire_is_known",
     "messages of 2022 to 2025, none longer than a minute",
     "connected, subscribed, channel_data, channel_batch_data, unsubscribed, error"),
    ("mark", "documented", None, DOCS + "/concepts/trading/margin",
     "positions are margined at the oracle price: it is mark and index"),
    ("funding of a position", "unconfirmed", None, "the sign of payments, which is documented",
     "netFunding is positive when received"),
    ("payments since", "unconfirmed", None, DOCS + "/indexer-client/http and the Indexer's source",
     "the start of payments is afterOrAt, or createdOnOrAfter: both are sent"),
    ("no subaccount", "source", None, SOURCE + "indexer socks",
     "an address without a subaccount is answered with empty contents, over REST with 404"),
    ("REST budget", "unconfirmed", None, SOURCE + "indexer comlink, defaults of its configuration",
     "100 requests in 10 s for one address; the hosted deployment may differ"),
    ("fees", "unconfirmed", None, DOCS + "/concepts/trading/fees",
     "every market has the fees of the table; promotions of single markets exist"),
)  # fmt: skip
CLAIMS = tuple(
    Claim(point=point, standing=standing, proof=proof, source=source, says=says)
    for point, standing, proof, source, says in _ROWS
)
