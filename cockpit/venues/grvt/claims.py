"""What is claimed of GRVT's wire, and what of it nobody has confirmed."""

from cockpit.venues.claims import claim, general

_SPEC = "https://github.com/gravity-technologies/api-spec"
_HELP = "https://help.grvt.io (new funding rate mechanism, October 2025)"
_CLIENT = "typed-grvt 0.2.0"
_AUTUMN = "recordings of 2026-09"

CLAIMS = (
    general("rate_is_fraction", "recorded", _AUTUMN,
            "funding_rate is per cent per the market's own interval, positive when longs pay."),
    general("stamp_on_interval", "recorded", _AUTUMN,
            "next_funding_time is the time of the next payment in ns, a multiple of the "
            "interval."),
    general("live_becomes_settled", "documented", _HELP,
            "The ticker's rate is a running estimate; the last before a stamp is what is paid."),
    claim("old history", "recorded", _AUTUMN,
          "Rows of interval 0 end on 2025-10-15 and are minutes of an accrual, no payments."),
    claim("history page", "documented", _SPEC,
          "A page of settled rates holds up to 1000 rows, newest first."),
    general("interest_is_one_sided", "unconfirmed", _SPEC),
    general("sequence_holds", "recorded", _AUTUMN,
            "Each selector has a chain of its own; the first change follows the number that the "
            "acknowledgement calls latest, and each names the one before it."),
    general("sizes_are_absolute", "recorded", _AUTUMN),
    general("stamps_are_current", "recorded", _AUTUMN, "event_time is ns."),
    general("wire_is_known", "recorded", _AUTUMN),
    claim("thousands", "recorded", _AUTUMN,
          "K before PEPE, BONK and SHIB stands for 1000; other names are taken as they are."),
    claim("answer to a ping", "unconfirmed", _CLIENT,
          "list_streams is answered with our id; an error is taken for an answer as well."),
    claim("selectors of a connection", "unconfirmed", _SPEC,
          "A connection carries a ticker of every market, fifty selectors a request."),
    claim("request limit", "unconfirmed", _CLIENT,
          "1500 requests are allowed in a window of unknown length; 300 a minute are made."),
    claim("margin rules", "documented", _SPEC,
          "Rates of the brackets are fractions, the floors notional in USDT, the first is 0."),
    claim("market hours", "unconfirmed", _CLIENT,
          "session CLOSE says that a market is outside its hours; it is then paused."),
    claim("short dialect", "documented", _SPEC,
          "The keys of the short dialect that are not documented are not read."),
    claim("fees", "unconfirmed", "tribulnation-grvt 0.1.1",
          "Tier 1 pays 4.5 bps as taker and receives 0.01 bps as maker."),
)  # fmt: skip
"""What stands unconfirmed is read so that a figure is missing rather than wrong. Open interest is
the exception: it is stated as the venue says it, because a half of it would be a guess as well."""
