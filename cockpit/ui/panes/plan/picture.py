"""The answer of the calculator that was opened last, drawn."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from cockpit.ui.model.calculator_form import Form
from cockpit.ui.model.readings import Readings
from cockpit.ui.panes.answer import faded
from cockpit.ui.panes.plan import (
    carry_picture,
    hedge_picture,
    stagger_picture,
    unwind_picture,
)
from cockpit.ui.text.styled import Line, framed

TITLE = "picture"
HZ = 2.0


class _Picture(NamedTuple):
    draw: Callable[[Readings, Form, int, int], list[Line]]
    unit: str


_PICTURES: Mapping[str, _Picture] = {
    "carry": _Picture(carry_picture.picture, carry_picture.UNIT),
    "stagger": _Picture(stagger_picture.picture, stagger_picture.UNIT),
    "unwind": _Picture(unwind_picture.picture, unwind_picture.UNIT),
    "hedge": _Picture(hedge_picture.picture, hedge_picture.UNIT),
}


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    form = readings.ui.forms.shown
    known = _PICTURES.get(form.name) if form is not None else None
    title: Line = [("picture", "title")]
    body: list[Line] = [[], [(" No picture: C, H or S computes what can be drawn", "dim")]]
    plan = readings.ui.plans.shown
    if plan is not None:
        title.append((f" · {plan.name}", "dim"))
        body = stagger_picture.kept(readings, plan, width - 2, height - 2)
    elif form is not None and known is not None:
        title.append((f" · {form.name} · {known.unit}", "dim"))
        if form.is_outdated and form.result is not None:
            title.append((" · of the last inputs that made sense", "warn"))
        if form.result is not None:
            drawn = known.draw(readings, form, width - 2, height - 2)
            body = faded(drawn) if form.is_outdated else drawn
    return framed(body, width, height, title=title, focused=readings.ui.focus == TITLE)
