"""The plans on the screen: what was kept, which one is open, and which leg the cursor is on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cockpit.core.plan import Leg
from cockpit.ui.model.calculator_form import Forms

if TYPE_CHECKING:
    from cockpit.calculators.saved_plans import SavedPlan


@dataclass(slots=True)
class PlanList:
    """`saved` is copied from the desk at each look.

    `opened` is the name of the kept plan whose legs are shown; empty for the proposed one. `row` is
    the cursor among the kept plans, `leg` among the legs.
    """

    saved: Sequence["SavedPlan"] = ()
    opened: str = ""
    row: int = 0
    leg: int = 0

    @property
    def shown(self) -> "SavedPlan | None":
        return next((plan for plan in self.saved if plan.name == self.opened), None)

    def legs(self, forms: Forms) -> tuple[Leg, ...]:
        """Of the kept plan that is open, else of what the form on the screen proposes."""
        plan = self.shown
        if plan is not None:
            return plan.legs
        form = forms.shown
        result = form.result if form and not form.is_outdated else None
        return result.plan.legs if result and result.plan else ()

    def take(self, saved: Sequence["SavedPlan"]) -> None:
        """These are kept now; the cursor stays on its plan, or goes on to the one after it."""
        if saved is self.saved:
            return
        before = [plan.name for plan in self.saved]
        now = [plan.name for plan in saved]
        under = before[self.row] if self.row < len(before) else ""
        if self.opened in now and self.opened not in before:
            under = self.opened
        self.saved = saved
        self.row = now.index(under) if under in now else max(0, min(self.row, len(now) - 1))

    def open(self, name: str) -> None:
        """Show the legs of this plan, as soon as it is kept."""
        self.opened = name
        names = [plan.name for plan in self.saved]
        self.row = names.index(name) if name in names else self.row

    def close(self, name: str) -> None:
        """Show what is proposed again, if this plan was shown."""
        if self.opened == name:
            self.opened, self.leg = "", 0

    def move_leg(self, step: int, count: int) -> None:
        self.leg = max(0, min(count - 1, self.leg + step))

    def move_row(self, step: int) -> None:
        self.row = max(0, min(len(self.saved) - 1, self.row + step))
