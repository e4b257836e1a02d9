"""`python -m tests.shapes`: the shapes of recorded messages, kept in tests/captures/shapes.

A shape is what a message is made of: keys and kinds of values, no values. Faces are held to them
wherever the tests run, with the recordings beside the project or without. One file a venue:
recording -> kind of message -> shape.

    {"price": "number"}          a member; `"number?"` where some messages leave it out
    ["list", shape]              a list, and the one shape that all its members share
    {"*": shape}                 a map whose keys are data: symbols, addresses, ids
    "number text | null"         what stood there in one message or another
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.support import CAPTURES

SHAPES = Path(__file__).parent / "captures" / "shapes"
Shape = Any

KIND_KEYS = ("channel", "type", "topic", "method", "event", "op", "e", "stream", "name", "request")
"""Members that say what a message is."""

MANY_KEYS = 12
DATA_KEY = re.compile(r"0x[0-9a-fA-F]+|\d+|[A-Z0-9]+(?:[-_:/.@][A-Za-z0-9]+)*")
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][-+]?\d+)?")
TIME = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*")


def shape(value: Any) -> Shape:
    """What a JSON value is made of."""
    if isinstance(value, dict):
        members = {key: shape(member) for key, member in value.items()}
        if is_map(members):
            return {"*": merged(list(members.values()))}
        return members
    if isinstance(value, list):
        return ["list", merged([shape(member) for member in value])] if value else ["list", None]
    if isinstance(value, bool):
        return "bool"
    if value is None:
        return "null"
    if isinstance(value, int | float):
        return "number"
    return text_kind(value)


def text_kind(text: str) -> str:
    if NUMBER.fullmatch(text):
        return "number text"
    if TIME.fullmatch(text):
        return "time text"
    return "empty text" if not text else "text"


def is_map(members: dict[str, Shape]) -> bool:
    """Whether the keys are data: all look like symbols or ids, or there are very many alike."""
    if not members or not all(isinstance(member, dict | list) for member in members.values()):
        return False
    alike = len({json.dumps(member, sort_keys=True) for member in members.values()}) == 1
    return all(DATA_KEY.fullmatch(key) for key in members) or (len(members) > MANY_KEYS and alike)


def merged(shapes: list[Shape]) -> Shape:
    """One shape that all of these have."""
    kinds = [one for one in shapes if one is not None]
    if not kinds:
        return None
    if all(isinstance(one, dict) for one in kinds):
        return merged_objects(kinds)
    if all(isinstance(one, list) for one in kinds):
        return ["list", merged([one[1] for one in kinds])]
    named = {part for one in kinds if isinstance(one, str) for part in one.split(" | ")}
    structured = [one for one in kinds if not isinstance(one, str)]
    if not structured:
        return " | ".join(sorted(named))
    first = merged([one for one in structured if type(one) is type(structured[0])])
    return first if named <= {"null"} else {"either": [first, " | ".join(sorted(named))]}


def merged_objects(objects: list[dict[str, Shape]]) -> dict[str, Shape]:
    keys = dict.fromkeys(key.removesuffix("?") for one in objects for key in one)
    result: dict[str, Shape] = {}
    for key in keys:
        found = [one.get(key, one.get(f"{key}?")) for one in objects]
        always = all(key in one for one in objects)
        result[key if always else f"{key}?"] = merged([one for one in found if one is not None])
    return result


def kind_of(message: Any) -> str:
    """What a message says it is, without the market it is about."""
    if not isinstance(message, dict):
        return "list" if isinstance(message, list) else "value"
    words = [str(message[key]) for key in KIND_KEYS if isinstance(message.get(key), str)]
    return " ".join(re.sub(r"\b[A-Z0-9_]*[A-Z]{2,}[A-Z0-9_-]*\b|\d+", "*", word) for word in words)


def messages(path: Path) -> Iterator[Any]:
    """The JSON documents of a recording."""
    text = path.read_text()
    if path.suffix == ".json":
        yield json.loads(text)
        return
    for line in text.splitlines():
        if line.strip():
            yield json.loads(line)


def venue_shapes(folder: Path) -> dict[str, dict[str, Shape]]:
    """Recording -> kind -> shape, of every JSON recording in a venue's folder."""
    found: dict[str, dict[str, Shape]] = {}
    for path in sorted(folder.rglob("*.json*")):
        kinds: dict[str, list[Shape]] = {}
        for message in messages(path):
            kinds.setdefault(kind_of(message), []).append(shape(message))
        name = path.relative_to(folder).as_posix()
        found[name] = {kind: merged(shapes) for kind, shapes in sorted(kinds.items())}
    return found


def recorded_shape(venue: str, recording: str, kind: str | None = None) -> Shape:
    """A committed shape; without `kind`, the only one of its recording. KeyError if unknown."""
    kinds = json.loads((SHAPES / f"{venue}.json").read_text())[recording]
    return kinds[kind] if kind is not None else next(iter(kinds.values()))


def differences(recorded: Shape, shown: Shape, path: str = "$") -> list[str]:
    """Where what is shown departs from what was recorded: keys lost, keys new, other kinds.

    A null, an empty list or an empty text goes with anything: it says nothing of the shape.
    """
    if isinstance(recorded, dict) and isinstance(shown, dict):
        return object_differences(recorded, shown, path)
    if isinstance(recorded, list) and isinstance(shown, list):
        if recorded[1] is None or shown[1] is None:
            return []
        return differences(recorded[1], shown[1], f"{path}[]")
    if isinstance(recorded, str) and isinstance(shown, str):
        known, seen = set(recorded.split(" | ")), set(shown.split(" | "))
        silent = {"null", "empty text"}
        return [] if not (seen - known - silent) or known <= silent else [f"{path}: {shown}"]
    return [] if "null" in (recorded, shown) or None in (recorded, shown) else [f"{path}: kind"]


def object_differences(recorded: dict[str, Shape], shown: dict[str, Shape], path: str) -> list[str]:
    if "*" in recorded or "*" in shown:
        theirs, ours = merged(list(recorded.values())), merged(list(shown.values()))
        return differences(theirs, ours, f"{path}.*")
    required = {key for key in recorded if not key.endswith("?")}
    known = {key.removesuffix("?"): member for key, member in recorded.items()}
    seen = {key.removesuffix("?"): member for key, member in shown.items()}
    found = [f"{path}.{key} is missing" for key in sorted(required - seen.keys())]
    found += [f"{path}.{key} is new" for key in sorted(seen.keys() - known.keys())]
    for key in known.keys() & seen.keys():
        found += differences(known[key], seen[key], f"{path}.{key}")
    return found


def main() -> int:
    if not CAPTURES.is_dir():
        print(f"no recordings at {CAPTURES}; expected them beside the project")
        return 1
    SHAPES.mkdir(parents=True, exist_ok=True)
    for folder in sorted(path for path in CAPTURES.iterdir() if path.is_dir()):
        text = json.dumps(venue_shapes(folder), indent=1, sort_keys=True)
        (SHAPES / f"{folder.name}.json").write_text(text + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
