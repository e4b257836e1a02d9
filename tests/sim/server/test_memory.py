"""A face joined in memory: the same faults and flushes as on a socket, without one."""

import json

from cockpit.core.scenario import Scenario
from cockpit.sim.server.faults import Faults
from cockpit.sim.server.memory import MemoryVenue
from cockpit.sim.world.world import World
from tests.sim import tinyface

START_NS = 1_795_400_000_000_000_000


def venue(faults: Faults | None = None) -> MemoryVenue:
    world = World(1, [tinyface.PROFILE], ["BTC"], Scenario(name="quiet"), START_NS)
    return MemoryVenue(world, tinyface, faults or Faults())


def test_what_arrives_is_handed_over_once() -> None:
    subject = venue()
    client = subject.connect("/ws")
    client.receive('{"ping": 9}')
    subject.step(0.1)
    first = [json.loads(message) for message in client.pending()]
    assert "snapshot" in first[0]
    assert first[1] == {"pong": 9}
    assert first[2]["i"] == 1
    assert client.pending() == []


def test_faults_can_be_switched_on_and_off() -> None:
    subject = venue(Faults(drop=1.0))
    client = subject.connect("/ws")
    subject.step(0.1)
    assert client.pending() == []
    subject.faults = Faults()
    subject.step(0.1)
    assert [json.loads(message)["i"] for message in client.pending()] == [2]


def test_a_flush_gets_through_whatever_the_faults() -> None:
    subject = venue(Faults(drop=1.0))
    client = subject.connect("/ws")
    subject.flush()
    (said,) = client.pending()
    assert json.loads(said)["flush"] is True


def test_a_dropped_line_hears_no_more() -> None:
    subject = venue()
    client = subject.connect("/ws")
    client.pending()
    subject.drop(client)
    subject.step(0.1)
    assert client.pending() == []
    assert client.closed is not None


def test_http_faults_apply_too() -> None:
    subject = venue()
    answer = subject.http("POST", "/echo", b"x")
    assert answer is not None
    assert answer.status == 200
    subject.faults = Faults(http_429=1.0)
    refused = subject.http("GET", "/echo")
    assert refused is not None
    assert refused.status == 429
    subject.faults = Faults(http_hang=1.0)
    assert subject.http("GET", "/echo") is None
