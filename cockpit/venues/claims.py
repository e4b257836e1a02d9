"""What is claimed of a venue's wire, by what evidence, and which check of live traffic settles it.

A venue states its claims as data in `venues/<name>/claims.toml`. Those that stand unconfirmed are
listed by `cockpit check` and in the README; `cockpit verify` holds all of them that have a proof
against the live wire.

A row has `standing`, `source`, and either a `point` of its own with what it `says`, or a `proof`
alone: then it is a point that every venue has, and `says` stands where it is otherwise here, or is
worth its names.
"""

from collections.abc import Mapping
from typing import Literal

import msgspec
from msgspec.structs import replace

from cockpit.core.errors import ConfigError
from cockpit.venues import REGISTRY
from cockpit.venues.kit.facts import documented

Standing = Literal["documented", "recorded", "source", "unconfirmed"]
"""The best evidence: the venue's pages, recorded traffic, published source; or none of them, and
then the adapter takes the reading that leaves a figure missing rather than wrong."""

Proof = Literal[
    "rate_is_fraction",
    "interest_is_one_sided",
    "stamp_on_interval",
    "live_becomes_settled",
    "sequence_holds",
    "sizes_are_absolute",
    "stamps_are_current",
    "wire_is_known",
]
"""What can be told from live traffic.

rate_is_fraction: rates are fractions per stated interval, not per cent, not for another interval.
interest_is_one_sided: open interest moves by no more than what was traded.
stamp_on_interval: the next payment's time lies on a multiple of the interval, in the future.
live_becomes_settled: what was live at a stamp is what was settled there.
sequence_holds: consecutive book messages link as the sequence rule says.
sizes_are_absolute: levels' sizes replace, they do not add.
stamps_are_current: times are in the unit that is read, near this machine's clock.
wire_is_known: every kind of message and every field has been seen before.
"""


class Claim(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One point of a venue's wire. `says` is a sentence, `source` a page, a recording or a file.

    `both_and_single` are the two fields of one message that count open interest of both sides and
    of one, where the wire has both.
    """

    point: str = ""
    says: str = ""
    standing: Standing
    source: str
    proof: Proof | None = None
    both_and_single: tuple[str, str] | None = None


class _Stated(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    claim: tuple[Claim, ...]


_GENERAL: Mapping[Proof, tuple[str, str]] = {
    "rate_is_fraction": (
        "live rate",
        "Rates are fractions per interval of their market, positive when longs pay.",
    ),
    "live_becomes_settled": ("settled rate", "What is live at a stamp is what is settled there."),
    "stamp_on_interval": (
        "next payment",
        "The next payment's time lies on a multiple of the market's interval.",
    ),
    "interest_is_one_sided": (
        "open interest",
        "Open interest is in base units and counts one side.",
    ),
    "sequence_holds": ("book sequence", "Each message of a book names the one that it follows."),
    "sizes_are_absolute": ("book sizes", "Sizes replace; 0 removes the level."),
    "stamps_are_current": ("stamps", "All times are milliseconds since the epoch."),
    "wire_is_known": ("messages", "Every kind of message and every field of it is known."),
}
"""What is claimed at every venue that has it: the point, and the plain case in words."""


def claims(venue: str) -> tuple[Claim, ...]:
    """The claims of a registered venue; none where it states none.

    Raises KeyError if unknown, ConfigError for a row that is no claim.
    """
    try:
        stated = documented(REGISTRY[venue], "claims.toml", _Stated)
    except FileNotFoundError:
        return ()
    return tuple(map(_whole, stated.claim))


def _whole(row: Claim) -> Claim:
    """The claim with its point, and in words."""
    if row.point and row.says:
        return row
    if row.point or row.proof is None:
        raise ConfigError(f"claims.toml: {row.point or row.says or row.source}: what does it say?")
    point, plain = _GENERAL[row.proof]
    return replace(row, point=point, says=row.says or plain)
