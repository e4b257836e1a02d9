"""Markets that are only surveyed: a few figures each, no book and no rings.

A surveyed market reads like a watched one of which no book, no history and no curve is known, so
that whoever ranks markets reads both alike. Facts that have not changed are not stated again: a
venue's `Surveyed` keeps all of them young but the silent ones, and only while its link is live.
"""

import copy
from typing import Any, Final, Protocol

from cockpit.core.events import Funding, Instrument, LinkState, OpenInterest, Prices, Volume
from cockpit.core.units import NS_PER_S
from cockpit.state.book import Book
from cockpit.state.curves import Ring, SettledHistory
from cockpit.state.market import FLOOR_S, MarketState, present_rate, volume_usd
from cockpit.state.recollection import Recollection, Stated
from cockpit.state.view import Field

PERIODS: Final = 3.0
"""Survey periods without a reading after which its figures are old."""
_NO_BOOK: Final = Book()
_NO_RING: Final = Ring(1)
_NO_HISTORY: Final = SettledHistory()
_NOTHING_KEPT: Final[dict[Field, int]] = {}

SurveyFact = Funding | OpenInterest | Prices | Volume


class SurveySource(Protocol):
    """What the markets of one venue share: its link, its list, and when all were last read."""

    name: str
    instruments: dict[str, Instrument]
    surveyed_ns: int | None
    survey_period_s: float | None
    silent: frozenset[str]

    @property
    def state(self) -> LinkState: ...


