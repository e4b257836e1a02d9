"""Named scenarios, worst first: what each does to the positions or the plan under stress."""

from typing import TYPE_CHECKING

from cockpit.calculators.common.words import usd_words
from cockpit.ui.model.calculator_form import Form
from cockpit.ui.panes.result_pane import HZ, ResultPane
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, clean, wrap

if TYPE_CHECKING:
    from cockpit.calculators.stress.values import ScenarioRow

__all__ = ("HZ", "lines")


def _of_the_row(form: Form, inner: int) -> list[Line]:
    """What the scenario under the cursor does, part by part."""
    values = form.result.values if form.result else None
    row = next((r for r in values.scenarios if r.name == form.picked), None) if values else None
    if row is None:
        return []
    return [[(f" {part}", "text")] for part in wrap(clean(_words(row)), inner - 2)]


def _words(row: "ScenarioRow") -> str:
    said = fmt.MISSING if row.pnl_usd is None else usd_words(row.pnl_usd)
    parts = [
        f"{name} {usd_words(usd)}"
        for name, usd in (
            ("price", row.price_usd), ("funding", row.funding_usd), ("fees", row.fees_usd),
            ("slippage", row.slippage_usd), ("liquidation", row.liquidation_usd),
            ("collateral", row.collateral_usd),
        )
        if usd
    ]  # fmt: skip
    words = f"{row.name}: {said}" + (f" ({', '.join(parts)})" if parts else "")
    if row.max_unhedged_usd:
        words += f"; up to {usd_words(row.max_unhedged_usd)} unhedged"
        if row.stays_open:
            words += ", and it stays open"
        elif row.time_to_flat_s:
            words += f" for {fmt.age(row.time_to_flat_s)}"
    if row.liquidated:
        gone = ", ".join(f"{leg.venue} {leg.symbol}" for leg in row.liquidated)
        words += f"; liquidated: {gone}"
    ratios = [f"{venue} {r * 100:.0f} %" for venue, r in row.margin_ratio.items() if r is not None]
    if ratios:
        words += f"; margin used at worst: {', '.join(ratios)}"
    return words + "."


_PANE = ResultPane("stress", "stress", _of_the_row)
lines = _PANE.lines
