"""What the forecasts were worth: a sentence a venue, and every figure where there is room."""

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from cockpit.core.outlook import PROVEN_N, SPANS, EventSkill, Score, Span
from cockpit.ui.model.readings import Readings
from cockpit.ui.readings.venue_window import window
from cockpit.ui.text import format as fmt
from cockpit.ui.text.cells import cell_len
from cockpit.ui.text.styled import Line, fit, framed, parts, right, wrap

TITLE = "scores"
HZ = 1.0
_MARGIN = 6
_NAME = 13
_SHORT_NAME = 5
_MODEL = 11
_SPAN = 6

WORDS: dict[Span, str] = {"today": "today", "7d": "7 d", "all": "all"}
_LEGEND = (
    "n: forecasts of 8 h that could be joined with what was then paid",
    "off by: mean distance of expected and paid, bps an hour; $: of 100k in 8 h",
    "average: the same of the mean of the day before",
    "sign: how often the expected sign came",
    "moves: rank correlation of both moves off the week's mean; 0 is chance",
    "flip, spike: how much nearer our odds came than the historical average's: the share of its "
    "squared error that they save (Brier skill), ± the standard error; below 0 they are worse",
    f"proven: {PROVEN_N} forecasts or more, and above 0 by two errors",
)


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`: words, and figures below or instead."""
    inner, room = width - 2, height - 2
    scores = _ordered(readings)
    said = [score for score in scores if score.span == "all"]
    note, hint = "", ""
    if not scores:
        nothing = wrap(_nothing(readings), max(1, inner - 2))
        body: list[Line] = [[], *([(f" {part}", "dim")] for part in nothing)]
    elif readings.ui.has_score_figures:
        body, note = _figures(readings, scores, inner, room)
        hint = "m: in words"
    else:
        seen = _around_the_cursor(readings, said, room)
        body, note = _sentences(readings, seen.scores, inner), seen.note
        hint = "m: every figure"
        if room >= len(body) + 2 + len(scores):
            hint = ""
            body += [[], *_figures(readings, scores, inner, room - len(body) - 1)[0]]
    return framed(
        body,
        width,
        height,
        title=[("scoreboard", "title"), (" · forecasts against historical averages", "dim")],
        note=note,
        verdict=_verdict(said, hint, width - 4) if scores else [],
        focused=readings.ui.focus == TITLE,
    )


def _verdict(said: Sequence[Score], hint: str, width: int) -> Line:
    """What the words compare with, and which of the marks that are shown means what."""
    proof = any(_is_open(skill) for score in said for skill in (score.flip, score.spike))
    marks = [
        "better, worse: than the historical average",
        *([hint] if hint else []),
        *(["?: not proven"] if proof else []),
        *(["grey: no nearer"] if any(score.level_beats is False for score in said) else []),
    ]
    return parts(width, *([(mark, "dim")] for mark in marks), gap=" · ")


class _Seen(NamedTuple):
    """Scores that there are rows for; `note` counts venues where they are not all."""

    scores: list[Score]
    note: str


def _around_the_cursor(readings: Readings, scores: Sequence[Score], room: int) -> _Seen:
    if len(scores) <= room:
        return _Seen(list(scores), "")
    of_venue = Counter(score.venue for score in scores)
    each = max(of_venue.values(), default=1)
    seen = window(readings, list(of_venue), room // each)
    return _Seen([score for score in scores if score.venue in seen.names], seen.note)


def _figures(
    readings: Readings, scores: Sequence[Score], inner: int, room: int
) -> tuple[list[Line], str]:
    """Every span if all of them have rows, else what all forecasts were worth; then what the
    columns mean, as far as there are rows."""
    table = _Table(readings, inner)
    shown = list(scores)
    if len(shown) + 1 > room:
        shown = [score for score in scores if score.span == "all"]
    seen = _around_the_cursor(readings, shown, room - 1)
    body = [table.head(), *map(table.row, seen.scores)]
    legend = [part for words in _LEGEND for part in wrap(words, max(1, inner - 2))]
    if room > len(body) + len(legend):
        body += [[], *([(f" {words}", "dim")] for words in legend)]
    return body, seen.note


def _ordered(readings: Readings) -> list[Score]:
    """By venue as on the screen, by model, the longest span first."""
    names = [venue.name for venue in readings.venues]
    known = [score for score in readings.view.outlooks.scores if score.venue in names]
    spans = list(reversed(SPANS))
    return sorted(
        known, key=lambda score: (names.index(score.venue), score.model, spans.index(score.span))
    )


def _nothing(readings: Readings) -> str:
    if readings.ui.past.is_on:
        return "scores are of now, not of a past moment"
    return readings.view.outlooks.problem or (
        "no forecast is 8 h old yet: each is scored when its hours have been paid"
    )


def _sentences(readings: Readings, scores: Sequence[Score], width: int) -> list[Line]:
    """A venue a line in plain words: whether its rates, and its odds, were better than the
    average's. Where one has no room all are said shorter; no verdict is dropped."""
    said = [_variants(score) for score in scores]
    room = width - _MARGIN
    brevity = next(
        (i for i in range(len(said[0])) if all(cell_len(words[i]) <= room for words in said)), -1
    )
    return [
        [
            (f" {fit(readings.short(score.venue), 5)}", readings.colour_of(score.venue)),
            (words[brevity], "dim" if score.level_beats is False else "text"),
        ]
        for score, words in zip(scores, said, strict=True)
    ]


def _variants(score: Score) -> tuple[str, ...]:
    """The same sentence, the longest first."""
    if score.level_beats is None:
        whole = f"too few to tell yet, n {score.n} of {PROVEN_N}"
        brief, counted = f"too few rates, {score.n} of {PROVEN_N}", ""
    else:
        word = "nearer" if score.level_beats else "not nearer"
        whole = f"rates {word} than the average's, n {score.n}"
        brief, counted = f"rates {word}", f", n {_counts(score)}"
    odds = f"; flip odds {_worth(score.flip)}; spike odds {_worth(score.spike)}"
    short = f"{brief}, flips {_brief(score.flip)}, spikes {_brief(score.spike)}"
    return (
        f"{whole}{odds} ({score.model})",
        f"{whole}{odds}",
        f"{short}{counted} ({score.model})",
        f"{short}{counted}",
        short,
        brief,
    )


def _counts(score: Score) -> str:
    """`812`, or `800–812` where rates and events could not be joined as often."""
    known = [skill.n for skill in (score.flip, score.spike) if skill.skill is not None]
    least, most = min([score.n, *known]), max([score.n, *known])
    return str(most) if least == most else f"{least}–{most}"


def _worth(skill: EventSkill) -> str:
    """`21 % better, n 812`, or that it is not known."""
    if skill.skill is None:
        return f"unknown, n {skill.n}"
    sure = ", not proven" if _is_open(skill) else ""
    return f"{_better(skill.skill)}{sure}, n {skill.n}"


def _brief(skill: EventSkill) -> str:
    """`21 % better`, `5 % better?`: what is not proven is asked."""
    if skill.skill is None:
        return "unknown"
    return _better(skill.skill) + ("?" if _is_open(skill) else "")


def _better(skill: float) -> str:
    return f"{abs(skill) * 100:.0f} % {'better' if skill > 0 else 'worse'}"


def _is_open(skill: EventSkill) -> bool:
    """Better than the average, but perhaps by chance."""
    return skill.skill is not None and skill.skill > 0 and not skill.is_proven


class _Table:
    """Every figure; where there is no room, without those that say the least."""

    def __init__(self, readings: Readings, inner: int) -> None:
        self._readings = readings
        columns = (("n", 6, 0), ("off by", 8, 1), ("average", 9, 4), ("$", 7, 5), ("sign", 6, 6),
                   ("moves", 7, 7), ("flip", 15, 2), ("spike", 15, 3))  # fmt: skip
        self._name = _NAME
        fixed = _MODEL + _SPAN
        shown = list(columns)
        while shown and fixed + self._name + sum(width for _, width, _ in shown) > inner:
            if self._name == _NAME:
                self._name = _SHORT_NAME
                continue
            shown.remove(max(shown, key=lambda column: column[2]))
        self._columns = {name: width for name, width, _ in shown}

    def head(self) -> Line:
        line: Line = [(" " * (self._name + _MODEL + _SPAN), "dim")]
        return line + [(right(name, width), "dim") for name, width in self._columns.items()]

    def row(self, score: Score) -> Line:
        role = "dim" if score.level_beats is False else "text"
        venue = score.venue if self._name == _NAME else self._readings.short(score.venue)
        sign = fmt.MISSING if score.sign_share is None else f"{score.sign_share * 100:.0f} %"
        figures = {
            "n": (str(score.n), role),
            "off by": (_plain(score.mae_bp_h, 4), role),
            "average": (_plain(score.mae_average_bp_h, 4), "dim"),
            "$": (_plain(score.mae_usd, 2), role),
            "sign": (sign, role),
            "moves": (fmt.signed(score.innovation, 2), role),
            "flip": _skill(score.flip),
            "spike": _skill(score.spike),
        }
        line: Line = [
            (" " + fit(venue, self._name - 1), self._readings.colour_of(score.venue)),
            (fit(score.model, _MODEL), role),
            (fit(WORDS[score.span], _SPAN), role),
        ]
        for name, width in self._columns.items():
            text, of = figures[name]
            line.append((right(text, width), of))
        return line


def _plain(value: float | None, decimals: int) -> str:
    return fmt.MISSING if value is None else f"{value:.{decimals}f}"


def _skill(skill: EventSkill) -> tuple[str, str]:
    """`+0.21 ± 0.04`; grey where it is not above 0."""
    if skill.skill is None:
        return fmt.MISSING, "dim"
    error = "" if skill.se is None else f" ± {skill.se:.2f}"
    role = "number" if skill.is_proven else "dim" if skill.skill <= 0 else "text"
    return f"{fmt.signed(skill.skill, 2)}{error}", role
