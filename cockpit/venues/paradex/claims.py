"""What is claimed of Paradex's wire, and which check of live traffic settles it."""

from cockpit.venues.claims import Claim

_DOCS = "https://docs.paradex.trade"
_FUNDING = f"{_DOCS}/risk-system/funding-mechanism"
_SOCKET = f"{_DOCS}/ws/web-socket-channels"
_BINARY = "recording of October 2026: 35 frames of one book, binary"
_PUSHES = "recordings of June 2024 to February 2026: single pushes"
_CLIENT = "ccxt 4.5.90: pro/paradex.py"
_SCHEMA = "paradex-py 0.8.2: sbe/paradex_1_0.xml, schema 1:2"

CLAIMS = (
    Claim(
        point="JSON",
        says="The socket still speaks JSON where no encoding is asked for; otherwise HTTP 400, "
        "and the binary encoding is taken.",
        standing="unconfirmed", source=_CLIENT,
    ),
    Claim(
        point="rates",
        says="A funding rate is a fraction per the market's own funding_period_hours, and accrues "
        "all the time; longs pay when it is positive.",
        standing="documented", source=_FUNDING, proof="rate_is_fraction",
    ),
    Claim(
        point="period",
        says="A market whose listing has no funding_period_hours has an unknown period, not eight "
        "hours; one hour and twenty-four exist.",
        standing="recorded", source=_PUSHES,
    ),
    Claim(
        point="settled",
        says="The rise of funding_index over a span, over the spot price, is what a long paid; "
        "funding_premium is the rate times that price.",
        standing="recorded", source=_PUSHES,
    ),
    Claim(
        point="history order",
        says="Whether a page of /funding/data holds the newest or the oldest rows of its span is "
        "not known: a span of thirty seconds is asked for one row, and either serves.",
        standing="unconfirmed", source=f"{_DOCS}/api/prod/markets/get-funding-data",
    ),
    Claim(
        point="open interest",
        says="open_interest is in base units and counts a contract once.",
        standing="unconfirmed", source=f"{_DOCS}/api/prod/markets/get-markets-summary",
        proof="interest_is_one_sided",
    ),
    Claim(
        point="volume",
        says="volume_24h is in USD; the binary field is named so.",
        standing="source", source=_SCHEMA,
    ),
    Claim(
        point="book numbers",
        says="On order_book.M.deltas seq_no rises by one with every frame, frames without a level "
        "included; any other step is a loss.",
        standing="recorded", source=_BINARY, proof="sequence_holds",
    ),
    Claim(
        point="book sizes",
        says="Sizes replace; in binary a size of 0 removes the level, in JSON `deletes` does.",
        standing="recorded", source=_BINARY, proof="sizes_are_absolute",
    ),
    Claim(
        point="JSON deltas",
        says="The channel of deltas has the same numbers in JSON as in binary.",
        standing="unconfirmed", source=_SOCKET, proof="sequence_holds",
    ),
    Claim(
        point="retail book",
        says="Books of order_book.M.interactive hold orders that API orders do not meet, and may "
        "cross the other: none of them is read. Binary books do not name their channel; which one "
        "it is, the acknowledgement says.",
        standing="documented", source=_SOCKET,
    ),
    Claim(
        point="trades",
        says="FILL, RPI and LIQUIDATION are trades of the market; the other kinds are bookkeeping.",
        standing="documented", source=_SOCKET,
    ),
    Claim(
        point="precise rate",
        says="In binary the summary's last figure but one is the rate x 1e-12; all others have "
        "eight decimals.",
        standing="source", source=_SCHEMA,
    ),
    Claim(
        point="times",
        says="Stamps are in ms in JSON, in us in binary.",
        standing="recorded", source=_BINARY, proof="stamps_are_current",
    ),
    Claim(
        point="mSATS",
        says="mSATS is a million SATS, as its tick and its position limit suggest; no other m "
        "scales, and k is a thousand.",
        standing="unconfirmed", source=f"{_DOCS}/api/prod/markets/get-markets",
    ),
    Claim(
        point="margin",
        says="Initial margin is imf_base for any size, maintenance imf_base x mmf_factor with a "
        "taker fee beside it, which is left out.",
        standing="documented", source=f"{_DOCS}/risk-system/cross-margin-requirement",
    ),
    Claim(
        point="ping",
        says="Joining and leaving the channel `markets` in turn is answered at once and harmless.",
        standing="unconfirmed", source=f"{_DOCS}/ws/general-information/introduction",
    ),
    Claim(
        point="states",
        says="/system/state says ok, maintenance, cancel_only or post_only; nothing is taken "
        "unless it is ok.",
        standing="documented", source=f"{_DOCS}/api/prod/system/get-state",
    ),
    Claim(
        point="wire",
        says="Channels, templates and their fields are those of the table in __init__.",
        standing="recorded", source=_PUSHES, proof="wire_is_known",
    ),
)  # fmt: skip
"""Accounts are private by design: no claim is made about them."""
