"""What a run of forecasts shows, in sentences; what does not work is said as clearly."""

from collections.abc import Sequence

from cockpit.backtest.forecast_document import (
    OurEventScore,
    OurLevelScore,
    SeriesDocument,
)

SURE_T = 1.64
SKILLED_COINS = 2
NAMES = {
    "spike": "a spike within 8 h",
    "onset": "the onset of a spike",
    "flip": "a flip of the sign within 8 h",
    "large_dev": "a mean of 8 h far from the week's",
}

GROUP_NAMES = {
    "premium": "The premium is",
    "book": "The book is",
    "flow": "Flow (open interest, prices, takers) is",
    "cross": "Other venues' rate is",
    "chain": "Chain telemetry (of files: the lag of the settlement's stamp) is",
}


def verdict(series: Sequence[SeriesDocument]) -> list[str]:
    """A sentence for each event, for levels, and for each group of features, shown or not."""
    if not series:
        return []
    sentences = [_event(event, series) for event in NAMES]
    sentences.append(_levels(series))
    sentences += [_group(group, series) for group in GROUP_NAMES]
    sentences.append(
        "Whether a forecast pays after costs is another question: see `cockpit backtest carry`."
    )
    return [sentence for sentence in sentences if sentence]


def _event(event: str, series: Sequence[SeriesDocument]) -> str:
    scored = [
        (f"{_name(one, series)} {ours.bss_history:+.3f}", ours)
        for one in series
        if isinstance(ours := one.events[event].models.get("ours"), OurEventScore)
        and ours.bss_history is not None
    ]
    if not scored:
        return f"For {NAMES[event]} nothing could be scored."
    better = [
        words
        for words, ours in scored
        if (ours.bss_history or 0.0) > 0 and (ours.dm_t or 0.0) > SURE_T
    ]
    worse = [words for words, _ in scored if words not in better]
    if not worse:
        start = f"For {NAMES[event]} ours beats historical averages on {', '.join(better)} (skill)"
        return start + (
            "."
            if len(better) >= SKILLED_COINS
            else "; one market alone proves little, two are asked for."
        )
    shown = f" It does on {', '.join(better)}." if better else ""
    return (
        f"For {NAMES[event]} ours is NOT shown to beat historical averages on "
        f"{', '.join(worse)} (skill).{shown}"
    )


def _name(one: SeriesDocument, series: Sequence[SeriesDocument]) -> str:
    """The symbol, with its venue where there are several."""
    several = len({other.venue for other in series}) > 1
    return f"{one.symbol} ({one.venue})" if several else one.symbol


def _levels(series: Sequence[SeriesDocument]) -> str:
    words = []
    for one in series:
        table = one.level.get("8h")
        ours = table.models["ours"] if table else None
        har = table.models["har"] if table else None
        if isinstance(ours, OurLevelScore) and har and ours.r2 is not None and har.r2 is not None:
            words.append(
                f"{_name(one, series)} R2 {ours.r2:.3f} against HAR's {har.r2:.3f}, "
                f"error {ours.mae_bp_h:.4f} against {har.mae_bp_h:.4f} bp/h"
            )
    if not words:
        return ""
    return (
        f"The level of the next 8 h: {'; '.join(words)}. R2 flatters persistence; the innovation "
        "is what was foreseen beyond the week's mean."
    )


def _group(group: str, series: Sequence[SeriesDocument]) -> str:
    """What joining a group of features changed, over every market and event."""
    cells = [
        (step.change, step.change_se)
        for one in series
        for of in one.ablation.values()
        if (step := of.get(f"+{group}")) is not None
        and step.change is not None
        and step.change_se is not None
    ]
    name = GROUP_NAMES[group]
    if not cells:
        return f"{name} not known at enough of these rows to show what it would add."
    helped = sum(change > SURE_T * error for change, error in cells)
    mean = sum(change for change, _ in cells) / len(cells)
    words = f"{name} tested in {len(cells)} cells: skill changes by {mean:+.3f} on average"
    if helped == 0:
        return f"{words} and nowhere surely for the better: NOT shown to help."
    return f"{words}, surely for the better in {helped}."
