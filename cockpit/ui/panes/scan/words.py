"""A pair in one sentence that a trader could say aloud, and how old a ranking is."""

from cockpit.calculators.common.words import usd_words
from cockpit.core.units import NS_PER_S
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.scan_columns import APPROXIMATE, ScanRow
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, Span, brief, clean, longest, width_of

LATE_S = 15.0
"""A ranking that is older than this is said to be."""
_BASIS = {"touch": "cost from the touch, the book is too short", "tier": "cost from the volume"}


def sentence(readings: Readings, row: ScanRow, width: int) -> Line:
    """What it leaves and after how long, and why not, if not."""
    long, short = row.venues
    head: Line = [(f"{clean(row.symbol)}: ", "number")]
    legs: Span = (f"long {long}, short {short}: ", "text")
    codes: Span = (f"{readings.short(long)}/{readings.short(short)} ", "text")
    net, hours = row.value("net_usd"), row.value("breakeven_h")
    if net is None:
        left, even = "what it leaves is not known", ""
    else:
        about = "" if row.is_by_book else APPROXIMATE
        hold_h = row.pairs.inputs.hold_h
        left = f"leaves {about}{usd_words(net)} in {hold_h} h"
        even = ", never breaks even" if hours is None else f", even after {fmt.hours(hours)}"
    guess = "" if row.is_by_book else f" ({basis_words(row)})" * bool(basis_words(row))
    gate: Span = ("passes every gate", "ok")
    if row.gate is not None:
        gate = (clean(row.gate), "dim" if row.is_sound else "warn")
    dot: Span = (" · ", gate[1])
    short_head: Line = [*head, codes, (left, "number"), dot]
    room = width - width_of(short_head)
    return longest(
        width,
        [*head, legs, (left, "number"), (even + guess, "text"), dot, gate],
        [*head, legs, (left, "number"), (even, "text"), dot, gate],
        [*head, codes, (left, "number"), dot, gate],
        [*short_head, (brief(gate[0], room), gate[1])],
    )


def basis_words(row: ScanRow) -> str:
    """What an uncertain cost rests on; empty for a book's."""
    return _BASIS.get(row.pairs.row(row.place).cost_basis or "", "")


def age_of_ranking(readings: Readings) -> Line:
    """Of the ranking, where it is old, and why the last one failed."""
    scan = readings.scan
    if scan.problem:
        return [(f" · ranking failed: {clean(scan.problem)}", "danger")]
    if scan.pairs is None:
        return []
    age_s = max(0, readings.venue_now_ns - scan.pairs.at_ns) / NS_PER_S
    is_asked = (scan.pairs.inputs.usd, scan.pairs.inputs.hold_h) == (
        readings.ui.size_usd, readings.ui.scan.hold_h,
    )  # fmt: skip
    if not is_asked:
        return [(" · ranking …", "warn")]
    return [(f" · {fmt.age(age_s)} old", "warn")] if age_s > LATE_S else []
