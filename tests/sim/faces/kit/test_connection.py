"""A connection says what its venue's words and channels say, in order, until it is closed."""

import json
from typing import Any

from cockpit.sim.faces.kit.connection import Connection, KeepAlive, Messages, decode
from cockpit.sim.world.contract import CloseConnection, Outgoing, Step, VenueWorld
from tests.sim.fake_world import FakeWorld
from tests.sim.tinyface import PROFILE

NS = 1_000_000_000


class Counted:
    """A channel that says how many steps there were."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._steps = 0

    def first(self) -> Messages:
        return [{self._name: 0}]

    def after(self, step: Step) -> Messages:
        self._steps += 1
        return [{self._name: self._steps}]


class Talker(Connection):
    """Subscribes to whatever it is told, greets, and answers nonsense with the text "what?"."""

    def greet(self) -> Messages:
        return ["hello", b"\x00\x01"]

    def answer(self, request: Any) -> Messages:
        if request == "end":
            return ["bye", CloseConnection(1000, "asked for")]
        self.channels[request] = Counted(request)
        return self.channels[request].first()

    def unreadable(self, data: str | bytes) -> Messages:
        return ["what?"]


class Quiet(Talker):
    """Never says anything by itself."""

    def hear(self, data: str | bytes) -> Messages:
        return ()

    def push(self, step: Step) -> Messages:
        return ()


def talker(kind: type[Talker] = Talker, keep_alive: KeepAlive | None = None) -> Talker:
    face = kind(world(), "/ws/BTC?token=1&depth=5", keep_alive)
    face.on_open()
    return face


def world() -> VenueWorld:
    return FakeWorld(PROFILE)


def after(face: Connection, seconds: float) -> list[Any]:
    return face.on_step(Step(at_ns=face.world.now_ns() + round(seconds * NS)))


def test_text_and_bytes_go_out_as_they_are_and_the_rest_as_json() -> None:
    face = Talker(world(), "/ws")
    assert face.on_open() == ["hello", b"\x00\x01"]
    assert face.on_frame('"BTC"') == ['{"BTC":0}']


def test_the_path_is_read_into_path_and_query() -> None:
    face = talker()
    assert (face.path, face.query) == ("/ws/BTC", {"token": "1", "depth": "5"})


def test_channels_speak_after_a_step_in_the_order_of_subscribing() -> None:
    face = talker()
    face.on_frame('"ETH"')
    face.on_frame(b'"BTC"')
    assert [json.loads(frame) for frame in after(face, 0.1)] == [{"ETH": 1}, {"BTC": 1}]


def test_what_is_not_json_is_the_venues_to_answer() -> None:
    assert talker().on_frame("ping") == ["what?"]
    assert talker().on_frame(b"\xff\xfe") == ["what?"]


def test_nothing_is_said_after_the_close() -> None:
    face = talker()
    assert face.on_frame('"end"') == ["bye", CloseConnection(1000, "asked for")]
    assert face.on_frame('"BTC"') == []
    assert after(face, 1.0) == []


def test_a_connection_on_which_both_sides_are_silent_is_closed() -> None:
    face = talker(Quiet, KeepAlive(60))
    assert after(face, 59.9) == []
    assert after(face, 60.0) == [CloseConnection(1000, "idle")]


def test_a_client_that_speaks_is_kept_where_its_words_count_and_not_where_they_do_not() -> None:
    kept = talker(Quiet, KeepAlive(60, counts=frozenset({"client"})))
    cut = talker(Quiet, KeepAlive(60, counts=frozenset({"venue"})))
    for face in (kept, cut):
        after(face, 50.0)
        face.on_frame("anything")
    assert after(kept, 70.0) == []
    assert after(cut, 70.0) == [CloseConnection(1000, "idle")]


def test_a_server_that_pings_does_so_once_a_period() -> None:
    face = talker(Quiet, KeepAlive(ping_every_s=15, ping=lambda: {"type": "ping"}))
    said = [after(face, seconds) for seconds in (10, 15, 20, 30)]
    assert said == [[], ['{"type":"ping"}'], [], ['{"type":"ping"}']]


def test_a_jump_of_world_time_is_nobodys_silence() -> None:
    face = talker(Quiet, KeepAlive(120, longest_step_s=5))
    assert after(face, 3600.0) == []


class Binary(Talker):
    """Speaks a channel's words as bytes."""

    def frame(self, message: Any) -> Outgoing:
        is_mine = isinstance(message, dict) and "BTC" in message
        return bytes(message.values()) if is_mine else super().frame(message)


def test_a_venue_with_another_encoding_frames_what_its_channels_say() -> None:
    face = talker(Binary)
    assert face.on_frame('"BTC"') == [b"\x00"]
    assert face.on_frame('"ETH"') == ['{"ETH":0}']


def test_json_that_is_too_deep_is_nonsense_like_any_other() -> None:
    assert decode("[" * 20_000, "nonsense") == "nonsense"
    assert decode('{"a":' * 20_000, "nonsense") == "nonsense"
