"""Keeps the scan going while the trader looks at it: what to rank, whose books to follow, and the
figures of now for the rows in view. Called by the paint clock, never for long."""

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from cockpit.calculators.scan.listing import ScanInputs
from cockpit.calculators.scan.ranked import NOTHING, RankedPairs
from cockpit.config import Config
from cockpit.core.assets import listed_symbol
from cockpit.desk.contract import Desk, Lease, Rank
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.scan import places_around

if TYPE_CHECKING:
    from cockpit.calculators.common.market_data import Settings

RENEW_S: Final = 0.5
ROWS_A_TURN: Final = 16
"""Priced at once: a screen of rows would hold up a key for longer than it takes to draw."""
LEASE_EVERY_S: Final = 2.0
"""Who walks through rows does not subscribe to each of them."""
LEASE_AGAIN_S: Final = 10.0
"""A lease is asked for again long before it ends."""
LINGERS_S: Final = 60.0
"""Who leaves and comes back finds the ranking going on."""
BEST: Final = 10
"""Rows whose books are followed whether they are in view or not."""
Markets = tuple[tuple[str, str], ...]


class ScanRunner:
    """Ranks while SCAN is open, and a little longer."""

    def __init__(self, readings: Readings, desk: Desk, config: Config) -> None:
        self._readings = readings
        self._desk = desk
        self._config = config
        self._asked = Rank()
        self._seen_s = 0.0
        self._renewed_s = 0.0
        self._turn = 0
        self._leased_s = 0.0
        self._leased: Markets = ()
        self._marked: RankedPairs | None = None

    def beat(self, lines: int) -> None:
        """`lines` are those of the screen."""
        readings, now_s = self._readings, time.monotonic()
        ui = readings.ui
        if ui.past.is_on or ui.frozen:
            return
        if ui.workspace == "scan":
            self._seen_s = now_s
            self._ask(Rank(is_on=True, usd=ui.size_usd, hold_h=ui.scan.hold_h))
            self._mark_passing()
            places = places_around(self._readings, lines)
            self._lease(self._markets(places), now_s)
            turns = max(1, math.ceil(len(places) / ROWS_A_TURN))
            if now_s - self._renewed_s >= RENEW_S / turns:
                self._renewed_s, self._turn = now_s, (self._turn + 1) % turns
                self._renew(places, places[self._turn :: turns])
            return
        if self._asked.is_on and now_s - self._seen_s > LINGERS_S:
            self._ask(Rank())
        self._lease(self._planned(), now_s)

    def _ask(self, question: Rank) -> None:
        if question != self._asked:
            self._asked = question
            self._desk.post(question)

    def _lease(self, markets: Markets, now_s: float) -> None:
        wait_s = LEASE_AGAIN_S if markets == self._leased else LEASE_EVERY_S
        if markets and now_s - self._leased_s >= wait_s:
            self._leased_s, self._leased = now_s, markets
            self._desk.post(Lease(markets))

    def _markets(self, places: Sequence[int]) -> Markets:
        """Both markets of these pairs, and of the best ones."""
        pairs = self._readings.scan.pairs
        if pairs is None:
            return ()
        best = pairs.best[:BEST].tolist()
        return tuple(
            sorted(
                {
                    (venue, listed_symbol(pairs.symbol_of(place)))
                    for place in (*places, *best)
                    for venue in pairs.venues_of(place)
                }
            )
        )

    def _planned(self) -> Markets:
        """Markets of the form on the screen that are not on the watch list."""
        readings = self._readings
        form = readings.ui.forms.shown if readings.ui.workspace == "plan" else None
        symbol = form.text("symbol") if form else ""
        if not symbol or symbol in readings.view.symbols():
            return ()
        return tuple((venue.name, symbol) for venue in readings.venues)

    def _mark_passing(self) -> None:
        """Since when each pair passes every gate; at another size or hold all begin anew."""
        state, pairs = self._readings.ui.scan, self._readings.scan.pairs
        before = self._marked
        if pairs is None or pairs is before:
            return
        self._marked = pairs
        is_first = before is None or before.inputs != pairs.inputs
        since_ns = 0 if is_first else self._readings.now_ns
        known = {} if is_first else state.passing_ns
        passing = np.flatnonzero(pairs.gate == NOTHING).tolist()
        state.passing_ns = {
            key: known.get(key, since_ns) for key in (pairs.key(place) for place in passing)
        }

    def _renew(self, in_view: Sequence[int], places: Sequence[int]) -> None:
        """Price some of the rows in view anew; what is out of view is forgotten."""
        from cockpit.calculators.scan.ranking import ScanJob, renew
        from cockpit.calculators.scan.reading import listings_of_pairs

        state, pairs = self._readings.ui.scan, self._readings.scan.pairs
        if pairs is None or not places:
            return
        wanted = [(pairs.symbol_of(place), *pairs.venues_of(place)) for place in places]
        inputs = ScanInputs(usd=pairs.inputs.usd, hold_h=pairs.inputs.hold_h)
        settings = self._settings()
        found, listings = listings_of_pairs(self._readings.view, settings, inputs, wanted)
        kept = [places[number] for number in found]
        job = ScanJob(listings=listings, inputs=inputs, at_ns=settings.now_ns)
        now = renew(pairs, kept, job)
        others = {pairs.key(place) for place in set(in_view).difference(places)}
        state.renewed = {
            **{key: value for key, value in state.renewed.items() if key in others},
            **{now.key(place): (now, place) for place in range(len(now))},
        }

    def _settings(self) -> "Settings":
        from cockpit.desk.calculator_settings import settings_for

        now_ns, offset_ns = self._readings.now_ns, self._readings.view.clock_offset_ns
        return settings_for(self._config, self._readings.specs, now_ns, offset_ns)
