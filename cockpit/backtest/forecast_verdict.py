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


def verdict(series: Sequence[SeriesDocument]) -> list[str]:
    """One sentence for each event, then levels, chain telemetry, and what is not shown."""
    if not series:
        return []
    sentences = [_event(event, series) for event in NAMES]
    sentences += [_levels(series), _chain(series)]
    sentences.append(
        "Whether a forecast pays after costs is another question: see `cockpit backtest carry`."
    )
    return [sentence for sentence in sentences if sentence]


def _event(event: str, series: Sequence[SeriesDocument]) -> str:
    scored = [
        (f"{one.symbol} {ours.bss_history:+.3f}", ours)
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


def _levels(series: Sequence[SeriesDocument]) -> str:
    words = []
    for one in series:
        table = one.level.get("8h")
        ours = table.models["ours"] if table else None
        har = table.models["har"] if table else None
        if isinstance(ours, OurLevelScore) and har and ours.r2 is not None and har.r2 is not None:
            words.append(
                f"{one.symbol} R2 {ours.r2:.3f} against HAR's {har.r2:.3f}, "
                f"error {ours.mae_bp_h:.4f} against {har.mae_bp_h:.4f} bp/h"
            )
    if not words:
        return ""
    return (
        f"The level of the next 8 h: {'; '.join(words)}. R2 flatters persistence; the innovation "
        "is what was foreseen beyond the week's mean."
    )


def _chain(series: Sequence[SeriesDocument]) -> str:
    steps = [
        (one.symbol, event, step)
        for one in series
        for event, of in one.ablation.items()
        if (step := of.get("+chain")) is not None
        and step.change is not None
        and step.change_se is not None
    ]
    if not steps:
        return "Chain telemetry was not in these rows, so it is not tested."
    helped = [
        f"{symbol} {event} {step.change:+.3f}"
        for symbol, event, step in steps
        if (step.change or 0.0) > SURE_T * (step.change_se or 0.0)
    ]
    if not helped:
        mean = sum(step.change or 0.0 for _, _, step in steps) / len(steps)
        return (
            f"Chain telemetry (here the lag of the settlement's stamp) does NOT help: its skill "
            f"changes by {mean:+.3f} on average of {len(steps)} cells, so ours leaves it out."
        )
    return f"Chain telemetry adds skill in {len(helped)} of {len(steps)}: {', '.join(helped)}."
