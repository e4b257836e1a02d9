"""One venue's traffic before all its judges."""

import json
from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from cockpit.venues.claims import Claim, Proof, Standing, claims
from cockpit.venues.contract import Frame, Input, Reply, VenueSpec
from cockpit.venues.known_fields import known_fields
from cockpit.verify.books import SequenceHolds, SizesAreAbsolute
from cockpit.verify.drift import WireIsKnown
from cockpit.verify.evidence import Evidence, Finding, Judge, Verdict, not_seen
from cockpit.verify.interest import InterestIsOneSided
from cockpit.verify.rates import LiveBecomesSettled, RateIsFraction, StampOnInterval
from cockpit.verify.stamps import StampsAreCurrent
from cockpit.wire.pump import Outcome, Pump
from cockpit.wire.replay import MakeSession
from cockpit.wire.tape import Tape


class Background(msgspec.Struct, frozen=True, kw_only=True):
    """What judges must be told: the fields of the venue's wire that are known, the two fields that
    count open interest of both sides and of one, and how far this machine's clock is ahead."""

    known_fields: frozenset[str] = frozenset()
    both_and_single: tuple[str, str] | None = None
    clock_offset_ns: int = 0


JUDGES: dict[Proof, Callable[[Background], Judge]] = {
    "rate_is_fraction": lambda _: RateIsFraction(),
    "interest_is_one_sided": lambda told: InterestIsOneSided(told.both_and_single),
    "stamp_on_interval": lambda _: StampOnInterval(),
    "live_becomes_settled": lambda _: LiveBecomesSettled(),
    "sequence_holds": lambda _: SequenceHolds(),
    "sizes_are_absolute": lambda _: SizesAreAbsolute(),
    "stamps_are_current": lambda told: StampsAreCurrent(told.clock_offset_ns),
    "wire_is_known": lambda told: WireIsKnown(told.known_fields),
}


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the answer: one claim of a venue, and what was seen of it."""

    venue: str
    point: str
    says: str
    standing: Standing
    proof: Proof | None
    verdict: Verdict
    why: str


class Examination:
    """Feeds what came in, and what was made of it, to the judges of a venue's claims."""

    def __init__(self, venue: str, claims: Iterable[Claim], background: Background) -> None:
        self._venue = venue
        self._claims = tuple(claims)
        proofs = dict.fromkeys(claim.proof for claim in self._claims)
        self._judges = {proof: JUDGES[proof](background) for proof in proofs if proof is not None}

    @classmethod
    def of(cls, venue: str, clock_offset_ns: int = 0) -> "Examination":
        """Of all that a registered venue states. KeyError if unknown."""
        stated = claims(venue)
        related = (claim.both_and_single for claim in stated)
        background = Background(
            known_fields=known_fields(venue),
            both_and_single=next((fields for fields in related if fields), None),
            clock_offset_ns=clock_offset_ns,
        )
        return cls(venue, stated, background)

    def hear(self, item: Input, outcomes: list[Outcome]) -> None:
        evidence = Evidence(item=item, outcomes=outcomes, message=_message(item))
        for judge in self._judges.values():
            judge.hear(evidence)

    def rows(self) -> list[Row]:
        """Every claim that live traffic can tell, then the unconfirmed ones that it cannot."""
        findings = {proof: judge.finding() for proof, judge in self._judges.items()}
        told = [claim for claim in self._claims if claim.proof is not None]
        untold = [
            claim
            for claim in self._claims
            if claim.proof is None and claim.standing == "unconfirmed"
        ]
        return [_row(self._venue, claim, findings) for claim in (*told, *untold)]


def examine(
    tape: Tape, spec: VenueSpec, make_session: MakeSession, examination: Examination
) -> int:
    """A recording through a fresh session; returns how many messages the venue said."""
    return hear_all(tape, Pump(spec, make_session, tape.header.wants), examination)


def hear_all(inputs: Iterable[Input], pump: Pump, examination: Examination) -> int:
    """All of it before the judges; returns how many messages the venue said."""
    said = 0
    for item in inputs:
        said += isinstance(item, Frame) or (isinstance(item, Reply) and item.status == 200)
        examination.hear(item, pump.feed(item))
    return said


def _row(venue: str, claim: Claim, findings: dict[Proof, Finding]) -> Row:
    if claim.proof is None:
        finding = not_seen(f"public traffic cannot tell; the source is {claim.source}")
    else:
        finding = findings[claim.proof]
    return Row(
        venue=venue, point=claim.point, says=claim.says, standing=claim.standing,
        proof=claim.proof, verdict=finding.verdict, why=finding.why,
    )  # fmt: skip


def _message(item: Input) -> Any:
    """The JSON of what was said; None for what is none, and for what nobody said."""
    if isinstance(item, Frame):
        data: str | bytes = item.data
    elif isinstance(item, Reply):
        data = item.body
    else:
        return None
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
