"""When forms are computed: as one types, and once a second while the market moves.

What is quick runs between two frames. Random futures take seconds: the desk has a process for
them, and their last answer stays on the screen until there is a new one.
"""

import time
from typing import TYPE_CHECKING, Any

from cockpit.config import Config
from cockpit.desk.contract import Cancel, Compute, Desk
from cockpit.ui.model import calculator_form
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.readings import Readings

if TYPE_CHECKING:
    from cockpit.calculators.common.market_data import Settings

LIVE_S = 1.0
"""The market moves all the time; a result that jumps more often cannot be read."""
QUICK_MS = 10.0
"""A form that takes no longer is computed again at every key."""
TYPED, LIVE = 10.0, 100.0
"""A slower form is computed again after so many times its own duration: TYPED when a key changed
it, LIVE when the market moved. So the screen keeps its rate."""
DEFAULTS = {"plan": "carry", "stress": "stress"}
"""What a workspace shows before anything was asked in it."""


class FormRunner:
    """Keeps the form on the screen answered. Called by the paint clock, never for long."""

    def __init__(self, readings: Readings, desk: Desk, config: Config) -> None:
        self._readings = readings
        self._desk = desk
        self._config = config
        self._number = 0
        self._asked: Form | None = None

    def beat(self) -> None:
        """Compute if a key changed something, or if it is time to look at the market again."""
        self._collect()
        readings = self._readings
        if readings.ui.workspace not in DEFAULTS or not readings.symbols:
            return
        if readings.ui.past.shown_ns is not None:
            return
        is_plan = readings.ui.workspace == "plan"
        if readings.ui.plans.shown is None:
            # Its plan was not kept, or is gone: another cockpit may share the folder.
            readings.ui.forms.frozen = None
        if is_plan and readings.ui.forms.frozen is not None:
            return
        name = (is_plan and readings.ui.forms.chosen) or DEFAULTS[readings.ui.workspace]
        form = readings.ui.forms.opened.get(name)
        if form is None:
            from cockpit.ui.input.form_prefill import prefill

            form = readings.ui.forms.open(name)
            form.fill(prefill(readings, name))
            form.cell, form.is_unasked = readings.symbol, True
        self._follow(form)
        if is_plan:
            readings.ui.forms.chosen = name
        self._answer(form)

    def cancel(self) -> None:
        """Stop the futures that are being drawn."""
        if self._asked is not None:
            self._desk.post(Cancel())
            self._asked.progress = None
            self._asked = None

    def _answer(self, form: Form) -> None:
        took_s = form.took_ms / 1e3
        since_s = time.monotonic() - form.computed_s
        is_due = form.took_ms <= QUICK_MS or since_s >= took_s * TYPED
        is_moved = form.seen != self._now() and form.entry is None
        is_old = since_s >= max(LIVE_S, took_s * LIVE)
        if (form.wants and is_due) or (is_moved and is_old):
            self._compute(form)

    def catch_up(self) -> None:
        """Answer what the plan's form asks, for a key that needs the answer before the clock
        beats: keys may be typed faster than frames are drawn."""
        form = self._readings.ui.forms.shown
        if form is not None and not form.kept_as:
            self._follow(form)
            if form.wants:
                self._compute(form)

    def _follow(self, form: Form) -> None:
        """Take a form that speaks of the cell along to where the cell is now."""
        from cockpit.ui.input.form_prefill import prefill

        readings = self._readings
        if form.follows(readings.symbol):
            form.follow(prefill(readings, form.name))
            form.cell = readings.symbol
        elif form.is_unasked:
            fresh = prefill(readings, form.name)
            if form.knows_less_than(fresh):
                form.fill(fresh)

    def _compute(self, form: Form) -> None:
        now_s, view = time.monotonic(), self._readings.view
        is_asked, settings = form.wants, self._settings()
        inputs = calculator_form.compute(form, view, settings)
        form.computed_s = time.monotonic()
        form.took_ms = (form.computed_s - now_s) * 1e3
        form.seen = self._now()
        if is_asked:
            form.wants_futures = True
        if form.wants_futures and inputs is not None and form.entry is None:
            form.wants_futures = False
            self._draw_futures(form, inputs, settings)

    def _draw_futures(self, form: Form, inputs: Any, settings: "Settings") -> None:
        """Ask the desk for the random futures of a form that wants some."""
        from cockpit.calculators.common.form import FieldError
        from cockpit.calculators.stress import montecarlo

        job_of = getattr(calculator_form.module(form.name), "monte_carlo_job", None)
        if job_of is None:
            return
        self.cancel()
        if not inputs.monte_carlo:
            form.futures = None
            return
        try:
            job = job_of(inputs, self._readings.view, settings)
        except FieldError as error:
            calculator_form.refuse(form, error)
            return
        self._number += 1
        self._asked, form.progress = form, (0, 0)
        self._desk.post(Compute(self._number, montecarlo.simulate_job, job))

    def _collect(self) -> None:
        """What the desk has to say about the last question."""
        form = self._asked
        said = self._desk.stats().computation if form is not None else None
        if form is None or said is None or said.number != self._number:
            return
        if said.state == "running":
            form.progress = (said.done, said.asked)
            return
        self._asked, form.progress = None, None
        if said.state == "done":
            form.futures = said.result
        else:
            form.errors["monte_carlo"] = said.error

    def _now(self) -> tuple[int, int]:
        """What an answer depends on beside its inputs."""
        return self._readings.view.version, self._readings.now_ns

    def _settings(self) -> "Settings":
        from cockpit.desk.calculator_settings import settings_for

        now_ns, offset_ns = self._readings.now_ns, self._readings.view.clock_offset_ns
        return settings_for(self._config, self._readings.specs, now_ns, offset_ns)
