"""A rule in words, and its figures as they are typed and shown."""

from cockpit.alerts.rule import ALL, UNIT, Kind, Rule
from cockpit.ui.readings.alert_figures import LABELS

_PERCENT = frozenset(
    {
        "apr_frac", "distance_frac", "change_frac", "of_median_frac", "of_equity_frac",
        "of_larger_side_frac", "chance", "premium_frac",
    }
)  # fmt: skip
_SUFFIX = {"s": "s", "bps": "bps", "cadences": "x", "of_baseline": "x"}
SCREEN, EVERYBODY = "the screen", "everybody"


def is_percent(kind: Kind) -> bool:
    """Whether its figure is typed and shown in percent."""
    return UNIT[kind] in _PERCENT


def figure_text(kind: Kind, value: float) -> str:
    """A figure of a rule as it is typed: `13%`, `30s`, `$2,500,000`. Read again it is the same."""
    if is_percent(kind):
        return f"{value * 100:.12g}%"
    size = abs(value)
    number = f"{size:.12g}" if size < 10_000 else f"{size:,.12g}"
    dollar = "$" if UNIT[kind] in ("usd", "usd_per_hour") else ""
    return ("-" if value < 0 else "") + dollar + number + _SUFFIX.get(UNIT[kind], "")


def now_text(kind: Kind, value: float) -> str:
    """A figure of this moment, to three digits."""
    return figure_text(kind, float(f"{value:.3g}"))


def figure_unit(kind: Kind) -> str:
    """What a typed figure means, in a word or two."""
    if UNIT[kind] == "apr_frac":
        return "% a year"
    words = {
        "s": "seconds", "usd": "$", "usd_per_hour": "$ an hour", "bps": "bps",
        "cadences": "times its cadence", "of_baseline": "times its usual",
    }  # fmt: skip
    return words.get(UNIT[kind], "%")


def duration_text(seconds: float) -> str:
    """`0s 90s 5m 1h`, as it is typed."""
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"


def about_words(rule: Rule) -> str:
    """The markets, venues or trades of a rule; empty for all."""
    parts = [
        ", ".join(patterns)
        for patterns in (rule.symbols, rule.venues, rule.trades)
        if patterns != ALL
    ]
    return " ".join(parts)


def rule_words(rule: Rule) -> str:
    """`liquidation distance under 30%, BTC, again at 25% and 10%, cool-down 5m`."""
    side = "under" if rule.fires_below else "over"
    words = f"{LABELS[rule.kind]} {side} {figure_text(rule.kind, rule.threshold)}"
    if about := about_words(rule):
        words += f", {about}"
    if rule.for_s:
        words += f", for {duration_text(rule.for_s)}"
    if again := again_words(rule):
        words += f", {again}"
    return f"{words}, cool-down {duration_text(rule.cooldown_s)}"


def again_words(rule: Rule) -> str:
    """`again at 25% and 10%`: where it speaks once more while it is on; empty without."""
    if not rule.steps:
        return ""
    return "again at " + " and ".join(figure_text(rule.kind, at) for at in rule.steps)


def told_words(rule: Rule) -> str:
    """`danger → everybody`."""
    to = EVERYBODY if rule.to == ALL else ", ".join(rule.to) or SCREEN
    return f"{rule.severity} → {to}"
