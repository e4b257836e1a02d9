"""What is claimed of Extended's wire, and what of it nobody has confirmed."""

from cockpit.venues.claims import claim, general

_API = "https://api.docs.extended.exchange"
_FUNDING = "https://docs.extended.exchange/extended-resources/trading/funding-payments"
_SDK = "x10-python-trading-starknet 2.6.0"
_SPRING, _AUTUMN = "recordings of 2026-04", "recordings of 2026-09"

CLAIMS = (
    general("rate_is_fraction", "documented", _FUNDING),
    general("stamp_on_interval", "recorded", _SPRING,
            "marketStats.nextFundingRate is the time of the next payment in ms, a full hour."),
    general("live_becomes_settled", "documented", _FUNDING,
            "The rate shown last before the hour is what the history has for it."),
    claim("rounding of the rate", "unconfirmed", _SPRING,
          "Rates have six decimals; 0.0000125 is shown as 0.000012 and as 0.000013."),
    claim("funding-rates stream", "unconfirmed", _AUTUMN,
          "A rate stamped within ten seconds after an hour was paid; others are not read."),
    claim("funding cap", "unconfirmed", _API,
          "hourlyFundingRateCap may be per cent an hour; it is not read."),
    general("interest_is_one_sided", "unconfirmed", _API),
    general("sequence_holds", "recorded", _AUTUMN,
            "seq counts all data frames of a connection from 0; answers do not count."),
    general("sizes_are_absolute", "source", _SDK,
            "c is the size after the change and q the signed change; q alone is added up."),
    claim("age of a first book", "recorded", _AUTUMN,
          "A first book may be the last minute's, with the changes since behind it."),
    general("stamps_are_current", "recorded", _AUTUMN,
            "ts of a frame is ms; the mark price's own ts is 0 and is not read."),
    general("wire_is_known", "recorded", _AUTUMN),
    claim("refusals on the socket", "unconfirmed", _SDK,
          "A refused request is answered with a JSON-RPC error and our id, or not at all."),
    claim("answer to a ping", "unconfirmed", _API,
          "The method ping is answered with a result and our id."),
    claim("connection caps", "unconfirmed", _API,
          "A connection takes four topics for each watched market."),
    claim("maintenance margin", "unconfirmed", _API,
          "How riskFactor relates to maintenance is not told: no fraction is stated."),
    claim("hours of equities", "unconfirmed", _AUTUMN,
          "isOffHours says that a market is outside its hours; it is then paused."),
    claim("history page", "recorded", _AUTUMN,
          "A page of settled rates holds up to 1000 rows, newest first."),
    claim("accounts", "unconfirmed", "x10xchange/starknet-perpetual b132070a",
          "The API shows none by address; selectors and events of the read from Starknet were "
          "never tried, so accounts are not shown."),
)  # fmt: skip
"""What stands unconfirmed is read so that a figure is missing rather than wrong. Open interest is
the exception: it is stated as the venue says it, because a half of it would be a guess as well."""
