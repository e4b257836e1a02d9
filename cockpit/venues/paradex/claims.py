"""What is claimed of Paradex's wire, and which check of live traffic settles it."""

from cockpit.venues.claims import claim, general

_DOCS = "https://docs.paradex.trade"
_FUNDING = f"{_DOCS}/risk-system/funding-mechanism"
_SOCKET = f"{_DOCS}/ws/web-socket-channels"
_BINARY = "recording of October 2026: 35 frames of one book, binary"
_PUSHES = "recordings of June 2024 to February 2026: single pushes"
_CLIENT = "ccxt 4.5.90: pro/paradex.py"
_SCHEMA = "paradex-py 0.8.2: sbe/paradex_1_0.xml, schema 1:2"

CLAIMS = (
    claim("JSON", "unconfirmed", _CLIENT,
          "The socket still speaks JSON where no encoding is asked for; otherwise HTTP 400, and "
          "the binary encoding is taken."),
    general("rate_is_fraction", "documented", _FUNDING,
            "A funding rate is a fraction per the market's own funding_period_hours, and accrues "
            "all the time; longs pay when it is positive."),
    claim("period", "recorded", _PUSHES,
          "A market whose listing has no funding_period_hours has an unknown period, not eight "
          "hours; one hour and twenty-four exist."),
    claim("settled", "recorded", _PUSHES,
          "The rise of funding_index over a span, over the spot price, is what a long paid; "
          "funding_premium is the rate times that price."),
    claim("history order", "unconfirmed", f"{_DOCS}/api/prod/markets/get-funding-data",
          "Whether a page of /funding/data holds the newest or the oldest rows of its span is "
          "not known: a span of thirty seconds is asked for one row, and either serves."),
    general("interest_is_one_sided", "unconfirmed",
            f"{_DOCS}/api/prod/markets/get-markets-summary"),
    claim("volume", "source", _SCHEMA, "volume_24h is in USD; the binary field is named so."),
    general("sequence_holds", "recorded", _BINARY,
            "On order_book.M.deltas seq_no rises by one with every frame, frames without a level "
            "included; any other step is a loss."),
    general("sizes_are_absolute", "recorded", _BINARY,
            "Sizes replace; in binary a size of 0 removes the level, in JSON `deletes` does."),
    claim("JSON deltas", "unconfirmed", _SOCKET,
          "The channel of deltas has the same numbers in JSON as in binary.",
          proof="sequence_holds"),
    claim("retail book", "documented", _SOCKET,
          "Books of order_book.M.interactive hold orders that API orders do not meet, and may "
          "cross the other: none of them is read. Binary books do not name their channel; which "
          "one it is, the acknowledgement says."),
    claim("trades", "documented", _SOCKET,
          "FILL, RPI and LIQUIDATION are trades of the market; the other kinds are bookkeeping."),
    claim("precise rate", "source", _SCHEMA,
          "In binary the summary's last figure but one is the rate x 1e-12; all others have "
          "eight decimals."),
    general("stamps_are_current", "recorded", _BINARY,
            "Stamps are in ms in JSON, in us in binary."),
    claim("mSATS", "unconfirmed", f"{_DOCS}/api/prod/markets/get-markets",
          "mSATS is a million SATS, as its tick and its position limit suggest; no other m "
          "scales, and k is a thousand."),
    claim("margin", "documented", f"{_DOCS}/risk-system/cross-margin-requirement",
          "Initial margin is imf_base for any size, maintenance imf_base x mmf_factor with a "
          "taker fee beside it, which is left out."),
    claim("ping", "unconfirmed", f"{_DOCS}/ws/general-information/introduction",
          "Joining and leaving the channel `markets` in turn is answered at once and harmless."),
    claim("states", "documented", f"{_DOCS}/api/prod/system/get-state",
          "/system/state says ok, maintenance, cancel_only or post_only; nothing is taken unless "
          "it is ok."),
    general("wire_is_known", "recorded", _PUSHES,
            "Channels, templates and their fields are those of the table in __init__."),
)  # fmt: skip
"""Accounts are private by design: no claim is made about them."""
