"""Named scenarios, worst first: what each does to the positions or the plan under stress."""

from typing import TYPE_CHECKING

from cockpit.calculators.common.words import name_words, usd_words
from cockpit.ui.model.answer_table import view_of_answer
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.result_pane import HZ, ResultPane
from cockpit.ui.text import format as fmt
from cockpit.ui.text.canvas import bar, bar_left
from cockpit.ui.text.styled import Line, clean, fit, right, wrap

if TYPE_CHECKING:
    from cockpit.calculators.stress.values import ScenarioRow

__all__ = ("HZ", "lines")

_LABEL, _FIGURE = 13, 11
_LEAST_BARS = 24
"""Cells of a row of bars below which they say nothing."""


def _of_the_row(readings: Readings, form: Form, inner: int, room: int) -> list[Line]:
    """The scenario under the cursor: its story, its parts as bars, and what it does to legs."""
    from cockpit.calculators.stress.calculator import ranked

    if form.result is None:
        return []
    selected = view_of_answer(form).selected
    rows = ranked(form.result.values)
    if selected is None or selected.number >= len(rows):
        return []
    row = rows[selected.number]
    said: list[Line] = [[]]
    for i, part in enumerate(wrap(clean(f"{name_words(row.name)}: {row.summary}"), inner - 2)):
        said.append([(f" {part}", "title" if i == 0 else "text")])
    said += [[(f" {part}", "text")] for part in wrap(clean(_words(row)), inner - 2) if part]
    bars = _bars(row, inner)
    if len(said) + len(bars) + 1 <= room:
        return [*said, *bars]
    return said if len(said) <= room else said[: max(0, room)]


def _parts(row: "ScenarioRow") -> list[tuple[str, float | None]]:
    return [
        ("price", row.price_usd), ("funding", row.funding_usd), ("fees", row.fees_usd),
        ("slippage", row.slippage_usd), ("liquidation", row.liquidation_usd),
        ("collateral", row.collateral_usd), ("= result", row.pnl_usd),
    ]  # fmt: skip


def _bars(row: "ScenarioRow", inner: int) -> list[Line]:
    """A line a part that is not nothing, losses to the left of one middle and gains to its right,
    on one scale; the last is their sum."""
    wing = (inner - _LABEL - _FIGURE - 4) // 2
    *some, total = _parts(row)
    parts = [part for part in some if part[1] != 0] + [total]
    most = max((abs(usd) for _, usd in parts if usd is not None), default=0.0)
    if wing * 2 < _LEAST_BARS or not most:
        return []
    lines: list[Line] = [[]]
    for name, usd in parts:
        share = 0.0 if usd is None else abs(usd) / most
        is_loss = usd is not None and usd < 0
        text = fmt.MISSING if usd is None else usd_words(usd) if usd else "0"
        lines.append(
            [
                (f" {fit(name, _LABEL)}", "text" if name.startswith("=") else "dim"),
                (right(text, _FIGURE), "number" if usd else "dim"),
                (" ", "text"),
                (bar_left(share, wing) if is_loss else " " * wing, "ask_bar"),
                ("│", "frame"),
                (bar(share, wing) if not is_loss else " " * wing, "bid_bar"),
            ]
        )
    return lines


def _words(row: "ScenarioRow") -> str:
    """What the figures of the table do not say."""
    said = []
    if row.max_unhedged_usd:
        words = f"up to {usd_words(row.max_unhedged_usd)} unhedged"
        if row.stays_open:
            words += ", and it stays open"
        elif row.time_to_flat_s:
            words += f" for {fmt.age(row.time_to_flat_s)}"
        said.append(words)
    if row.liquidated:
        gone = ", ".join(f"{leg.venue} {leg.symbol}" for leg in row.liquidated)
        said.append(f"liquidated: {gone}")
    ratios = [f"{venue} {r * 100:.0f} %" for venue, r in row.margin_ratio.items() if r is not None]
    if ratios:
        said.append(f"margin used at worst: {', '.join(ratios)}")
    words = "; ".join(said)
    return f"{words[:1].upper()}{words[1:]}." if words else ""


_PANE = ResultPane("stress", "stress", _of_the_row, keeps_first=True)
lines = _PANE.lines
