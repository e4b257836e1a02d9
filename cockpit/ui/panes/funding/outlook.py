"""What the selected symbol's funding is expected to be at each venue, and why."""

from collections.abc import Sequence

from cockpit.core.outlook import ExpectedRate, Outlook
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.outlooks import (
    chance,
    chance_role,
    lacking_words,
    level_fails,
    outlook_of,
    score_of,
)
from cockpit.ui.readings.venue_window import window
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, fit, framed, longest, right

TITLE = "outlook"
HZ = 1.0
_NAME = 13
_SHORT_NAME = 5
_CHANCE = 9
_LEAST_WHY = 16
_WANTED_WHY = 34
_HORIZONS_H = (8, 24)
_SPIKE = "further off its pin than in 95 % of 30 d"


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    names = readings.listing()
    rows = window(readings, names, height - 3)
    shape = _Shape(readings, names, inner)
    if names:
        body = [shape.head(), *(shape.row(name) for name in rows.names)]
        if not shape.has_reasons and height - 2 > 2 * len(names) + 1:
            body += [[], *(shape.reason(name) for name in names)]
    else:
        body = [[], [(f" {readings.no_market}", "dim")]]
    return framed(
        body,
        width,
        height,
        title=[
            ("forecast", "title"),
            (
                f" · {readings.symbol or '-'} · {fmt.UNIT_LABEL[readings.ui.unit]}"
                f"{_age(readings, names)}",
                "dim",
            ),
        ],
        note=rows.note,
        verdict=_verdict(readings, names, width - 4),
        focused=readings.ui.focus == TITLE,
    )


def _age(readings: Readings, names: list[str]) -> str:
    """How long ago the oldest of these was made."""
    known = [outlook for name in names if (outlook := outlook_of(readings, name)) is not None]
    ages = [outlook.age_s(readings.now_ns) for outlook in known]
    return f" · made {fmt.age(max(ages))} ago" if ages else ""


class _Shape:
    """Which columns fit: chances first, then levels, their intervals, the reasons."""

    def __init__(self, readings: Readings, names: Sequence[str], inner: int) -> None:
        self._readings = readings
        self._inner = inner
        self._cell = 11 if readings.ui.unit == "hour" else 9
        self._band = 2 * self._cell + 2
        self._name = _NAME if inner >= _NAME + 2 * _CHANCE + 2 * self._cell else _SHORT_NAME
        room = inner - self._name - 2 * _CHANCE
        self._levels = max(0, min(len(_HORIZONS_H), room // self._cell))
        room -= self._levels * self._cell
        # The reason is worth more than the second interval, the first interval more than that.
        self._bands = 0
        for place, horizon_h in enumerate(_HORIZONS_H[: self._levels]):
            if _has_interval(readings, names, horizon_h) and room >= self._band + (
                _WANTED_WHY if place else 0
            ):
                self._bands += 1
                room -= self._band
        self._why = room if room >= _LEAST_WHY else 0

    def head(self) -> Line:
        line: Line = [(" " * self._name, "dim")]
        for place, horizon_h in enumerate(_HORIZONS_H[: self._levels]):
            line.append((right(f"{horizon_h} h", self._cell), "dim"))
            if place < self._bands:
                line.append((right("4 of 5 within", self._band), "dim"))
        line += [(right("P(flip)", _CHANCE), "dim"), (right("P(spike)", _CHANCE), "dim")]
        if self._why:
            line.append((fit("  because", self._why), "dim"))
        return line

    def row(self, name: str) -> Line:
        readings = self._readings
        label = name if self._name == _NAME else readings.short(name)
        line: Line = [(" " + fit(label, self._name - 1), readings.colour_of(name))]
        outlook = outlook_of(readings, name)
        if outlook is None or not outlook.expected:
            why = outlook.why if outlook else lacking_words(readings, name)
            return [*line, (fit(f"  {why}", self._inner - self._name), "dim")]
        role = "dim" if level_fails(readings, outlook) else "text"
        for place, horizon_h in enumerate(_HORIZONS_H[: self._levels]):
            said = outlook.over(horizon_h)
            rate = said.mean_hourly if said else None
            text = fmt.rate(rate, readings.ui.unit)
            line.append((right(text, self._cell), "dim" if rate is None else role))
            if place < self._bands:
                line.append((right(self._interval(said), self._band), "dim"))
        score = score_of(readings, outlook)
        flip, spike = (score.flip, score.spike) if score else (None, None)
        line += [
            (right(chance(outlook.p_flip), _CHANCE), chance_role(outlook.p_flip, flip)),
            (right(chance(outlook.p_spike), _CHANCE), chance_role(outlook.p_spike, spike)),
        ]
        if self._why:
            line.append((fit(f"  {_because(outlook)}", self._why), "dim"))
        return line

    @property
    def has_reasons(self) -> bool:
        """Whether reasons stand in the rows themselves."""
        return self._why > 0

    def reason(self, name: str) -> Line:
        """Why, on a line of its own."""
        outlook = outlook_of(self._readings, name)
        words = _because(outlook) if outlook and outlook.expected else ""
        label = f" {fit(self._readings.short(name), _SHORT_NAME - 1)}"
        return [
            (label, self._readings.colour_of(name)),
            (fit(f" {words}", self._inner - len(label)), "dim"),
        ]

    def _interval(self, said: ExpectedRate | None) -> str:
        if said is None or said.low_hourly is None or said.high_hourly is None:
            return fmt.MISSING
        low, high = (
            fmt.rate(rate, self._readings.ui.unit) for rate in (said.low_hourly, said.high_hourly)
        )
        return f"{low} to {high}"


def _has_interval(readings: Readings, names: Sequence[str], horizon_h: int) -> bool:
    """Whether any of these says how sure it is: a plain mean does not."""
    known = [outlook for name in names if (outlook := outlook_of(readings, name)) is not None]
    said = [one for outlook in known if (one := outlook.over(horizon_h)) is not None]
    return any(one.low_hourly is not None for one in said)


def _because(outlook: Outlook) -> str:
    """The strongest reason, then who speaks; a plain mean says that it is one."""
    if outlook.basis in ("mean", "nothing"):
        return outlook.why
    return "; ".join([*outlook.reasons[:1], outlook.why])


def _verdict(readings: Readings, names: list[str], width: int) -> Line:
    """The likeliest change of sign; else what the columns mean."""
    problem = readings.view.outlooks.problem
    if problem:
        return longest(width, [(problem, "warn")])
    known = [outlook for name in names if (outlook := outlook_of(readings, name)) is not None]
    odds, outlook = max(
        ((one.p_flip, one) for one in known if one.p_flip is not None),
        key=lambda said: said[0],
        default=(None, None),
    )
    if outlook is None:
        return longest(
            width,
            [(f"flip: the sign changes within 8 h; spike: {_SPIKE}", "dim")],
            [("chances within 8 h", "dim")],
        )
    score = score_of(readings, outlook)
    is_proven = score is not None and score.flip.is_proven
    worth = "such odds have beaten the average" if is_proven else "not yet proven"
    head = f"{outlook.venue}: {chance(odds)} that its sign changes within 8 h"
    return longest(
        width,
        [(head, "text"), (f", {worth}; spike: {_SPIKE}", "dim")],
        [(head, "text"), (f", {worth}", "dim")],
        [(head, "text")],
        [(f"{readings.short(outlook.venue)}: flip {chance(odds)}", "text")],
    )
