"""What is claimed of Orderly's wire, by what evidence, and which check settles it."""

from cockpit.venues.claims import claim, general

_DOCS = "https://orderly.network/docs/build-on-omnichain"
_PROBE = "public probe notes of 2026-09-23"
_RECORDED = "recordings of 2026-09-13"

CLAIMS = (
    general("rate_is_fraction", "recorded",
            f"{_RECORDED}: at rest 0.0001 where 8 h are paid and 0.00005 where 4 h are",
            "Rates are fractions per funding_period of the market; positive: longs pay."),
    general("live_becomes_settled", "documented",
            f"{_DOCS}/restful-api/public/get-predicted-funding-rates-for-all-markets",
            "est_funding_rate at its stamp is what is then settled as last_funding_rate."),
    general("stamp_on_interval", "recorded",
            f"{_PROBE}; the page's example has the time of the message, which is not taken",
            "fundingTs of the stream is the next settlement, on a multiple of the interval."),
    claim("interval", "recorded",
          f"{_RECORDED}: history of BTC (8 h) and HYPE (4 h); one page speaks of 8 h only",
          "Payments of a market are funding_period hours apart; spacing of rows says the same."),
    general("interest_is_one_sided", "unconfirmed",
            "the glossary says outstanding contracts; no page says one side"),
    general("sequence_holds", "recorded",
            f"{_PROBE}: no gap in 16,000 changes; two chained pairs are public",
            "prevTs of a change is the ts of the one before, or data.ts of the requested book."),
    general("sizes_are_absolute", "documented", f"{_DOCS}/websocket-api/public/order-book-update"),
    general("stamps_are_current", "recorded", _PROBE,
            "All times are milliseconds of UTC; ts of a book is its last change, not the push."),
    general("wire_is_known", "recorded", _PROBE,
            "Topics and fields are those of the pages; a refusal has no event."),
    claim("index of thousands", "unconfirmed",
          "the listing's index_price is per thousand; no recording of indexprices is public. "
          "Another name leaves the streamed index missing, and the polled one stands",
          "The index of PERP_1000PEPE_USDC is told as SPOT_1000PEPE_USDC, per thousand coins."),
    claim("reduce only", "documented", f"{_DOCS}/restful-api/public/get-available-symbols",
          "A market whose status is not ACTIVE takes no new positions: paused, and followed."),
    claim("account value", "unconfirmed",
          f"{_DOCS}/public-info-api/account/account-state; two pages add it up differently, "
          "and neither says whether accrued funding is in it",
          "account_value is collateral and unrealised profit of all positions of the account."),
    claim("leverage of a position", "unconfirmed",
          f"{_DOCS}/public-info-api/account/account-state",
          "The page calls it effective, its example contradicts its own margin: it is not told."),
    claim("funding fee", "documented", f"{_DOCS}/public-info-api/account/funding-payments",
          "funding_fee above zero is paid by the account; Accrued is due and not credited yet."),
    claim("rate of a payment", "unconfirmed", f"{_DOCS}/public-info-api/account/funding-payments",
          "The page says per 8 h for every market: the rate of a payment is not told."),
    claim("Solana addresses", "unconfirmed", f"{_DOCS}/public-info-api/overview",
          "No page shows one in the Public Info API: only 0x addresses are taken."),
    claim("fees", "unconfirmed",
          "public client defaults; Orderly's own part is 3 bps taker, 0 maker",
          "A brand sets what its traders pay; 5 bps taker and 2 bps maker are an assumption."),
    claim("ledger chain", "unconfirmed", f"{_DOCS}/addresses",
          "Chain 291 has no public endpoint that is sure: its blocks are not told here."),
)  # fmt: skip
