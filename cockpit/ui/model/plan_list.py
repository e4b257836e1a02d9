"""The plans on the screen: what was kept, which one is open, and which leg the cursor is on."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from cockpit.core.plan import Leg
from cockpit.ui.model.calculator_form import Forms

if TYPE_CHECKING:
    from cockpit.calculators.saved_plans import SavedPlan


@dataclass(slots=True)
class PlanList:
    """`opened` is the name of the kept plan whose legs are shown; empty for the proposed one.

    `row` is the cursor among the kept plans, `leg` among the legs.
    """

    saved: list["SavedPlan"] = field(default_factory=list)
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

    def keep(self, plan: "SavedPlan") -> None:
        """Put a plan among the kept ones, or in place of the other of that name, and open it."""
        others = [other for other in self.saved if other.name != plan.name]
        self.saved = sorted([*others, plan], key=lambda other: -other.at_ns)
        self.opened = plan.name
        self.row = self.saved.index(plan)

    def drop(self, name: str) -> None:
        """Forget a plan; the cursor goes on to the other after it."""
        self.saved = [other for other in self.saved if other.name != name]
        self.row = max(0, min(self.row, len(self.saved) - 1))
        if self.opened == name:
            self.opened, self.leg = "", 0

    def move_leg(self, step: int, count: int) -> None:
        self.leg = max(0, min(count - 1, self.leg + step))

    def move_row(self, step: int) -> None:
        self.row = max(0, min(len(self.saved) - 1, self.row + step))