class SurveyedMarket:
    """Written by the store alone; readers hold it as `MarketRead`. None is "never stated"."""

    __slots__ = (
        "_kept_ns", "_listing", "_source", "_stated_ns", "index", "live", "mark", "open_interest",
        "predicted", "symbol", "version", "volume_24h_base", "volume_stated_usd",
    )  # fmt: skip

    def __init__(self, source: SurveySource, symbol: str) -> None:
        self._source = source
        self.symbol = symbol
        self.live: Funding | None = None
        self.predicted: Funding | None = None
        self.open_interest: float | None = None
        self.mark: float | None = None
        self.index: float | None = None
        self.volume_stated_usd: float | None = None
        self.volume_24h_base: float | None = None
        self.version = 0
        self._stated_ns: dict[Field, int] = {}
        self._kept_ns: dict[Field, int] = _NOTHING_KEPT
        """What an earlier run knew and this one has not heard anew, and when it was so."""
        self._listing: Instrument | None = None

    def __deepcopy__(self, memo: dict[int, Any]) -> "SurveyedMarket":
        """Facts never change, so two pictures may share them."""
        twin = SurveyedMarket(copy.deepcopy(self._source, memo), self.symbol)
        twin.live, twin.predicted, twin.open_interest = (
            self.live,
            self.predicted,
            self.open_interest,
        )
        twin.mark, twin.index, twin.version = self.mark, self.index, self.version
        twin.volume_stated_usd = self.volume_stated_usd
        twin.volume_24h_base = self.volume_24h_base
        twin._stated_ns = self._stated_ns.copy()
        twin._kept_ns, twin._listing = self._kept_ns.copy(), self._listing
        return twin

    def take(self, event: SurveyFact) -> None:
        """One fact of the market. What was settled is not kept here."""
        match event:
            case Funding(kind="live"):
                self.live = event
                self._stated("funding", event.recv_ns)
            case Funding(kind="predicted"):
                self.predicted = event
                self._stated("predicted", event.recv_ns)
            case OpenInterest():
                self.open_interest = event.base
                self._stated("open_interest", event.recv_ns)
            case Prices():
                if event.mark is not None:
                    self.mark = event.mark
                    self._stated("mark", event.recv_ns)
                if event.index is not None:
                    self.index = event.index
                    self._stated("index", event.recv_ns)
            case Volume():
                self.volume_stated_usd = event.usd_24h
                self.volume_24h_base = event.base_24h
                self._stated("volume", event.recv_ns)
        self.version += 1

    def _stated(self, field: Field, at_ns: int) -> None:
        self._stated_ns[field] = at_ns
        if self._kept_ns:
            self._kept_ns.pop(field, None)

    def recall(self, past: Recollection) -> None:
        """What an earlier run knew, before any fact of this one: every figure is old until the
        survey says it anew."""
        self._kept_ns = {}
        self.mark = self._recalled("mark", past.mark)
        self.index = self._recalled("index", past.index)
        self.open_interest = self._recalled("open_interest", past.open_interest)
        self.volume_stated_usd = self._recalled("volume", past.volume_usd)
        if past.live is not None:
            self.live, self._kept_ns["funding"] = past.live, past.live.recv_ns
        if past.predicted is not None:
            self.predicted, self._kept_ns["predicted"] = past.predicted, past.predicted.recv_ns
        self._stated_ns = self._kept_ns.copy()
        self._listing = past.listing
        self.version += 1

    def _recalled(self, field: Field, stated: Stated | None) -> float | None:
        if stated is None:
            return None
        self._kept_ns[field] = stated.at_ns
        return stated.value

    def fall_silent(self) -> None:
        """The venue has no figures of it now: each is as old as the reading before this one."""
        for field in self._stated_ns:
            read_ns = self._read_ns(field)
            if read_ns is not None:
                self._stated_ns[field] = read_ns

    def inherit(self, market: MarketState) -> None:
        """Go on from a market that was watched: what does not change is not stated again."""
        self.live, self.predicted = market.live, market.predicted
        self.open_interest, self.mark, self.index = market.open_interest, market.mark, market.index
        self.volume_stated_usd = market.volume_stated_usd
        self.volume_24h_base = market.volume_24h_base
        stated = {field: cadence.last_ns for field, cadence in market.cadence.items()}
        self._kept_ns = market.kept_ns()
        self._stated_ns = self._kept_ns | {
            field: at_ns for field, at_ns in stated.items() if at_ns is not None
        }

    def hand_over(self, market: MarketState) -> None:
        """Let a market that is watched from now on begin with these figures, as old as they are."""
        market.live, market.predicted = self.live, self.predicted
        market.open_interest, market.mark, market.index = self.open_interest, self.mark, self.index
        market.volume_stated_usd = self.volume_stated_usd
        market.volume_24h_base = self.volume_24h_base
        for field in self._stated_ns:
            read_ns = self._read_ns(field)
            if field in self._kept_ns:
                market.keep(field, self._kept_ns[field])
            elif read_ns is not None:
                market.cadence[field].arrived(read_ns)
        market.instrument = self.instrument
        market.version += 1

    @property
    def is_known(self) -> bool:
        """Whether any figure was ever stated."""
        return bool(self._stated_ns)

    @property
    def is_past(self) -> bool:
        """Whether all that is known of it is of an earlier run."""
        return self._stated_ns.keys() == self._kept_ns.keys()

    @property
    def venue(self) -> str:
        return self._source.name

    @property
    def instrument(self) -> Instrument | None:
        """As the venue lists it; as it was listed in an earlier run, before the venue has said."""
        listed = self._source.instruments
        return listed.get(self.symbol) if listed else self._listing

    @property
    def link(self) -> LinkState:
        return self._source.state

    @property
    def volume_24h_usd(self) -> float | None:
        """As the venue states it; else its base units at the mark."""
        return volume_usd(self.volume_stated_usd, self.volume_24h_base, self.mark)

    @property
    def book(self) -> Book:
        """Never known."""
        return _NO_BOOK

    @property
    def settled(self) -> SettledHistory:
        """Empty: history keeps its past."""
        return _NO_HISTORY

    @property
    def last(self) -> None:
        """Trades of a surveyed market are not followed."""
        return None

    @property
    def mids(self) -> Ring:
        return _NO_RING

    @property
    def spreads_bps(self) -> Ring:
        return _NO_RING

    @property
    def open_interests(self) -> Ring:
        return _NO_RING

    @property
    def live_hourly(self) -> Ring:
        return _NO_RING

    @property
    def depths_usd(self) -> Ring:
        return _NO_RING

    def rate(self) -> Funding | None:
        """See `present_rate`."""
        return present_rate(self.predicted, self.live, self.is_kept)

    def venue_now_ns(self, now_ns: int) -> int:
        """A survey has no stamps to set clocks by: our own time."""
        return now_ns

    def age_s(self, field: Field, now_ns: int) -> float | None:
        """Seconds since the field was stated, or since all were read; None if it never was."""
        read_ns = self._read_ns(field)
        return None if read_ns is None else max(0, now_ns - read_ns) / NS_PER_S

    def is_stale(self, field: Field, now_ns: int) -> bool:
        """True when the link is not live, or the survey has left out several of its readings."""
        read_ns = self._read_ns(field)
        if read_ns is None or self._source.state != "live" or self.is_kept(field):
            return True
        period_s = self._source.survey_period_s or 0.0
        return now_ns - read_ns > max(FLOOR_S[field], PERIODS * period_s) * NS_PER_S

    def is_kept(self, field: Field) -> bool:
        """True until a survey of this run states the field for the first time."""
        return field in self._kept_ns

    def _read_ns(self, field: Field) -> int | None:
        stated_ns = self._stated_ns.get(field)
        if stated_ns is None or field in self._kept_ns or self.symbol in self._source.silent:
            return stated_ns
        return max(stated_ns, self._source.surveyed_ns or 0)
