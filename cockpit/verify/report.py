"""The answer of `cockpit verify` as one document."""

import msgspec

from cockpit.verify.examination import Row


class VenueWatched(msgspec.Struct, frozen=True, kw_only=True):
    """How much one venue said, the tape of it, and what kept it from saying more, in words."""

    venue: str
    messages: int
    tape: str | None
    problem: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All venues that were watched until `at_ns`, and every claim of theirs."""

    at_ns: int
    venues: list[VenueWatched]
    claims: list[Row]
