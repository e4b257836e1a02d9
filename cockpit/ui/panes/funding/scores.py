"""What the forecasts were worth: a sentence a venue, and every figure where there is room."""

from cockpit.core.outlook import PROVEN_N, SPANS, EventSkill, Score, Span
from cockpit.ui.model.readings import Readings
from cockpit.ui.text import format as fmt
from cockpit.ui.text.styled import Line, fit, framed, longest, right

TITLE = "scores"
HZ = 1.0
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
    "flip, spike: Brier skill, the share of the historical average's squared",
    "  error that our odds save, ± its standard error; below 0 they are worse",
    f"proven: {PROVEN_N} forecasts or more, and above 0 by two errors",
)


def lines(readings: Readings, width: int, height: int) -> list[Line]:
    """The framed pane at exactly `width` x `height`."""
    inner = width - 2
    scores = _ordered(readings)
    body = [_sentence(readings, score, inner) for score in scores if score.span == "all"]
    room = height - 3 - len(body)
    if not scores:
        body = [[], [(f" {_nothing(readings)}", "dim")]]
    elif room >= 1 + len(scores):
        table = _Table(readings, inner)
        body += [[], table.head(), *(table.row(score) for score in scores)]
        body += [[], *([(fit(f" {words}", inner), "dim")] for words in _LEGEND)]
    return framed(
        body[: height - 2],
        width,
        height,
        title=[("scoreboard", "title"), (" · forecasts against historical averages", "dim")],
        verdict=longest(
            width - 4,
            [("grey: does not beat the average; z: every figure", "dim")] if scores else [],
            [("grey: does not beat it", "dim")] if scores else [],
        ),
        focused=readings.ui.focus == TITLE,
    )


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


def _sentence(readings: Readings, score: Score, width: int) -> Line:
    """One venue in plain words: whether its rates, and its odds, were better than the average's."""
    role = "dim" if score.level_beats is False else "text"
    name: Line = [(f" {fit(readings.short(score.venue), 5)}", readings.colour_of(score.venue))]
    if score.level_beats is None:
        rates = f"too few to tell yet, n {score.n} of {PROVEN_N}"
    elif score.level_beats:
        rates = f"rates nearer than the average's, n {score.n}"
    else:
        rates = f"rates not nearer than the average's, n {score.n}"
    flips, spikes = f"; flip odds {_worth(score.flip)}", f"; spike odds {_worth(score.spike)}"
    model = f" ({score.model})"
    return longest(
        width,
        [*name, (f"{rates}{flips}{spikes}{model}", role)],
        [*name, (f"{rates}{flips}{model}", role)],
        [*name, (f"{rates}{flips}", role)],
        [*name, (rates, role)],
    )


def _worth(skill: EventSkill) -> str:
    """`21 % better, n 812`, or that it is not known."""
    if skill.skill is None:
        return f"unknown, n {skill.n}"
    percent = f"{abs(skill.skill) * 100:.0f} %"
    word = "better" if skill.skill > 0 else "worse"
    sure = "" if skill.is_proven or skill.skill <= 0 else ", not proven"
    return f"{percent} {word}{sure}, n {skill.n}"


class _Table:
    """Every figure; where there is no room, without those that say the least."""

    def __init__(self, readings: Readings, inner: int) -> None:
        self._readings = readings
        columns = (("n", 6, 0), ("off by", 8, 1), ("average", 9, 3), ("$", 7, 4), ("sign", 6, 5),
                   ("moves", 7, 6), ("flip", 15, 2), ("spike", 15, 2))  # fmt: skip
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
