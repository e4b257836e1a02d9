"""How each rule stands: one line a rule, for the list of rules."""

from collections.abc import Collection, Iterable
from typing import Literal

import msgspec

from cockpit.alerts.measures_forecast import FORECAST_KINDS, why_off
from cockpit.alerts.rule import Rule
from cockpit.alerts.states import AlertBook
from cockpit.core.outlook import Outlooks

State = Literal["firing", "waiting", "armed", "cooling", "muted", "off"]
NOTHING_MEASURED = "no figure of it is known now"


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """One rule now. `firing`, `waiting` (reached, not for long enough) and `cooling` count its
    subjects, `measured` those whose figure was known at the last look. `why` says why it is off.
    """

    rule: Rule
    state: State
    firing: int = 0
    waiting: int = 0
    cooling: int = 0
    measured: int = 0
    why: str = ""


def standings(
    rules: Iterable[Rule],
    book: AlertBook,
    measured: dict[str, int],
    outlooks: Outlooks,
    now_ns: int,
) -> tuple[Standing, ...]:
    """Every rule, enabled or not, in its order. `measured` counts the readings of each."""
    counts = book.counts(now_ns)
    found = []
    for rule in rules:
        on, waiting, cooling = counts.get(rule.name, (0, 0, 0))
        known = measured.get(rule.name, 0)
        why = _why_off(rule, known, outlooks)
        found.append(
            Standing(
                rule=rule,
                state=_state(rule, book.muted, (on, waiting, cooling), why),
                firing=on,
                waiting=waiting,
                cooling=cooling,
                measured=known,
                why=why,
            )
        )
    return tuple(found)


def _state(rule: Rule, muted: Collection[str], counts: tuple[int, int, int], why: str) -> State:
    on, waiting, cooling = counts
    if not rule.enabled:
        return "off"
    if rule.name in muted:
        return "muted"
    if on:
        return "firing"
    if waiting:
        return "waiting"
    if why:
        return "off"
    return "cooling" if cooling else "armed"


def _why_off(rule: Rule, known: int, outlooks: Outlooks) -> str:
    if not rule.enabled:
        return "switched off where it is written"
    if known:
        return ""
    if rule.kind in FORECAST_KINDS:
        return why_off(rule.kind, outlooks) or NOTHING_MEASURED
    return NOTHING_MEASURED
