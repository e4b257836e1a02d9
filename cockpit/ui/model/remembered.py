"""What the program remembers by itself, in `state.toml`. The trader's own config is never written.

Every field falls back alone: a file that a crash, an older version or a hand has damaged costs
what is damaged and nothing else.
"""

import tomllib
from pathlib import Path
from typing import Any

import msgspec
import tomli_w

from cockpit.core.toml import parse_toml
from cockpit.storage.atomic import write_atomically

FILE = "state.toml"
HISTORY = 50


class Remembered(msgspec.Struct, kw_only=True):
    """How the screen was left. Empty means: nothing to say, the settings decide."""

    theme: str = ""
    layout: str = ""
    unit: str = ""
    cell: str = ""
    symbol: str = ""
    workspace: str = ""
    pinned: list[str] = []
    size_usd: float = 0.0
    commands: list[str] = []
    notes: dict[str, str] = {}


def load(path: Path) -> tuple[Remembered, str]:
    """What was kept, and one sentence if something could not be read; never an exception."""
    try:
        data = parse_toml(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Remembered(), ""
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return Remembered(), f"{path}: cannot be read, so nothing is remembered: {error}"
    kept: dict[str, Any] = {}
    lost = []
    for field in msgspec.structs.fields(Remembered):
        if field.name not in data:
            continue
        try:
            kept[field.name] = msgspec.convert(data[field.name], field.type)
        except msgspec.ValidationError:
            lost.append(field.name)
    problem = f"{path}: {', '.join(lost)} cannot be read and begin anew" if lost else ""
    return Remembered(**kept), problem


def save(path: Path, state: Remembered) -> str:
    """Replace the file in one step, readable by its owner alone; why not, in words, or nothing."""
    state.commands = state.commands[-HISTORY:]
    try:
        write_atomically(path, tomli_w.dumps(msgspec.to_builtins(state)).encode())
    except OSError as error:
        return f"{path}: cannot be written: {error.strerror}"
    return ""
