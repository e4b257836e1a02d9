"""The claims of every venue against its face, and against a face that is wrong on purpose."""

import json
import re
from typing import Any, get_args

import msgspec
import pytest

from cockpit import venues
from cockpit.venues.claims import Proof, claims
from cockpit.venues.contract import Frame, Input, Reply
from cockpit.verify.examination import JUDGES, Examination, hear_all
from cockpit.wire.pump import Pump
from tests.pair import Pair

SYMBOLS = ("BTC", "ETH", "SOL")
ALWAYS: set[Proof] = {"rate_is_fraction", "interest_is_one_sided", "sequence_holds",
                      "sizes_are_absolute", "stamps_are_current", "wire_is_known"}  # fmt: skip
AT_STAMPS: set[Proof] = {"stamp_on_interval", "live_becomes_settled"}


def inputs_of(name: str) -> list[Input]:
    """Half a minute of a calm world."""
    pair = Pair(name, SYMBOLS, "calm", seed=4)
    pair.run(30)
    return pair.inputs


@pytest.fixture(scope="module")
def traffic() -> dict[str, list[Input]]:
    return {name: inputs_of(name) for name in venues.REGISTRY}


def verdicts(name: str, inputs: list[Input]) -> dict[Proof | None, tuple[str, str]]:
    """Proof -> verdict and why, of a fresh session."""
    module = venues.load(name)
    wants = Pair(name, SYMBOLS, "calm", seed=4).pump.wants
    examination = Examination.of(name)
    assert hear_all(inputs, Pump(module.SPEC, module.Session, wants), examination) > 100
    return {row.proof: (row.verdict, row.why) for row in examination.rows()}


def changed(inputs: list[Input], pattern: str, by: str | Any) -> list[Input]:
    """Every message with what matches put otherwise."""
    said: list[Input] = []
    count = 0
    for item in inputs:
        if isinstance(item, Frame):
            text, found = re.subn(pattern, by, str(item.data))
            said.append(msgspec.structs.replace(item, data=text))
        elif isinstance(item, Reply):
            text, found = re.subn(pattern, by, item.body)
            said.append(msgspec.structs.replace(item, body=text))
        else:
            said.append(item)
            continue
        count += found
    assert count > 0, "nothing was put otherwise"
    return said


def test_every_proof_has_its_judge():
    assert set(JUDGES) == set(get_args(Proof))


@pytest.mark.parametrize("name", sorted(venues.REGISTRY))
def test_every_venue_claims_what_always_can_be_told(name):
    """A venue that pays as it accrues has no stamps."""
    terms = venues.load(name).SPEC.funding_terms
    accrues = terms is not None and terms.is_continuous
    wanted = ALWAYS if accrues else ALWAYS | AT_STAMPS
    assert {claim.proof for claim in claims(name)} >= wanted


@pytest.mark.parametrize("name", sorted(venues.REGISTRY))
def test_a_face_contradicts_no_claim_of_its_venue(traffic, name):
    found = verdicts(name, traffic[name])
    assert {proof: told for proof, told in found.items() if told[0] == "contradicted"} == {}
    seen = {proof for proof, (verdict, _) in found.items() if verdict == "confirmed"}
    assert seen >= {"rate_is_fraction", "sequence_holds", "stamps_are_current", "wire_is_known"}


def per_cent(match: re.Match[str]) -> str:
    return f"{match[1]}{float(match[2]) * 100:.10f}"


def twice(match: re.Match[str]) -> str:
    return f"{match[1]}{int(match[2]) * 2}"


def an_hour_late(match: re.Match[str]) -> str:
    return f"{match[1]}{int(match[2]) - 3_600_000}"


def ten_minutes_on(match: re.Match[str]) -> str:
    return f"{match[1]}{int(match[2]) + 600_000}"


