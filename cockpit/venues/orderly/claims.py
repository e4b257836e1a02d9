"""What is claimed of Orderly's wire, by what evidence, and which check settles it."""

from cockpit.venues.claims import Claim

_DOCS = "https://orderly.network/docs/build-on-omnichain"
_PROBE = "public probe notes of 2026-09-23"
_RECORDED = "recordings of 2026-09-13"

CLAIMS = (
    Claim(
        point="rate",
        says="Rates are fractions per funding_period of the market; positive: longs pay.",
        standing="recorded",
        source=f"{_RECORDED}: at rest 0.0001 where 8 h are paid and 0.00005 where 4 h are",
        proof="rate_is_fraction",
    ),
    Claim(
        point="estimate",
        says="est_funding_rate at its stamp is what is then settled as last_funding_rate.",
        standing="documented",
        source=f"{_DOCS}/restful-api/public/get-predicted-funding-rates-for-all-markets",
        proof="live_becomes_settled",
    ),
    Claim(
        point="next stamp",
        says="fundingTs of the stream is the next settlement, on a multiple of the interval.",
        standing="recorded",
        source=f"{_PROBE}; the page's example has the time of the message, which is not taken",
        proof="stamp_on_interval",
    ),
    Claim(
        point="interval",
        says="Payments of a market are funding_period hours apart; spacing of rows says the same.",
        standing="recorded",
        source=f"{_RECORDED}: history of BTC (8 h) and HYPE (4 h); one page speaks of 8 h only",
    ),
    Claim(
        point="open interest",
        says="open_interest counts one side, in base units.",
        standing="unconfirmed",
        source="the glossary says outstanding contracts; no page says one side",
        proof="interest_is_one_sided",
    ),
    Claim(
        point="sequence",
        says="prevTs of a change is the ts of the one before, or data.ts of the requested book.",
        standing="recorded",
        source=f"{_PROBE}: no gap in 16,000 changes; two chained pairs are public",
        proof="sequence_holds",
    ),
    Claim(
        point="sizes",
        says="A level's size replaces what stood; 0 takes the level away.",
        standing="documented",
        source=f"{_DOCS}/websocket-api/public/order-book-update",
        proof="sizes_are_absolute",
    ),
    Claim(
        point="stamps",
        says="All times are milliseconds of UTC; ts of a book is its last change, not the push.",
        standing="recorded",
        source=_PROBE,
        proof="stamps_are_current",
    ),
    Claim(
        point="wire",
        says="Topics and fields are those of the pages; a refusal has no event.",
        standing="recorded",
        source=_PROBE,
        proof="wire_is_known",
    ),
    Claim(
        point="index of thousands",
        says="The index of PERP_1000PEPE_USDC is told as SPOT_1000PEPE_USDC, per thousand coins.",
        standing="unconfirmed",
        source="the listing's index_price is per thousand; no recording of indexprices is public."
        " Another name leaves the streamed index missing, and the polled one stands",
    ),
    Claim(
        point="reduce only",
        says="A market whose status is not ACTIVE takes no new positions: paused, and followed.",
        standing="documented",
        source=f"{_DOCS}/restful-api/public/get-available-symbols",
    ),
    Claim(
        point="account value",
        says="account_value is collateral and unrealised profit of all positions of the account.",
        standing="unconfirmed",
        source=f"{_DOCS}/public-info-api/account/account-state; two pages add it up differently,"
        " and neither says whether accrued funding is in it",
    ),
    Claim(
        point="leverage of a position",
        says="The page calls it effective, its example contradicts its own margin: it is not told.",
        standing="unconfirmed",
        source=f"{_DOCS}/public-info-api/account/account-state",
    ),
    Claim(
        point="funding fee",
        says="funding_fee above zero is paid by the account; Accrued is due and not credited yet.",
        standing="documented",
        source=f"{_DOCS}/public-info-api/account/funding-payments",
    ),
    Claim(
        point="rate of a payment",
        says="The page says per 8 h for every market: the rate of a payment is not told.",
        standing="unconfirmed",
        source=f"{_DOCS}/public-info-api/account/funding-payments",
    ),
    Claim(
        point="Solana addresses",
        says="No page shows one in the Public Info API: only 0x addresses are taken.",
        standing="unconfirmed",
        source=f"{_DOCS}/public-info-api/overview",
    ),
    Claim(
        point="fees",
        says="A brand sets what its traders pay; 5 bps taker and 2 bps maker are an assumption.",
        standing="unconfirmed",
        source="public client defaults; Orderly's own part is 3 bps taker, 0 maker",
    ),
    Claim(
        point="ledger chain",
        says="Chain 291 has no public endpoint that is sure: its blocks are not told here.",
        standing="unconfirmed",
        source=f"{_DOCS}/addresses",
    ),
)
