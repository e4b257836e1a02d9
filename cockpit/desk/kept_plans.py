"""The plans that the trader keeps, a file each, and what intents do to them."""

from collections.abc import Callable
from pathlib import Path

from cockpit.calculators import saved_plans
from cockpit.calculators.saved_plans import SavedPlan
from cockpit.core.errors import InputError
from cockpit.desk.contract import DropPlan, FillLeg, KeepPlan, PlanIntent, UnfillLeg

NOT_WRITTEN = "kept until the end: nothing is written here"
NOT_DELETED = "is gone until the end: its file stays"


class KeptPlans:
    """`plans` has the newest first. Two cockpits may share the folder: a change is made to what the
    file says now."""

    def __init__(self, folder: Path | None, *, is_read_only: bool = False) -> None:
        """`folder` None keeps them until the end. Where it `is_read_only`, its plans are there to
        be looked at, and what is done to them is forgotten at the end."""
        self._source = folder
        self._folder = None if is_read_only else folder
        """Where changes are written."""
        self._unwritten: set[str] = set()
        """Whose last change is known here alone."""
        self.plans: tuple[SavedPlan, ...] = ()

    def read(self) -> list[str]:
        """Every plan of the folder; returns a sentence about each that cannot be read."""
        if self._source is None:
            return []
        found, problems = saved_plans.load_all(self._source)
        mine = [plan for plan in self.plans if plan.name in self._unwritten]
        names = {plan.name for plan in mine}
        self._set([*mine, *(plan for plan in found if plan.name not in names)])
        return problems

    def do(self, intent: PlanIntent) -> str:
        """Carry it out; what came of it in words, empty where the plan itself says it. InputError;
        OSError where the disk refuses."""
        match intent:
            case KeepPlan():
                return self._keep(intent)
            case DropPlan():
                return self._drop(intent.name)
            case FillLeg():
                return self._change(
                    intent.plan, lambda plan: saved_plans.with_fill(plan, intent.fill)
                )
            case UnfillLeg():
                return self._change(intent.plan, lambda plan: saved_plans.unfill(plan, intent.leg))

    def _keep(self, intent: KeepPlan) -> str:
        name = saved_plans.check_name(intent.plan.name)
        if intent.is_new and self._is_taken(name):
            if self._folder is not None:
                self.read()
            raise InputError(f"{name}: there is a plan of this name already; give it another")
        # A new plan that cannot be written is not shown as kept.
        words = self._write(intent.plan)
        self._put(intent.plan)
        return words

    def _change(self, name: str, change: Callable[[SavedPlan], SavedPlan]) -> str:
        changed = change(self._current(name))
        self._put(changed)
        # A fill that cannot be written is not forgotten before the end.
        self._unwritten.add(name)
        words = self._write(changed)
        return words if self._folder is None else ""

    def _drop(self, name: str) -> str:
        if self._folder is not None:
            saved_plans.delete(self._folder, name)
        self._unwritten.discard(name)
        self._set([plan for plan in self.plans if plan.name != name])
        return f"deleted {name}" if self._source is self._folder else f"{name} {NOT_DELETED}"

    def _write(self, plan: SavedPlan) -> str:
        if self._folder is None:
            return NOT_WRITTEN
        path = saved_plans.save(self._folder, plan)
        self._unwritten.discard(plan.name)
        return f"kept as {path}"

    def _current(self, name: str) -> SavedPlan:
        """As the file says it, or as it is known here where there is no such file any more."""
        known = next((plan for plan in self.plans if plan.name == name), None)
        if self._folder is not None and name not in self._unwritten:
            known = saved_plans.read(self._folder, name) or known
        if known is None:
            raise InputError(f"{name}: no plan of this name is kept")
        return known

    def _is_taken(self, name: str) -> bool:
        if any(plan.name == name for plan in self.plans):
            return True
        return self._folder is not None and saved_plans.is_there(self._folder, name)

    def _put(self, plan: SavedPlan) -> None:
        self._set([*(other for other in self.plans if other.name != plan.name), plan])

    def _set(self, plans: list[SavedPlan]) -> None:
        self.plans = tuple(sorted(plans, key=lambda plan: -plan.at_ns))
