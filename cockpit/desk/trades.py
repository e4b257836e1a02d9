"""The trades of a desk: looked at as facts come, changed by the trader, kept on disk.

The file belongs to the trader as much as to the program: what was edited by hand is taken over
before it is written again, and one that cannot be read is never written over.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from cockpit.core.clock import Clock
from cockpit.core.errors import ConfigError, InputError
from cockpit.core.events import AccountFill, Event, Position
from cockpit.core.units import NS_PER_S
from cockpit.desk.contract import MakeTrade, Notice, RenameTrade, SplitTrade, TradeIntent
from cockpit.portfolio.trades.keeper import Keeper
from cockpit.portfolio.trades.storage import (
    FILLS,
    TRADES,
    load,
    load_fills,
    recall,
    save,
    save_fills,
)
from cockpit.state.store import MarketStore
from cockpit.state.trades import LegKey, TradeLeg, TradeRecord

LOOK_NS: Final = NS_PER_S
KEEP_NS: Final = 600 * NS_PER_S
"""What only counts on (hours in profit) is written down so often."""
HELD: Final[frozenset[type]] = frozenset({Position, AccountFill})
"""Facts after which a trade may be another."""


class DeskTrades:
    """`folder` None keeps nothing on disk; `note` is told what cannot be read or written."""

    def __init__(
        self, view: MarketStore, clock: Clock, folder: Path | None, note: Callable[[Notice], None]
    ) -> None:
        self._view = view
        self._records = view.trades
        self._clock = clock
        self._folder = folder
        self._note = note
        self._keeper = Keeper(view)
        self._looked_ns = 0
        self._stamp: tuple[int, int] | None = None
        """Of the file as it was read or written last."""
        self._written: frozenset[str] = frozenset()
        self._version = 0
        self._saved_ns = 0
        self._is_recalled = False
        """Whether what earlier runs knew is among the records."""
        self._problem = ""
        if folder is not None:
            self._load()

    def heard(self, events: Sequence[Event]) -> None:
        """Facts that the view has by now: a fill is looked at in the market it was made in."""
        kinds = set(map(type, events))
        if HELD.isdisjoint(kinds):
            return
        now_ns = self._clock.now_ns()
        if AccountFill in kinds or not 0 <= now_ns - self._looked_ns < LOOK_NS:
            self.look()

    @property
    def state(self) -> tuple[Keeper, int]:
        """What is known beside the records of the view, and when it was looked at."""
        return self._keeper, self._looked_ns

    def go_on_from(self, state: tuple[Keeper, int]) -> None:
        """Begin where another one stood, of the same view."""
        self._keeper, self._looked_ns = state

    def look(self) -> None:
        """Bring every trade up to the present."""
        self._looked_ns = self._clock.now_ns()
        self._keeper.look(self._looked_ns)

    def keep(self) -> None:
        """Write down what has changed."""
        if self._folder is None:
            return
        now_ns = self._clock.now_ns()
        is_due = self._records.open and now_ns - self._saved_ns >= KEEP_NS
        if self._version != self._records.version or is_due or self._was_edited():
            self._save(now_ns)

    def change(self, intent: TradeIntent) -> None:
        """Make, rename or split; what is refused is an answer to the trader."""
        now_ns = self._clock.now_ns()
        try:
            match intent:
                case MakeTrade():
                    self._keeper.make(intent.legs, intent.name, now_ns, intent.origin)
                case RenameTrade():
                    self._keeper.rename(intent.id, intent.name)
                    self._keeper.aim(intent.id, intent.target_usd)
                case SplitTrade():
                    self._keeper.split(intent.id, now_ns)
        except InputError as error:
            self._note(Notice(now_ns, "", error.ui_message, "warn", is_answer=True))
        self.keep()

    # --- the file -----------------------------------------------------------------------------

    def _path(self, name: str) -> Path:
        return (self._folder or Path()) / name

    def _load(self) -> None:
        try:
            recall(self._path(""), self._records)
        except ConfigError as error:
            self._trouble(error.ui_message)
            return
        self._is_recalled = True
        self._read()

    def _read(self) -> None:
        self._stamp, self._problem = self._file_stamp(), ""
        self._written = frozenset(self._records.open)
        self._version = self._records.version

    def _file_stamp(self) -> tuple[int, int] | None:
        try:
            found = self._path(TRADES).stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_size

    def _was_edited(self) -> bool:
        return self._file_stamp() != self._stamp

    def _save(self, now_ns: int) -> None:
        self._saved_ns = now_ns
        try:
            if self._was_edited():
                self._take_over()
            save(self._path(TRADES), self._records.open.values(), self._records.closed)
            save_fills(self._path(FILLS), self._records)
        except ConfigError as error:
            self._trouble(error.ui_message)
            return
        self._read()

    def _take_over(self) -> None:
        """What was edited by hand holds; what it does not know yet stays, and so does what only the
        file knows to be over. ConfigError."""
        kept, records = load(self._path(TRADES)), self._records
        if self._file_stamp() is None:
            return
        if not self._is_recalled:
            # The file could not be read at the start: its legs go on from their own fills.
            fills = load_fills(self._path(FILLS))
            records.fills = {**records.fills, **fills.pop("", {})}
            records.closed_fills = {**fills, **records.closed_fills}
            self._is_recalled = True
        now = {leg.key: leg for record in records.open.values() for leg in record.legs}
        edited = {id: _with_present(record, now) for id, record in kept.open.items()}
        claimed = {leg.key for record in edited.values() for leg in record.legs}
        fresh = {
            id: record
            for id, record in records.open.items()
            if id not in self._written and not any(leg.key in claimed for leg in record.legs)
        }
        over = {record.id for record in records.closed}
        edited = {id: record for id, record in edited.items() if id not in over}
        closed = [*(record for record in kept.closed if record.id not in over), *records.closed]
        closed.sort(key=lambda record: record.closed_ns or 0)
        records.restore({**edited, **fresh}, closed, records.fills, records.closed_fills)

    def _trouble(self, words: str) -> None:
        if words != self._problem:
            self._problem = words
            text = f"trades are not kept: {words}"
            self._note(Notice(self._clock.now_ns(), "", text, "warn"))


def _with_present(record: TradeRecord, now: dict[LegKey, TradeLeg]) -> TradeRecord:
    """An edited trade, its legs as they were read last."""
    legs = []
    for leg in record.legs:
        known = now.get(leg.key)
        if known is None:
            legs.append(leg)
            continue
        whole = known.size / known.share
        legs.append(replace(known, share=leg.share, size=whole * leg.share))
    return replace(record, legs=tuple(legs))