WRONG = [
    ("bybit", "rate_is_fraction", r'("fundingRate":\s*")(-?[\d.]+)', per_cent),
    ("bybit", "stamp_on_interval", r'("nextFundingTime":\s*")(\d+)', ten_minutes_on),
    ("bybit", "interest_is_one_sided", r'"singleOpenInterest":"[\d.]+"', None),
    ("bybit", "sequence_holds", r'("u":\s*)(\d+)', twice),
    ("bybit", "stamps_are_current", r'("(?:ts|cts|T)":\s*)(\d+)', an_hour_late),
    ("bybit", "wire_is_known", '"markPrice"', '"mark_px"'),
    ("orderly", "rate_is_fraction", r'("(?:est_funding_rate|fundingRate)":\s*)(-?[\d.e-]+)',
     per_cent),
    ("orderly", "stamp_on_interval", r'("(?:fundingTs|next_funding_time)":\s*)(\d+)',
     ten_minutes_on),
    ("orderly", "sequence_holds", r'("prevTs":\s*)(\d+)', an_hour_late),
    ("orderly", "wire_is_known", '"openInterest"', '"openInterestBase"'),
    ("hyperliquid", "rate_is_fraction", r'("funding":\s*")(-?[\d.e-]+)', per_cent),
    ("dydx", "rate_is_fraction", r'("nextFundingRate":\s*")(-?[\d.e-]+)', per_cent),
    ("extended", "rate_is_fraction", r'("fundingRate":\s*")(-?[\d.e-]+)', per_cent),
    ("dydx", "sequence_holds", r'("message_id":\s*)(\d+)', twice),
    ("extended", "sequence_holds", r'("seq":\s*)(\d+)', twice),
    ("lighter", "sequence_holds", r'("begin_nonce":\s*)(\d+)', twice),
    ("nado", "sequence_holds", r'("last_max_timestamp":\s*")(\d+)', twice),
    ("paradex", "sequence_holds", r'("seq_no":\s*)(\d+)', twice),
]  # fmt: skip


@pytest.mark.parametrize(("name", "proof", "pattern", "by"), WRONG)
def test_a_face_that_is_wrong_on_purpose_is_contradicted_by_name(traffic, name, proof, pattern, by):
    inputs = traffic[name]
    wrong = single_is_both(inputs) if by is None else changed(inputs, pattern, by)
    verdict, why = verdicts(name, wrong)[proof]
    assert verdict == "contradicted", why
    assert why


def single_is_both(inputs: list[Input]) -> list[Input]:
    """A wire whose count of one side is that of both."""

    def put(value: Any) -> Any:
        if isinstance(value, list):
            return [put(member) for member in value]
        if isinstance(value, dict):
            members = {key: put(member) for key, member in value.items()}
            if "singleOpenInterest" in members and "openInterest" in members:
                members["singleOpenInterest"] = members["openInterest"]
            return members
        return value

    return [
        msgspec.structs.replace(item, data=json.dumps(put(json.loads(item.data))))
        if isinstance(item, Frame)
        else item
        for item in inputs
        if not isinstance(item, Reply) or item.name != "tickers"
    ]


def test_the_other_claims_stand_beside_the_one_that_is_contradicted(traffic):
    """A renamed field takes no figure of another kind with it."""
    found = verdicts("bybit", changed(traffic["bybit"], '"markPrice"', '"mark_px"'))
    wrong = {proof for proof, (verdict, _) in found.items() if verdict == "contradicted"}
    assert wrong == {"wire_is_known"}


@pytest.fixture(scope="module")
def past_the_hour() -> list[Input]:
    """A venue that shows its live rate per day and settles per hour, until a minute after 09:00."""
    pair = Pair("nado", ("BTC",), "calm", seed=4)
    pair.run(460)
    return pair.inputs


def per_day(match: re.Match[str]) -> str:
    return f"{match[1]}{int(match[2]) * 24}"


def test_what_was_live_before_the_hour_is_what_the_venue_settled(past_the_hour):
    verdict, why = verdicts("nado", past_the_hour)["live_becomes_settled"]
    assert verdict == "confirmed", why


def test_a_history_that_is_of_the_day_and_not_of_the_hour_is_contradicted(past_the_hour):
    rates = r'("timestamp":"\d+","funding_rate_x18":")(-?\d+)'
    verdict, why = verdicts("nado", changed(past_the_hour, rates, per_day))["live_becomes_settled"]
    assert verdict == "contradicted", why
