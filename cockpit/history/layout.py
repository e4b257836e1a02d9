"""Where history lives on the disk.

history/
  hot.sqlite          the last hours, every small table, and the list of the cold files
  writer.lock         held by the process that writes
  recorder.lock       held by recorders, which go before cockpits
  cold/               Parquet: `raw-FROM-TO-GENERATION.parquet`, `minute-…`; hours of the epoch
  quarantine/         what could not be read, with the moment at which it was set aside
"""

import re
from pathlib import Path
from typing import Literal

import msgspec

from cockpit.core.units import HOUR_NS
from cockpit.storage import paths

Tier = Literal["raw", "minute"]

DAY_NS = 24 * HOUR_NS
_NAME = re.compile(r"(raw|minute)-(\d{1,9})-(\d{1,9})-(\d{1,12})\.parquet")


def default_folder() -> Path:
    """The history of this user: beside what else the program keeps."""
    return paths.state_dir() / "history"


class Folder(msgspec.Struct, frozen=True):
    """Names in one history folder. Nothing is created by asking for a name."""

    path: Path

    @property
    def hot(self) -> Path:
        return self.path / "hot.sqlite"

    @property
    def writer_lock(self) -> Path:
        return self.path / "writer.lock"

    @property
    def recorder_lock(self) -> Path:
        return self.path / "recorder.lock"

    @property
    def cold(self) -> Path:
        return self.path / "cold"

    @property
    def quarantine(self) -> Path:
        return self.path / "quarantine"

    def create(self) -> None:
        """The folders, for nobody else to read. OSError if they cannot be made."""
        for path in (self.path, self.cold):
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
            if path.stat().st_mode & 0o077:
                path.chmod(0o700)


class ColdName(msgspec.Struct, frozen=True, kw_only=True):
    """What a cold file's name says: its tier, its span, and which attempt wrote it."""

    tier: Tier
    from_ns: int
    to_ns: int
    generation: int

    def __str__(self) -> str:
        first, last = self.from_ns // HOUR_NS, self.to_ns // HOUR_NS
        return f"{self.tier}-{first}-{last}-{self.generation}.parquet"

    @classmethod
    def parse(cls, text: str) -> "ColdName | None":
        """None for a name that is not one of ours."""
        match = _NAME.fullmatch(text)
        if match is None:
            return None
        tier: Tier = "raw" if match[1] == "raw" else "minute"
        return cls(
            tier=tier,
            from_ns=int(match[2]) * HOUR_NS,
            to_ns=int(match[3]) * HOUR_NS,
            generation=int(match[4]),
        )
