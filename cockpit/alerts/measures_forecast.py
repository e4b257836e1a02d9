"""What the rules about forecasts measure: odds, where such odds have proven to be worth something.

A model that has not beaten the historical average raises no alarm, whatever it says.
"""

from collections.abc import Iterator
from typing import Final

from cockpit.alerts.rule import Kind
from cockpit.alerts.states import Reading
from cockpit.core.outlook import OLD_S, PROVEN_N, EventSkill, Outlook, Outlooks
from cockpit.state.view import MarketView

FORECAST_KINDS: frozenset[Kind] = frozenset({"flip_likely", "spike_likely"})
_HAPPENS: Final[dict[str, str]] = {
    "flip_likely": "that funding changes its sign within 8 h",
    "spike_likely": "that funding leaves its pin further than on 95 % of 30 days within 8 h",
}


def read(kind: Kind, view: MarketView, now_ns: int) -> Iterator[Reading]:
    """The chance of the event at each watched market whose venue's odds are proven."""
    for market in view.markets():
        outlook = view.outlooks.of(market.venue, market.symbol)
        if outlook is None or outlook.age_s(now_ns) > OLD_S:
            continue
        odds = outlook.p_flip if kind == "flip_likely" else outlook.p_spike
        skill = _skill(kind, view.outlooks, outlook)
        if odds is None or not skill.is_proven or skill.skill is None:
            continue
        because = "".join(f"; {reason}" for reason in outlook.reasons[:1])
        words = (
            f"{market.symbol} {market.venue}: {odds:.0%} {_HAPPENS[kind]}{because} "
            f"(such odds were {skill.skill:.0%} better than the average's, n {skill.n})"
        )
        subject = f"{market.venue}/{market.symbol}"
        yield Reading(subject, market.venue, market.symbol, odds, words)


def why_off(kind: Kind, outlooks: Outlooks) -> str:
    """Why a rule of this kind cannot speak at all just now; empty where it can."""
    what = "flip" if kind == "flip_likely" else "spike"
    if outlooks.problem:
        return f"{what} alerts are off: {outlooks.problem}"
    skills = [_skill(kind, outlooks, outlook) for outlook in outlooks.markets.values()]
    if any(skill.is_proven for skill in skills):
        return ""
    if not skills:
        return f"{what} alerts are off: there is no forecast yet"
    most = max(skills, key=lambda skill: skill.n)
    if most.n < PROVEN_N:
        return f"{what} alerts are off until odds are proven: n {most.n} of {PROVEN_N}"
    return f"{what} alerts are off: the odds do not surely beat the average's, n {most.n}"


def _skill(kind: Kind, outlooks: Outlooks, outlook: Outlook) -> EventSkill:
    score = outlooks.score(outlook.venue, outlook.basis)
    if score is None:
        return EventSkill()
    return score.flip if kind == "flip_likely" else score.spike
