"""Talking to a face by hand, and comparing its JSON with a recording's, key by key."""

import json
from collections.abc import Iterable
from typing import Any

from cockpit.sim.world.contract import Face, FaceModule, HttpReply, Outgoing, Step
from tests.sim.fake_world import FakeWorld

Shape = Any
"""dict: key -> shape; list: the one shape of all elements; set: names of JSON types."""


def decoded(frames: Iterable[Outgoing]) -> list[Any]:
    """The JSON of what a face sent; a test that meets anything else fails."""
    return [json.loads(frame) for frame in frames if isinstance(frame, str)]


class Client:
    """One connection to a face."""

    def __init__(self, module: FaceModule, world: FakeWorld) -> None:
        path = next(iter(module.WS_PATHS.values()))
        self.face: Face = module.Face(world, path)
        assert self.face.on_open() == []

    def send(self, message: Any) -> list[Any]:
        """What the face answers at once; text goes out as it stands."""
        text = message if isinstance(message, str) else json.dumps(message)
        return decoded(self.face.on_frame(text))

    def step(self, step: Step) -> list[Any]:
        return decoded(self.face.on_step(step))


def get(module: FaceModule, world: FakeWorld, target: str, agent: str = "test") -> HttpReply:
    return module.on_http(world, "GET", target, {"User-Agent": agent}, b"")


def shape(value: Any) -> Shape:
    """The skeleton of a JSON value: its keys and types, without its figures."""
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        merged: Shape = None
        for inner in value:
            merged = shape(inner) if merged is None else _merged(merged, shape(inner))
        return [merged]
    return {type(value).__name__}


def _merged(left: Shape, right: Shape) -> Shape:
    if isinstance(left, dict) and isinstance(right, dict):
        both = {key: _merged(left[key], right[key]) for key in left.keys() & right.keys()}
        return {**left, **right, **both}
    if isinstance(left, list) and isinstance(right, list):
        parts = [part for part in (left[0], right[0]) if part is not None]
        return [_merged(*parts) if len(parts) == 2 else (parts or [None])[0]]
    if isinstance(left, set) and isinstance(right, set):
        return left | right
    return left if isinstance(right, set) and right == {"NoneType"} else right


def differences(
    recorded: Shape, shown: Shape, since: frozenset[str] = frozenset(), path: str = "$"
) -> list[str]:
    """Where a skeleton departs from the recorded one.

    `since` names keys that the venue added after the recording. A null goes with any type.
    """
    if isinstance(recorded, dict) and isinstance(shown, dict):
        lost = [f"{path}.{key} is missing" for key in recorded.keys() - shown.keys()]
        new = [f"{path}.{key} is new" for key in shown.keys() - recorded.keys() - since]
        deeper = [
            text
            for key in recorded.keys() & shown.keys()
            for text in differences(recorded[key], shown[key], since, f"{path}.{key}")
        ]
        return lost + new + deeper
    if isinstance(recorded, list) and isinstance(shown, list):
        if recorded[0] is None or shown[0] is None:
            return []
        return differences(recorded[0], shown[0], since, f"{path}[]")
    if isinstance(recorded, set) and isinstance(shown, set):
        known = recorded | {"NoneType"}
        return [] if shown <= known or recorded == {"NoneType"} else [f"{path} is {shown}"]
    nothing = {"NoneType"}
    return [] if nothing in (recorded, shown) else [f"{path}: {recorded} became {shown}"]
