"""What each calculator's answer says first: one figure, one sentence, and the figures behind it.

Labels are a trader's words and stand once each. Money received is positive.
"""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from cockpit.calculators.common.result import Result
from cockpit.calculators.common.words import base_words, hours_words, name_words, usd_words
from cockpit.core.units import HOURS_PER_YEAR
from cockpit.ui.model.calculator_form import Form, module
from cockpit.ui.text import format as fmt

if TYPE_CHECKING:
    from cockpit.calculators import margin, slippage
    from cockpit.calculators.carry import calculator as carry
    from cockpit.calculators.hedge import values as hedge
    from cockpit.calculators.stagger import calculator as stagger
    from cockpit.calculators.stress import values as stress
    from cockpit.calculators.unwind import calculator as unwind


class Answer(NamedTuple):
    """`figure` is the one number, `caption` what it is, `role` its colour; `headline` is a verdict
    for one line, `sentence` the whole of it. `figures` are (label, text)."""

    figure: str
    caption: str
    role: str
    headline: str
    sentence: str
    figures: tuple[tuple[str, str], ...]


def answer_of(form: Form) -> Answer | None:
    """Of the form's last answer; None before there is one."""
    if form.result is None:
        return None
    sentence = module(form.name).verdict(form.result)
    said = _SAY[form.name](form.result.values, form.result)
    return said._replace(sentence=sentence, headline=said.headline or sentence)


# --- words ----------------------------------------------------------------------------------------


def usd(value: float | None) -> str:
    """Dollars, or the mark of what is not known."""
    return fmt.MISSING if value is None or math.isnan(value) else usd_words(value)


def earned(value: float | None) -> str:
    """Dollars with their sign."""
    text = usd(value)
    return f"+{text}" if value is not None and value > 0 else text


def percent(frac: float | None, decimals: int = 1) -> str:
    return fmt.MISSING if frac is None else f"{fmt.signed(frac * 100, decimals)} %"


def odds(frac: float | None) -> str:
    """`6 %`, `<1 %`: a chance."""
    if frac is None:
        return fmt.MISSING
    if 0 < frac < 0.01:
        return "<1 %"
    return f"{frac * 100:.0f} %"


def by_name(parts: Mapping[str, float | None]) -> str:
    """`NAME $12,000, NAME ·`."""
    return ", ".join(f"{name} {usd(value)}" for name, value in parts.items())


def _role(value: float | None) -> str:
    if value is None:
        return "dim"
    return "gain" if value >= 0 else "loss"


def _a_year(hourly: float | None) -> str:
    return fmt.MISSING if hourly is None else f"{percent(hourly * HOURS_PER_YEAR, 2)} a year"


# --- calculators ----------------------------------------------------------------------------------


def _carry(values: "carry.Values", result: Result) -> Answer:
    hold = None if values.net_usd is None else values.net_usd
    is_open = values.gate is None and hold is not None
    figures = (
        ("expected funding", earned(values.expected_funding_usd)),
        ("cost in and out", _cost(values.cost_usd, values.cost_bps)),
        ("left after costs", earned(values.net_usd)),
        ("costs earned back after", _breakeven(values)),
        ("odds of that in the hold", odds(values.breakeven_probability)),
        ("return on margin", f"{percent(values.return_apr)} a year"
         if values.return_apr is not None else fmt.MISSING),
        ("spread now", _a_year(values.spread_hourly)),
        ("usual spread", _a_year(values.mean_spread_hourly)),
        ("funding in a poor run", earned(values.conservative_funding_usd)),
        ("funding by formula", earned(values.formula_funding_usd)),
        ("when the prices meet", earned(values.basis_usd)),
        ("margin by venue", by_name(values.margin_usd) or fmt.MISSING),
    )  # fmt: skip
    if values.gate is not None:
        left = "" if hold is None else f"{earned(hold)} after costs; "
        headline = f"Not now: {left}{values.gate}"
    else:
        headline = f"Pays: {earned(hold)} after costs, {odds(values.breakeven_probability)} likely"
    return Answer(
        figure=earned(hold),
        caption="funding less costs" if is_open else "funding less costs · not now",
        role=_role(hold),
        headline=headline,
        sentence="",
        figures=figures,
    )


