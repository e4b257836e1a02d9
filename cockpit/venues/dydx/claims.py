"""What is claimed of the Indexer's wire, and what would settle it."""

from cockpit.venues.claims import Claim, Proof, Standing

DOCS = "https://docs.dydx.xyz"
SOURCE = "dydxprotocol/v4-chain 84d4664b, "


def _claim(
    point: str, standing: Standing, source: str, says: str, proof: Proof | None = None
) -> Claim:
    return Claim(point=point, says=says, standing=standing, source=source, proof=proof)


CLAIMS = (
    _claim(
        "live rate", "source", SOURCE + "indexer next-funding-cache",
        "nextFundingRate is a fraction an hour, the mean of the running hour's samples",
        "rate_is_fraction",
    ),
    _claim(
        "settled rate", "unconfirmed", SOURCE + "protocol/x/perpetuals keeper",
        "the hour is paid at the mean padded to sixty samples, which the live rate comes near",
        "live_becomes_settled",
    ),
    _claim(
        "next payment", "documented", DOCS + "/concepts/trading/funding",
        "funding is paid on the full hour, UTC", "stamp_on_interval",
    ),
    _claim(
        "open interest", "source", SOURCE + "indexer market-updater",
        "openInterest is base units, one side; baseOpenInterest is not maintained",
        "interest_is_one_sided",
    ),
    _claim(
        "book sizes", "recorded", "a testnet book of 2023, a book over REST of 2025-12",
        "the size of a change is the new total at its price", "sizes_are_absolute",
    ),
    _claim(
        "message numbers", "source", SOURCE + "indexer socks websocket",
        "message_id counts all messages of a connection, each request takes one",
        "sequence_holds",
    ),
    _claim(
        "stamps", "recorded", "trades, funding and heights of 2025-12",
        "times are ISO with a zone: of the block, of the fill, of the payment",
        "stamps_are_current",
    ),
    _claim(
        "kinds of message", "recorded", "messages of 2022 to 2025, none longer than a minute",
        "connected, subscribed, channel_data, channel_batch_data, unsubscribed, error",
        "wire_is_known",
    ),
    _claim(
        "mark", "documented", DOCS + "/concepts/trading/margin",
        "positions are margined at the oracle price: it is mark and index",
    ),
    _claim(
        "funding of a position", "unconfirmed", "the sign of payments, which is documented",
        "netFunding is positive when received",
    ),
    _claim(
        "payments since", "unconfirmed", DOCS + "/indexer-client/http and the Indexer's source",
        "the start of payments is afterOrAt, or createdOnOrAfter: both are sent",
    ),
    _claim(
        "no subaccount", "source", SOURCE + "indexer socks",
        "an address without a subaccount is answered with empty contents, over REST with 404",
    ),
    _claim(
        "REST budget", "unconfirmed", SOURCE + "indexer comlink, defaults of its configuration",
        "100 requests in 10 s for one address; the hosted deployment may differ",
    ),
    _claim(
        "fees", "unconfirmed", DOCS + "/concepts/trading/fees",
        "every market has the fees of the table; promotions of single markets exist",
    ),
)  # fmt: skip
