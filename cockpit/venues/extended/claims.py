"""What is claimed of Extended's wire, and what of it nobody has confirmed."""

from cockpit.venues.claims import Claim

_API = "https://api.docs.extended.exchange"
_FUNDING = "https://docs.extended.exchange/extended-resources/trading/funding-payments"
_SDK = "x10-python-trading-starknet 2.6.0"
_SPRING, _AUTUMN = "recordings of 2026-04", "recordings of 2026-09"

CLAIMS = (
    Claim(
        point="funding rate",
        says="marketStats.fundingRate is a fraction an hour, positive when longs pay.",
        standing="documented", source=_FUNDING, proof="rate_is_fraction",
    ),
    Claim(
        point="next payment",
        says="marketStats.nextFundingRate is the time of the next payment in ms, a full hour.",
        standing="recorded", source=_SPRING, proof="stamp_on_interval",
    ),
    Claim(
        point="live and settled",
        says="The rate shown last before the hour is what the history has for it.",
        standing="documented", source=_FUNDING, proof="live_becomes_settled",
    ),
    Claim(
        point="rounding of the rate",
        says="Rates have six decimals; 0.0000125 is shown as 0.000012 and as 0.000013.",
        standing="unconfirmed", source=_SPRING,
    ),
    Claim(
        point="funding-rates stream",
        says="A rate stamped within ten seconds after an hour was paid; others are not read.",
        standing="unconfirmed", source=_AUTUMN,
    ),
    Claim(
        point="funding cap",
        says="hourlyFundingRateCap may be per cent an hour; it is not read.",
        standing="unconfirmed", source=_API,
    ),
    Claim(
        point="open interest",
        says="openInterestBase is in coins and counts one side.",
        standing="unconfirmed", source=_API, proof="interest_is_one_sided",
    ),
    Claim(
        point="numbers of frames",
        says="seq counts all data frames of a connection from 0; answers do not count.",
        standing="recorded", source=_AUTUMN, proof="sequence_holds",
    ),
    Claim(
        point="sizes in a delta",
        says="c is the size after the change and q the signed change; q alone is added up.",
        standing="source", source=_SDK, proof="sizes_are_absolute",
    ),
    Claim(
        point="age of a first book",
        says="A first book may be the last minute's, with the changes since behind it.",
        standing="recorded", source=_AUTUMN,
    ),
    Claim(
        point="stamps",
        says="ts of a frame is ms; the mark price's own ts is 0 and is not read.",
        standing="recorded", source=_AUTUMN, proof="stamps_are_current",
    ),
    Claim(
        point="messages",
        says="Every kind of message and every field of it is known.",
        standing="recorded", source=_AUTUMN, proof="wire_is_known",
    ),
    Claim(
        point="refusals on the socket",
        says="A refused request is answered with a JSON-RPC error and our id, or not at all.",
        standing="unconfirmed", source=_SDK,
    ),
    Claim(
        point="answer to a ping",
        says="The method ping is answered with a result and our id.",
        standing="unconfirmed", source=_API,
    ),
    Claim(
        point="connection caps",
        says="A connection takes four topics for each watched market.",
        standing="unconfirmed", source=_API,
    ),
    Claim(
        point="maintenance margin",
        says="How riskFactor relates to maintenance is not told: no fraction is stated.",
        standing="unconfirmed", source=_API,
    ),
    Claim(
        point="hours of equities",
        says="isOffHours says that a market is outside its hours; it is then paused.",
        standing="unconfirmed", source=_AUTUMN,
    ),
    Claim(
        point="history page",
        says="A page of settled rates holds up to 1000 rows, newest first.",
        standing="recorded", source=_AUTUMN,
    ),
    Claim(
        point="accounts",
        says="The API shows none by address; selectors and events of the read from Starknet were "
        "never tried, so accounts are not shown.",
        standing="unconfirmed", source="x10xchange/starknet-perpetual b132070a",
    ),
)  # fmt: skip
"""What stands unconfirmed is read so that a figure is missing rather than wrong. Open interest is
the exception: it is stated as the venue says it, because a half of it would be a guess as well."""
