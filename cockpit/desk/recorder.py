"""Recording: one tape a venue. A tape that cannot be written ends alone, and says why."""

import logging
from dataclasses import dataclass
from pathlib import Path

from cockpit import __version__
from cockpit.core.errors import TapeError
from cockpit.core.units import utc_stamp
from cockpit.venues.contract import Wants
from cockpit.wire.tape import Origin, TapeHeader, TapeWriter

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class TapeOrder:
    """Record every venue into this folder; a new file when one reaches `rotate_bytes`."""

    folder: Path
    rotate_bytes: int = 256 * 2**20
    origin: Origin = "mainnet"


class Recorder:
    """The tapes of one recording. `errors` maps a venue to why its tape could not be completed."""

    def __init__(self, order: TapeOrder) -> None:
        self.order = order
        self.writers: dict[str, TapeWriter] = {}
        self.errors: dict[str, str] = {}

    def start(self, venue: str, wants: Wants, at_ns: int) -> TapeWriter | None:
        """A new tape of the venue; None, and a reason under `errors`, if it cannot be begun."""
        header = TapeHeader(
            venue=venue, origin=self.order.origin, version=__version__, at_ns=at_ns, wants=wants
        )
        path = self.order.folder / f"{venue}.jsonl.gz"
        if path.exists():
            path = self.order.folder / f"{venue}-{utc_stamp(at_ns)}.jsonl.gz"
        try:
            writer = TapeWriter(path, header, rotate_bytes=self.order.rotate_bytes)
        except TapeError as error:
            self._fail(venue, error.ui_message)
            return None
        self.writers[venue] = writer
        return writer

    def close(self) -> None:
        """Complete every tape; one that cannot be leaves the others alone."""
        for venue, writer in self.writers.items():
            try:
                writer.close()
            except OSError as error:
                self._fail(venue, f"{writer.path}: {error.strerror}")

    @property
    def summary(self) -> str:
        """What has been recorded so far, in words."""
        count = sum(writer.messages for writer in self.writers.values())
        size = sum(writer.bytes_written for writer in self.writers.values())
        return f"{count} messages, {size / 1e6:.1f} MB in {self.order.folder}"

    def check(self) -> None:
        """TapeError if no tape at all could be begun: nothing would be recorded."""
        if not self.writers and self.errors:
            first, *others = self.errors.values()
            raise TapeError(first + ", and no other tape can be begun" * bool(others))

    def _fail(self, venue: str, reason: str) -> None:
        self.errors[venue] = reason
        log.error("recording ended venue=%s reason=%s", venue, reason)