def _breakeven(values: "carry.Values") -> str:
    if values.cost_usd is None:
        return fmt.MISSING
    return "never" if values.breakeven_h is None else hours_words(values.breakeven_h)


def _cost(cost_usd: float | None, cost_bps: float | None) -> str:
    return usd(cost_usd) if cost_bps is None else f"{usd(cost_usd)} ({fmt.bps(cost_bps)} bps)"


def _stagger(values: "stagger.Values", result: Result) -> Answer:
    now = values.all_now
    count = len(values.by_venue)
    figures = (
        ("cost with fees", _cost(values.cost_usd, values.cost_bps)),
        ("give or take", usd(values.shortfall_sd_usd)),
        ("fees", usd(values.fees_usd)),
        ("all at once", fmt.MISSING if now is None else
         f"{_cost(now.cost_usd, now.cost_bps)} on {now.venue}"),
        ("planned", f"{base_words(values.size_planned)} {values.symbol}"),
        ("left over", base_words(values.leftover) if values.leftover else "nothing"),
        ("funding until then", earned(values.expected_funding_usd)),
        ("gap risk in a squeeze", usd(values.squeeze.sd_usd if values.squeeze else None)),
    )  # fmt: skip
    headline = ""
    if result.plan is not None and values.cost_bps is not None:
        where = values.by_venue[0].venue if count == 1 else f"{count} venues"
        headline = (
            f"{fmt.bps(values.cost_bps)} bps ({usd(values.cost_usd)}) over "
            f"{values.horizon_min:g} min on {where}"
        )
        if now is not None:
            headline += f"; all at once {fmt.bps(now.cost_bps)} bps on {now.venue}"
    return Answer(
        figure=fmt.MISSING if values.cost_bps is None else f"{fmt.bps(values.cost_bps)} bps",
        caption=f"{usd(values.cost_usd)} with fees",
        role="number" if result.infeasible is None else "warn",
        headline=headline,
        sentence="",
        figures=figures,
    )


def _unwind(values: "unwind.Values", result: Result) -> Answer:
    figures = (
        ("cost of all legs", _cost(values.cost_usd, values.cost_bps)),
        ("fees", usd(values.fees_usd)),
        ("all at once", _cost(values.all_now_usd, _share_bps(values.all_now_usd, values))),
        ("unhedged now", _coins(values.unhedged_now)),
        ("unhedged at most", _open_words(values)),
        ("while it is open", usd(values.unhedged_sd_usd)),
        ("in rounds", str(values.rounds) if values.rounds else fmt.MISSING),
        ("stays behind", _behind(values)),
    )
    headline = ""
    if result.plan is not None and values.cost_bps is not None:
        headline = (
            f"{fmt.bps(values.cost_bps)} bps ({usd(values.cost_usd)}) for all legs in "
            f"{values.rounds} rounds; unhedged {_open_words(values)} at most"
        )
    return Answer(
        figure=fmt.MISSING if values.cost_bps is None else f"{fmt.bps(values.cost_bps)} bps",
        caption=f"{usd(values.cost_usd)} for all legs",
        role="number" if result.infeasible is None else "warn",
        headline=headline,
        sentence="",
        figures=figures,
    )


def _share_bps(value: float | None, values: "unwind.Values") -> float | None:
    if value is None or not values.notional_usd:
        return None
    return value / values.notional_usd * 1e4


def _coins(value: float | None) -> str:
    if value is None:
        return fmt.MISSING
    return fmt.signed(value, 4) if value else "nothing"


def _open_words(values: "unwind.Values") -> str:
    if values.max_unhedged is None:
        return fmt.MISSING
    amount = base_words(float(f"{values.max_unhedged:.6g}"))
    return f"{amount} ({usd(values.max_unhedged_usd)})"


def _behind(values: "unwind.Values") -> str:
    left = [f"{base_words(part.leftover)} on {part.venue}" for part in values.legs if part.leftover]
    return ", ".join(left) or ("nothing" if values.legs else fmt.MISSING)


