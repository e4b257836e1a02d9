"""Faults: what each does to messages, and that a damaged message is never believed."""

import json
import random
from pathlib import Path

import pytest

from cockpit.core.errors import ConfigError
from cockpit.sim.server.faults import NO_FAULTS, FaultLine, Faults, corrupt, parse_plan, read_plan
from cockpit.sim.world.contract import CloseConnection

VENUES = ("dydx", "lighter")
MESSAGE = '{"channel":"book","data":{"bids":[["64123.5","0.25"]],"asks":[],"note":"a \\"b\\""}}'


def line(seed: int = 1) -> FaultLine:
    return FaultLine(random.Random(seed))


def messages(count: int) -> list[str]:
    return [json.dumps({"n": number}) for number in range(count)]


def test_without_faults_everything_arrives_as_it_was_said() -> None:
    assert line().apply(NO_FAULTS, messages(50)) == messages(50)


def test_dropped_messages_are_missing_at_about_the_rate() -> None:
    arrived = line().apply(Faults(drop=0.3), messages(2000))
    assert len(arrived) == pytest.approx(1400, abs=80)
    assert set(arrived) < set(messages(2000))


def test_a_duplicate_follows_its_original() -> None:
    assert line().apply(Faults(duplicate=1.0), ["a", "b"]) == ["a", "a", "b", "b"]


def test_reordering_swaps_neighbours_and_loses_nothing() -> None:
    arrived = line().apply(Faults(reorder=0.5), messages(400))
    places = [json.loads(text)["n"] for text in arrived if isinstance(text, str)]
    assert places != sorted(places)
    assert max(abs(place - number) for number, place in enumerate(places)) == 1
    assert len(places) >= 399


def test_a_message_held_for_a_swap_survives_to_the_next_batch() -> None:
    subject = line()
    assert subject.apply(Faults(reorder=1.0), ["a"]) == []
    assert subject.apply(Faults(reorder=1.0), ["b"]) == ["b", "a"]


def test_a_message_held_for_a_swap_is_not_lost_when_nothing_follows() -> None:
    subject = line()
    subject.apply(Faults(reorder=1.0), ["a"])
    assert subject.release() == ["a"]
    assert subject.release() == []


def test_a_close_is_never_lost_and_comes_last() -> None:
    close = CloseConnection(1000, "bye")
    assert line().apply(Faults(reorder=1.0), ["a", close]) == ["a", close]
    assert line().apply(Faults(drop=1.0), ["a", close]) == [close]


@pytest.mark.parametrize("seed", range(300))
def test_a_corrupted_message_is_never_json(seed: int) -> None:
    damaged = corrupt(MESSAGE, random.Random(seed))
    with pytest.raises(json.JSONDecodeError):
        json.loads(damaged)


@pytest.mark.parametrize("seed", range(100))
def test_a_truncated_message_is_never_json(seed: int) -> None:
    (cut,) = line(seed).apply(Faults(truncate=1.0), [MESSAGE])
    assert isinstance(cut, str)
    assert MESSAGE.startswith(cut)
    with pytest.raises(json.JSONDecodeError):
        json.loads(cut)


def test_binary_messages_are_damaged_too() -> None:
    (damaged,) = line().apply(Faults(corrupt=1.0), [MESSAGE.encode()])
    assert isinstance(damaged, bytes)
    with pytest.raises(UnicodeDecodeError):
        damaged.decode()


def test_the_same_seed_damages_the_same_messages() -> None:
    faults = Faults(drop=0.2, corrupt=0.2, truncate=0.2, duplicate=0.2, reorder=0.2)
    assert line(5).apply(faults, messages(100)) == line(5).apply(faults, messages(100))


def test_requests_fail_at_about_their_rates() -> None:
    subject, faults = line(), Faults(http_429=0.3, http_500=0.2, http_hang=0.1)
    outcomes = [subject.http(faults) for _ in range(2000)]
    assert outcomes.count("429") == pytest.approx(600, abs=70)
    assert outcomes.count("500") == pytest.approx(400, abs=60)
    assert outcomes.count("hang") == pytest.approx(200, abs=50)


def test_delays_and_lives_scatter_around_what_is_asked() -> None:
    subject = line()
    faults = Faults(delay_ms=200, disconnect_every_s=60)
    assert all(0.1 <= subject.delay_s(faults) <= 0.3 for _ in range(50))
    lives = [subject.life_s(faults) for _ in range(50)]
    assert all(life is not None and 30 <= life <= 90 for life in lives)
    assert subject.life_s(NO_FAULTS) is None


def test_a_venue_keeps_the_common_faults_that_it_does_not_change() -> None:
    plan = parse_plan({"drop": 0.1, "halt_s": 5, "venue": {"dydx": {"drop": 0}}}, VENUES)
    assert plan.at("lighter") == Faults(drop=0.1, halt_s=5)
    assert plan.at("dydx") == Faults(drop=0, halt_s=5)


def test_a_plan_is_read_from_toml_and_from_json(tmp_path: Path) -> None:
    toml, as_json = tmp_path / "plan.toml", tmp_path / "plan.json"
    toml.write_text("drop = 0.01\n[venue.dydx]\ndelay_ms = 30\n")
    as_json.write_text('{"drop": 0.01, "venue": {"dydx": {"delay_ms": 30}}}')
    for path in (toml, as_json):
        plan = read_plan(path, VENUES)
        assert plan.at("dydx") == Faults(drop=0.01, delay_ms=30)
        assert plan.at("lighter") == Faults(drop=0.01)


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"drp": 0.1}, "'drp' .did you mean 'drop'"),
        ({"drop": 1.5}, "drop is a probability"),
        ({"drop": "often"}, "drop must be a number"),
        ({"drop": True}, "drop must be a number"),
        ({"delay_ms": -1}, "delay_ms must not be negative"),
        ({"venue": {"dydxx": {}}}, "'dydxx' .did you mean 'dydx'"),
        ({"venue": {"dydx": {"lag": 1}}}, "venue.dydx: unknown fault 'lag'"),
        ({"venue": {"dydx": 3}}, "venue.dydx"),
        ({"venue": []}, "venue"),
        ([], "expected a table"),
    ],
)
def test_a_plan_that_cannot_be_used_names_the_key(table: object, words: str) -> None:
    with pytest.raises(ConfigError, match=words):
        parse_plan(table, VENUES)


def test_a_clock_may_be_behind() -> None:
    assert parse_plan({"clock_skew_ms": -400}, VENUES).at("dydx").clock_skew_ms == -400


def test_a_missing_or_torn_plan_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"none\.toml"):
        read_plan(tmp_path / "none.toml", VENUES)
    torn = tmp_path / "torn.json"
    torn.write_text('{"drop": ')
    with pytest.raises(ConfigError, match=r"torn\.json"):
        read_plan(torn, VENUES)
