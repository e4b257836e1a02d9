"""What followed accounts report that a kept plan may take."""

from collections.abc import Iterator

from cockpit.calculators.plan_fills import proposed_fills, taken
from cockpit.calculators.saved_plans import Fill, SavedPlan
from cockpit.core.events import AccountFill
from cockpit.ui.model.readings import Readings


def seen(readings: Readings, plan: SavedPlan) -> tuple[Fill, ...]:
    """Fills that no plan has taken and that fit the plan's open legs, oldest first."""
    already = taken(readings.ui.plans.saved)
    return readings.once(
        ("plan fills", plan.name, len(already)),
        lambda: proposed_fills(
            plan, list(_reported(readings, plan)), already, readings.view.clock_offset_ns
        ),
    )


def _reported(readings: Readings, plan: SavedPlan) -> Iterator[AccountFill]:
    """What the accounts at the plan's venues traded in its coins."""
    markets = {(leg.venue, leg.symbol) for leg in plan.legs}
    for account in readings.view.accounts():
        pools = {"", *(p.pool for p in account.positions), *(m.pool for m in account.margins)}
        for venue, symbol in markets:
            if venue == account.venue:
                for pool in sorted(pools):
                    yield from account.fills(pool, symbol)
