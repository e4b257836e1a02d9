"""What a JSON document is made of, without its values: the shape by which faces are compared."""

import json
from typing import Any

from tests.support import capture_text


def skeleton(value: Any) -> Any:
    """Keys and JSON types; a list is the set of its members' skeletons, a number is a number."""
    if isinstance(value, dict):
        return {key: skeleton(member) for key, member in value.items()}
    if isinstance(value, list):
        return ["list", *sorted({json.dumps(skeleton(m), sort_keys=True) for m in value})]
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else type(value).__name__


def missing(value: Any, recorded: Any, path: str = "") -> list[str]:
    """Where `value` lacks something that the recording has, or has it in another type."""
    if isinstance(recorded, dict) and isinstance(value, dict):
        gaps = [f"{path}.{key}" for key in recorded if key not in value]
        for key in recorded.keys() & value.keys():
            gaps += missing(value[key], recorded[key], f"{path}.{key}")
        return gaps
    if isinstance(recorded, list) and isinstance(value, list):
        if not (recorded and value):
            return []
        return missing(value[0], recorded[0], f"{path}[]")
    return [] if skeleton(value) == skeleton(recorded) else [path]


def recorded(name: str) -> Any:
    """A recording that is one JSON document."""
    return json.loads(capture_text(name))
