"""What is claimed of GRVT's wire, and what of it nobody has confirmed."""

from cockpit.venues.claims import Claim

_SPEC = "https://github.com/gravity-technologies/api-spec"
_HELP = "https://help.grvt.io (new funding rate mechanism, October 2025)"
_CLIENT = "typed-grvt 0.2.0"
_AUTUMN = "recordings of 2026-09"

CLAIMS = (
    Claim(
        point="funding rate",
        says="funding_rate is per cent per the market's own interval, positive when longs pay.",
        standing="recorded", source=_AUTUMN, proof="rate_is_fraction",
    ),
    Claim(
        point="next payment",
        says="next_funding_time is the time of the next payment in ns, a multiple of the interval.",
        standing="recorded", source=_AUTUMN, proof="stamp_on_interval",
    ),
    Claim(
        point="live and settled",
        says="The ticker's rate is a running estimate; the last before a stamp is what is paid.",
        standing="documented", source=_HELP, proof="live_becomes_settled",
    ),
    Claim(
        point="old history",
        says="Rows of interval 0 end on 2025-10-15 and are minutes of an accrual, no payments.",
        standing="recorded", source=_AUTUMN,
    ),
    Claim(
        point="history page",
        says="A page of settled rates holds up to 1000 rows, newest first.",
        standing="documented", source=_SPEC,
    ),
    Claim(
        point="open interest",
        says="open_interest is in base units and counts one side.",
        standing="unconfirmed", source=_SPEC, proof="interest_is_one_sided",
    ),
    Claim(
        point="numbers of a book",
        says="Each selector has a chain of its own; the first change follows the number that the "
        "acknowledgement calls latest, and each names the one before it.",
        standing="recorded", source=_AUTUMN, proof="sequence_holds",
    ),
    Claim(
        point="sizes in a change",
        says="size is what stands at the price now; 0 removes the level.",
        standing="recorded", source=_AUTUMN, proof="sizes_are_absolute",
    ),
    Claim(
        point="stamps",
        says="event_time is ns.",
        standing="recorded", source=_AUTUMN, proof="stamps_are_current",
    ),
    Claim(
        point="messages",
        says="Every kind of message and every field of it is known.",
        standing="recorded", source=_AUTUMN, proof="wire_is_known",
    ),
    Claim(
        point="thousands",
        says="K before PEPE, BONK and SHIB stands for 1000; other names are taken as they are.",
        standing="recorded", source=_AUTUMN,
    ),
    Claim(
        point="answer to a ping",
        says="list_streams is answered with our id; an error is taken for an answer as well.",
        standing="unconfirmed", source=_CLIENT,
    ),
    Claim(
        point="selectors of a connection",
        says="A connection carries a ticker of every market, fifty selectors a request.",
        standing="unconfirmed", source=_SPEC,
    ),
    Claim(
        point="request limit",
        says="1500 requests are allowed in a window of unknown length; 300 a minute are made.",
        standing="unconfirmed", source=_CLIENT,
    ),
    Claim(
        point="margin rules",
        says="Rates of the brackets are fractions, the floors notional in USDT, the first is 0.",
        standing="documented", source=_SPEC,
    ),
    Claim(
        point="market hours",
        says="session CLOSE says that a market is outside its hours; it is then paused.",
        standing="unconfirmed", source=_CLIENT,
    ),
    Claim(
        point="short dialect",
        says="The keys of the short dialect that are not documented are not read.",
        standing="documented", source=_SPEC,
    ),
    Claim(
        point="fees",
        says="Tier 1 pays 4.5 bps as taker and receives 0.01 bps as maker.",
        standing="unconfirmed", source="tribulnation-grvt 0.1.1",
    ),
)  # fmt: skip
"""What stands unconfirmed is read so that a figure is missing rather than wrong. Open interest is
the exception: it is stated as the venue says it, because a half of it would be a guess as well."""