def _hedge(values: "hedge.Values", result: Result) -> Answer:
    risk = values.delay_risk
    figures = (
        ("delta before", earned(values.delta_before_usd)),
        ("delta after", earned(values.delta_after_usd)),
        ("carry before", f"{earned(values.carry_before_usd_per_hour)}/h"),
        ("carry after", f"{earned(values.carry_after_usd_per_hour)}/h"),
        ("cost to get in", usd(values.cost_usd)),
        ("cost to get out", usd(values.exit_cost_usd)),
        ("left of the carry", f"{earned(values.net_usd_per_hour)}/h over the hold"),
        ("when the prices meet", earned(values.basis_usd)),
        ("at risk until filled", f"{usd(risk.var99_usd)} in 1 of 100"),
        ("not worth a trade", _not_worth(values)),
        ("margin by venue", by_name(values.margin_usd) or fmt.MISSING),
    )
    legs = len(result.plan.legs) if result.plan else 0
    headline = (
        f"Delta {usd(values.delta_before_usd)} → {usd(values.delta_after_usd)} for "
        f"{usd(values.cost_usd)}, carry {earned(values.carry_after_usd_per_hour)}/h"
    )
    return Answer(
        figure=usd(values.cost_usd) if legs else "0",
        caption="to trade" if legs else "nothing to trade",
        role="number" if result.infeasible is None else "warn",
        headline=headline,
        sentence="",
        figures=figures,
    )


def _not_worth(values: "hedge.Values") -> str:
    if values.band_half_width is None:
        return fmt.MISSING
    return f"up to {base_words(float(f'{values.band_half_width:.3g}'))} coins"


def _stress(values: "stress.Values", result: Result) -> Answer:
    worst = next((row for row in values.scenarios if row.name == values.worst), None)
    pnl = worst.pnl_usd if worst else None
    headline = ""
    if worst is not None:
        headline = f"Worst: {name_words(worst.name)} {usd(pnl)}"
        if worst.liquidated:
            gone = len(worst.liquidated)
            headline += f", {gone} {'leg' if gone == 1 else 'legs'} liquidated"
    return Answer(
        figure=usd(pnl),
        caption=name_words(worst.name) if worst else "not known",
        role=_role(pnl),
        headline=headline,
        sentence="",
        figures=(),
    )


def _margin(values: "margin.Values", result: Result) -> Answer:
    is_whole = all(one.is_known for one in values.venues)
    is_paid_known = is_whole and all(one.carry_usd_per_hour is not None for one in values.venues)
    if values.joint_shock is not None:
        move = percent(values.joint_shock)
    else:
        move = "none" if is_whole else fmt.MISSING
    if values.hours_to_liquidation is not None:
        lasts = hours_words(values.hours_to_liquidation)
    else:
        lasts = "for ever" if is_paid_known else fmt.MISSING
    figures = (("joint move to liquidation", move), ("funding alone takes", lasts))
    return Answer(
        figure=move,
        caption="joint move that ends an account",
        role="number",
        headline="",
        sentence="",
        figures=figures,
    )


def _slippage(values: "slippage.Values", result: Result) -> Answer:
    split, single = values.split, values.best_single
    figures = (
        ("split over all", _cost(split.cost_usd, split.cost_bps) if split else fmt.MISSING),
        ("one venue", f"{_cost(single.cost_usd, single.cost_bps)} on {single.venue}"
         if single else fmt.MISSING),
        ("by the square-root law", fmt.MISSING if values.sqrt_impact_bps is None
         else f"{fmt.bps(values.sqrt_impact_bps)} bps"),
    )  # fmt: skip
    return Answer(
        figure=f"{fmt.bps(split.cost_bps)} bps" if split else fmt.MISSING,
        caption="split over all venues",
        role="number",
        headline="",
        sentence="",
        figures=figures,
    )


_SAY: Mapping[str, Callable[[Any, Result], Answer]] = {
    "carry": _carry,
    "stagger": _stagger,
    "unwind": _unwind,
    "hedge": _hedge,
    "stress": _stress,
    "margin": _margin,
    "slippage": _slippage,
}
