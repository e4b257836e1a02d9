"""Which settings hold, in words: the file that was read, or why none was."""

from collections.abc import Mapping
from pathlib import Path

from cockpit.desk.stats import Mode


def settings_words(origins: Mapping[str, str], file: Path, mode: Mode) -> str:
    """`origins` are a config's: setting -> where its value came from. `file` is where the trader's
    own would be."""
    read = sorted({origin for origin in origins.values() if origin.endswith(".toml")})
    if read:
        return ", ".join(read)
    if mode == "DEMO":
        return "defaults: the demo reads no config but one that is asked for"
    return f"defaults: {file} says nothing" if file.exists() else f"defaults: no {file}"
